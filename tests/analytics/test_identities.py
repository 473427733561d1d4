"""What must add up whatever the history: people who come and go, and a segment with everybody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, Simple
from tracker.analytics import activity, heatmap, overview, people, sessions
from tracker.analytics.segments.segment import Segment

CRITERIA = st.sampled_from(
    (
        {"event": "purchase"},
        {"trait": "plan", "value": "pro"},
        {"page": "/pricing", "days": 9},
        {"dimension": "country", "value": "DE"},
        {"last_seen": {"within_days": 5}},
        {"or": [{"event": "signup", "times": 2}, {"total": "sessions", "at_least": 2}]},
    )
)
PERIOD = {"from": "2026-03-27", "to": "2026-04-03"}
NOW = "2026-04-08 21:00"


def figures(site: LoadedSite, segment: Segment | None, **params: Any) -> Counter[str]:
    """Figures that add up over people, by name."""

    def ask(question: Callable[..., Any]) -> Any:
        return site.ask(question, now=NOW, segment=segment, **PERIOD, **params)

    seen, active = ask(overview.answer), ask(activity.answer)
    found = Counter(visitors=seen.visitors, visits=seen.visits, page_views=seen.page_views)
    for name in ("dau", "wau", "mau", "new_users", "returning_users", "reactivated_users", "churned_users"):
        found[name] = getattr(active, name) or 0  # unknown where nobody can be followed: then nobody counts
    found["left out"] = active.left_out
    found["sessions"] = ask(sessions.answer).total_sessions
    found["people"] = ask(people.answer).total
    found.update({f"hour {n}": count for n, count in enumerate(active.activity_by_hour)})
    return found


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=histories(), zone=st.sampled_from(ZONES), criteria=CRITERIA, country=st.sampled_from((None, "DE"))
)
def test_a_segment_and_everybody_else_are_everybody(
    store_with: Callable[..., LoadedSite],
    told: list[Simple],
    zone: str,
    criteria: dict[str, Any],
    country: str | None,
) -> None:
    site = store_with(told, zone)
    params = {"filter": f"country:{country}"} if country else {}
    inside = figures(site, Segment.parse({"name": "In", "criteria": criteria}), **params)
    outside = figures(site, Segment.parse({"name": "Out", "criteria": {"not": criteria}}), **params)
    whole = figures(site, None, **params)
    assert {name: inside[name] + outside[name] for name in whole} == dict(whole)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=histories(), zone=st.sampled_from(ZONES))
def test_one_number_is_the_same_in_every_question(
    store_with: Callable[..., LoadedSite], told: list[Simple], zone: str
) -> None:
    site = store_with(told, zone)
    seen, active, hours = (
        site.ask(question, now=NOW, **PERIOD)
        for question in (overview.answer, activity.answer, heatmap.answer)
    )
    came = (active.new_users, active.returning_users, active.reactivated_users)
    assert seen.visitors == sum(number or 0 for number in came) + active.left_out
    assert sum(active.activity_by_hour) == sum(active.activity_by_day_of_week)
    assert sum(active.activity_by_hour) == sum(day.events for day in active.activity_by_date)
    assert sum(cell.value for cell in hours.cells) == hours.total == sum(active.activity_by_hour)
    assert seen.visits == site.ask(sessions.answer, now=NOW, **PERIOD).total_sessions
    assert seen.visits == sum(day.sessions for day in active.activity_by_date)
