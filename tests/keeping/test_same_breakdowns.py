"""Breakdowns say the same before and after details went: all that enough people had, by day, week, month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.random_histories import ZONES, histories
from tests.analytics.stores import LoadedSite, Simple
from tests.keeping.places import Place
from tracker.analytics import breakdown, event_chart
from tracker.analytics.rolled import DIMENSIONS, FEW
from tracker.domain.period import Interval, bucket_key, day_of_number

NOW = "2026-03-31 12:00"
UNITS = (Interval.DAY, Interval.WEEK, Interval.MONTH)
SHOWN = 2
"""Units of each kind that are looked at: those with most in them."""
Unit = tuple[date, date]
Rows = dict[str | None, breakdown.Row]


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    history=histories(since="2026-01-05 00:00", days=54, size=60),
    zone=st.sampled_from(ZONES),
    age=st.integers(31, 78),
    steps=st.sampled_from(((0,), (1, 0), (17, 0))),
    dimension=st.sampled_from(DIMENSIONS),
)
def test_breakdowns_stay(
    place: Place, history: list[Simple], zone: str, age: int, steps: tuple[int, ...], dimension: str
) -> None:
    site = place.load(history, zone)
    dimensions, units = {"page", "country", dimension}, looked_at(site)
    before = {(name, unit): rows(site, name, unit) for name in dimensions for unit in units}
    months = {(name, unit): rows(site, name, month_of(unit)) for name, unit in before}
    for more in steps:
        place.let_go(site, NOW, details=age + more, errors=None)
    anew = place.rebuilt(site)
    for where, names in ((site, dimensions), (anew, {dimension})):
        for (name, unit), old in before.items():
            if name not in names:
                continue
            new = rows(where, name, unit)
            assert {value: new[value] for value in new} == {value: old.get(value) for value in new}
            for value in old.keys() - new.keys():
                assert old[value].visitors < FEW, (name, unit, value)
                assert months[name, unit][value].visitors < FEW, (name, unit, value)
    anew.store.close()


def looked_at(site: LoadedSite) -> list[Unit]:
    """Days, weeks and months, each whole."""
    found = []
    for interval in UNITS:
        told = site.ask(events_by_step, interval=interval.value, **{"from": "2026-01-01", "to": "2026-02-28"})
        found += [unit(interval, first) for first, _ in sorted(told.items(), key=lambda one: -one[1])[:SHOWN]]
    return found


def events_by_step(connection: Any, query: Any) -> dict[int, int]:
    """Events by the number of the first day of each step."""
    found = event_chart.counted(connection, query).get(None)
    return {key: sums.events for key, sums in found[1].items()} if found else {}


def unit(interval: Interval, first: int) -> Unit:
    begin = last = day_of_number(first)
    while bucket_key(last + timedelta(days=1), interval) == first:
        last += timedelta(days=1)
    return begin, last


def month_of(told: Unit) -> Unit:
    return unit(Interval.MONTH, bucket_key(told[0], Interval.MONTH))


def rows(site: LoadedSite, dimension: str, told: Unit) -> Rows:
    period = {"from": told[0].isoformat(), "to": told[1].isoformat()}
    found = site.ask(
        breakdown.answer, options={"dimension": dimension}, interval="day", limit="500", **period
    )
    return {row.value: row for row in found.rows}
