"""The slow and plain truth, for tests: persons, sessions and figures of a list of simple events in Python.

Written from the definitions (SPEC, docs), not from the SQL. Extend it in the test of each question.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.analytics.stores import START, Simple, ms
from tracker.domain.event import PAGE_VIEW

GAP = timedelta(minutes=30) // timedelta(milliseconds=1)


@dataclass
class Happened:
    """One event as the oracle sees it. `place` is its position in the ledger."""

    place: int
    at: int
    name: str
    visitor: str | None
    user: str | None
    session: str | None
    interactive: bool
    daily: bool
    bot: bool
    page: str | None
    told: Simple
    person: str | None = None

    @property
    def page_view(self) -> bool:
        return self.name == PAGE_VIEW and self.page is not None

    @property
    def active(self) -> bool:
        """Whether it makes its person active."""
        return self.interactive and not self.bot and self.person is not None

    def day(self, zone: str) -> date:
        return datetime.fromtimestamp(self.at / 1000, ZoneInfo(zone)).date()


@dataclass
class Visit:
    """One session."""

    person: str
    bot: bool
    events: list[Happened] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.events[0].at

    @property
    def end(self) -> int:
        return self.events[-1].at

    @property
    def page_views(self) -> list[Happened]:
        return [e for e in self.events if e.page_view]

    @property
    def interactive(self) -> int:
        return sum(e.interactive for e in self.events)

    @property
    def bounce(self) -> bool:
        others = [e for e in self.events if e.interactive and not e.page_view]
        return len(self.page_views) <= 1 and not others

    @property
    def duration(self) -> int:
        return 0 if self.bounce else self.end - self.start

    @property
    def counts(self) -> bool:
        """Whether it is somebody's activity."""
        return not self.bot and self.interactive > 0

    def first(self, *keys: str) -> dict[str, Any]:
        """The values of `keys` in the first event that tells any of them."""
        for event in self.events:
            if any(event.told.get(key) is not None for key in keys):
                return {key: event.told.get(key) for key in keys}
        return dict.fromkeys(keys)


class History:
    """All that happened on one site, with persons and sessions found."""

    def __init__(self, simple: list[Simple], zone: str = "UTC") -> None:
        self.zone = zone
        self.events = _arrivals(simple)
        _name_persons(self.events)
        self.visits = _visits(self.events)

    def active_between(self, since: int, until: int) -> set[str]:
        """Persons with an interactive event in a half-open stretch of time."""
        return {str(e.person) for e in self.events if e.active and since <= e.at < until}

    def lasting(self) -> set[str]:
        """Persons who can be told again on another day: users, and visitors with an id that lasts."""
        return {str(e.person) for e in self.events if e.person is not None and (e.user or not e.daily)}

    def first_ever(self) -> dict[str, int]:
        """When each person was first active."""
        found: dict[str, int] = {}
        for e in self.events:
            if e.active:
                found[str(e.person)] = min(e.at, found.get(str(e.person), e.at))
        return found

    def visits_between(self, since: int, until: int) -> list[Visit]:
        """Sessions that count and start in a half-open stretch of time."""
        return [v for v in self.visits if v.counts and since <= v.start < until]


def _arrivals(simple: list[Simple]) -> list[Happened]:
    found: list[Happened] = []
    seen: set[Any] = set()
    before = START
    for place, one in enumerate(simple):
        before = ms(one.get("at", before + 60_000))
        if "id" in one:
            if str(one["id"]) in seen:
                continue
            seen.add(str(one["id"]))
        found.append(_happened(place, before, one))
    return found


def _happened(place: int, at: int, one: Simple) -> Happened:
    name = one.get("name", PAGE_VIEW)
    user = one.get("user")
    return Happened(
        place=place,
        at=at,
        name=name,
        visitor=one.get("visitor", None if user else "visitor"),
        user=user,
        session=one.get("session"),
        interactive=one.get("interactive", True),
        daily=one.get("daily", False),
        bot=one.get("bot") is not None,
        page=one.get("page", "/" if name == PAGE_VIEW else None),
        told=one,
    )


def _name_persons(events: list[Happened]) -> None:
    """A named event is its user's; an anonymous one the next named user's on its visitor, else the last's."""
    for event in events:
        if event.user is not None:
            event.person = f"user {event.user}"
            continue
        if event.visitor is None:
            continue
        named = sorted(
            (e for e in events if e.visitor == event.visitor and e.user is not None),
            key=lambda e: (e.at, e.place),
        )
        later = [e for e in named if (e.at, e.place) > (event.at, event.place)]
        owner = later[0] if later else named[-1] if named else None
        event.person = f"user {owner.user}" if owner else f"visitor {event.visitor}"


def _visits(events: list[Happened]) -> list[Visit]:
    by_person: dict[tuple[str, bool], list[Happened]] = defaultdict(list)
    for event in events:
        if event.person is not None:
            by_person[event.person, event.bot].append(event)
    found = []
    for (person, bot), own in by_person.items():
        own.sort(key=lambda e: (e.at, e.place))
        found += _cut(person, bot, own)
    return found


def _cut(person: str, bot: bool, own: list[Happened]) -> list[Visit]:
    """A new session begins after more than 30 minutes of nothing, unless a client session spans the gap."""
    visits = [Visit(person, bot, [own[0]])]
    for index in range(1, len(own)):
        before = {e.session for e in own[:index]} - {None}
        after = {e.session for e in own[index:]} - {None}
        if own[index].at - own[index - 1].at > GAP and not before & after:
            visits.append(Visit(person, bot))
        visits[-1].events.append(own[index])
    return visits
