"""What a filter or a segment picks, and the figures of a stretch of time, the slow way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.analytics.oracle import Happened, History, Visit
from tests.analytics.random_histories import MINUTE, histories
from tests.analytics.stores import CLIENT, CONTEXT, Simple
from tracker.analytics.query import Query

ORIGIN = ("host", "page", *(key for key in CONTEXT if key not in ("host", "title")))
FILTERS = ({}, {}, {"page": "/pricing"}, {"source": "Google"}, {"country": "DE"})


@st.composite
def visit_histories(draw: st.DrawFn, since: str = "2026-03-26 00:00", days: int = 8) -> list[Simple]:
    """Random histories, dense enough for visits over midnight, some joined by client sessions over days."""
    found = draw(histories(since=since, days=days, size=30))
    moves = draw(st.lists(st.sampled_from((0, 0, 20, -15)), min_size=len(found), max_size=len(found)))
    ids = st.sampled_from((None, None, None, "s", "t"))
    keys = draw(st.lists(ids, min_size=len(found), max_size=len(found)))
    for before, one, move, key in zip([None, *found], found, moves, keys, strict=False):
        if move and before is not None:
            one["at"] = before["at"] + move * MINUTE
            one["visitor"] = before["visitor"]
        one["session"] = key
    return found


@dataclass
class Asked:
    """A stretch of time with at most one filter each, and whom it is about (None: everybody)."""

    history: History
    since: int
    until: int
    wanted: dict[str, str | None] = field(default_factory=dict)
    persons: Collection[str] | None = None
    matching_since: int | None = None
    """From when on a visit's events may pass a filter, where that is not `since`."""

    @classmethod
    def of(cls, history: History, query: Query, wanted: dict[str, str | None]) -> Asked:
        return cls(history, query.period.since, query.period.until, wanted)

    def events(self) -> list[Happened]:
        """Events of known persons, bots out, that pass."""
        found = []
        for visit in self.history.visits:
            if not visit.bot and self._person(visit.person):
                found += [e for e in visit.events if self._in(e) and self.passes(e, visit)]
        return found

    def active(self) -> list[Happened]:
        """Those of `events` that make somebody active."""
        return [e for e in self.events() if e.interactive]

    def visits(self) -> list[Visit]:
        """Visits that start in the stretch and pass."""
        found = self.history.visits_between(self.since, self.until)
        return [v for v in found if self._person(v.person) and self.visit_passes(v)]

    def passes(self, event: Happened, visit: Visit) -> bool:
        for key, value in self.wanted.items():
            told = source_of(visit) if key == "source" else getattr(event, key, event.told.get(key))
            if told != value:
                return False
        return True

    def visit_passes(self, visit: Visit) -> bool:
        for key, value in self.wanted.items():
            if key == "source" and source_of(visit) != value:
                return False
            if key == "country" and country_of(visit) != value:
                return False
            since = self.since if self.matching_since is None else self.matching_since
            if key == "page" and not any(e.page == value and e.at >= since for e in visit.events):
                return False
        return True

    def figures(self) -> tuple[int, int, int, float | None, float | None, float | None]:
        """Visitors, visits, page views, views per visit, bounce rate, mean seconds."""
        visits = self.visits()
        views = sum(e.page_view for e in self.events())
        number = len(visits)
        if not number:
            return len({e.person for e in self.active()}), 0, views, None, None, None
        return (
            len({e.person for e in self.active()}),
            number,
            views,
            round(views / number, 2),
            round(100 * sum(v.bounce for v in visits) / number, 2),
            round(sum(v.duration for v in visits) / 1000 / number, 2),
        )

    def _in(self, event: Happened) -> bool:
        return self.since <= event.at < self.until

    def _person(self, person: str) -> bool:
        return self.persons is None or person in self.persons


def source_of(visit: Visit) -> str | None:
    """As the first event tells that says anything of where it happened or came from."""
    told: str | None = visit.first(*ORIGIN)["source"]
    return told


def country_of(visit: Visit) -> str | None:
    """As the first event tells that says anything of the device."""
    told: str | None = visit.first(*CLIENT)["country"]
    return told


def local(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone))


def day_of(at: int, zone: str) -> date:
    return local(at, zone).date()
