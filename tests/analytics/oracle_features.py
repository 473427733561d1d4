"""Use of features, the slow way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.analytics.oracle import Happened
from tests.analytics.oracle_overview import Asked, day_of, visit_histories
from tests.analytics.stores import Simple

LISTED = ("signup", "invited")


@st.composite
def feature_histories(draw: st.DrawFn, since: str = "2026-03-22 00:00", days: int = 14) -> list[Simple]:
    """Random histories whose purchases and half of the page views are uses of features instead."""
    found: list[Simple] = draw(visit_histories(since=since, days=days))
    for event in found:
        if event["name"] == "purchase" or (event["name"] == "page_viewed" and draw(st.booleans())):
            event.pop("page", None)
            event["name"] = "feature_used"
            event["properties"] = {
                key: value
                for key, value in (
                    ("feature", draw(st.sampled_from(("export", "search", "share", None)))),
                    ("category", draw(st.sampled_from(("data", "team", None)))),
                    ("duration", draw(st.sampled_from((1, 2.5, 60, None)))),
                )
                if value is not None
            }
    return found


def feature_of(event: Happened) -> str | None:
    if event.name == "feature_used":
        told: str | None = event.told.get("properties", {}).get("feature")
        return told
    return event.name if event.name in LISTED else None


def uses(asked: Asked) -> list[Happened]:
    return [e for e in asked.active() if feature_of(e) is not None]


def features(asked: Asked, before: Asked) -> list[tuple[Any, ...]]:
    """Rows as the question gives them: name, category, uses, users, seconds, adoption, retention."""
    ever = uses(replace(asked, since=0))
    active = len({e.person for e in asked.active()})
    by_name: dict[str, list[Happened]] = defaultdict(list)
    for event in uses(asked):
        by_name[str(feature_of(event))].append(event)
    rows = []
    for name, own in by_name.items():
        users = {e.person for e in own}
        earlier = {e.person for e in uses(before) if feature_of(e) == name}
        seconds = [s for e in own if (s := e.told.get("properties", {}).get("duration")) is not None]
        told = [e for e in sorted(ever, key=lambda e: e.place) if feature_of(e) == name]
        categories = [c for e in told if (c := e.told.get("properties", {}).get("category")) is not None]
        rows.append(
            (
                name,
                categories[-1] if categories else None,
                len(own),
                len(users),
                round(sum(seconds) / len(seconds), 2) if seconds else None,
                round(100 * len(users) / active, 2),
                round(100 * len(users & earlier) / len(earlier), 2) if earlier else None,
            )
        )
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def funnel(asked: Asked, first: Any, days: int) -> list[int]:
    """Persons at each stage."""
    zone = asked.history.zone
    seen: dict[str | None, set[int]] = defaultdict(set)
    for event in uses(asked):
        seen[event.person].add((day_of(event.at, zone) - first).days)
    repeated = [own for own in seen.values() if len(own) > 1]
    weeks = -(-days // 7)
    habitual = [own for own in repeated if len({day // 7 for day in own}) >= weeks / 2]
    return [len({e.person for e in asked.active()}), len(seen), len(repeated), len(habitual)]


def unused(asked: Asked) -> dict[str, int | None]:
    """When features without a use in the stretch were used last."""
    used = {feature_of(e) for e in uses(asked)}
    last: dict[str, int | None] = dict.fromkeys(set(LISTED) - used)
    for event in uses(replace(asked, since=0)):
        name = str(feature_of(event))
        if name not in used:
            last[name] = max(event.at, last.get(name) or 0)
    return last
