"""Presence: who was active on which days, told by sessions, against the events themselves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.analytics.stores import LoadedSite, Simple, ms
from tracker.analytics.presence import each_event, presence
from tracker.analytics.query import Query
from tracker.columns.schema import events
from tracker.domain.period import day_start, local_day

ZONE = "Europe/Berlin"  # the clock is put forward on 2026-03-29
MINUTES = (0, 29, 31, 700, 1439, 1440, 2200, 3000)


def _visits() -> list[Simple]:
    """One visit for each pair of times around a midnight, one with a time between, and idle beginnings."""
    found: list[Simple] = []
    start = ms("2026-03-28 22:45")
    for a, first in enumerate(MINUTES):
        for b, last in enumerate(MINUTES[a:]):
            who, device = f"{a}-{b}", ("mobile", "desktop", None)[(a + b) % 3]
            times = [first, (first + last) // 2, last] if (a + b) % 2 else [first, last]
            for n, minutes in enumerate(times):
                found.append({
                    "at": start + minutes * 60_000, "visitor": who, "session": who, "device": device,
                    "name": "pressed", "interactive": not (n == 0 and a % 3 == 1),
                })  # fmt: skip
    found[7]["device"] = "tablet"  # a visit on two devices
    return found


def _pieces(query: Query, cuts: list[int], rows: list[tuple[int, int]]) -> set[tuple[int, int, int]]:
    return {(person, local_day(query.zone, at).toordinal(), bisect_right(cuts, at)) for person, at in rows}


@pytest.fixture(scope="module")
def site(store_with: Callable[..., LoadedSite]) -> LoadedSite:
    return store_with(_visits(), zone=ZONE)


MIDNIGHT = day_start(ZONE, local_day(ZONE, ms("2026-03-29 12:00")))


@pytest.mark.parametrize("wanted", [[], ["device:mobile"], ["device:is_not:mobile"], ["event:pressed"]])
@pytest.mark.parametrize(
    ("params", "cuts"),
    [
        ({"from": "2026-03-29", "to": "2026-03-29"}, []),
        ({"from": "2026-03-29", "to": "2026-03-30"}, []),
        ({"from": "2026-03-01", "to": "2026-03-31"}, [MIDNIGHT]),
        ({"from": "2026-03-01", "to": "2026-03-31"}, [MIDNIGHT + 40 * 60_000, MIDNIGHT + 8 * 3_600_000]),
        ({"timeframe": "24h", "now": "2026-03-29 22:30"}, []),
        ({"timeframe": "24h", "now": "2026-03-30 09:10"}, [ms("2026-03-29 23:30")]),
    ],
)
def test_sessions_tell_the_days_their_events_tell(
    site: LoadedSite, params: dict[str, Any], cuts: list[int], wanted: list[str]
) -> None:
    query = site.query(**params, filter=wanted)
    acts = each_event(query).where(events.c.interactive).subquery("acts")
    expected = _pieces(query, cuts, site.rows(sa.select(acts.c.person_id, acts.c.at)))
    found = site.rows(sa.select(*presence(query, cuts).subquery().c))
    assert _pieces(query, cuts, found) == expected
    assert expected, "nobody to tell of"
    assert all(query.period.since <= at < query.period.until for _, at in found)
