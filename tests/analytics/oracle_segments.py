"""Who is in a segment, found by reading its JSON one person at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.analytics.oracle import Happened, History
from tests.analytics.oracle_overview import source_of
from tests.analytics.stores import ms


class People:
    """The persons of a history, and whether a criterion holds of them on the day of the asking."""

    def __init__(self, history: History, now: str) -> None:
        self.history = history
        self.zone = ZoneInfo(history.zone)
        self.today = datetime.fromtimestamp(ms(now) / 1000, self.zone).date()
        self.own: dict[str, list[Happened]] = {}
        for event in history.events:
            if event.person is not None and not event.bot:
                self.own.setdefault(event.person, []).append(event)

    def members(self, criterion: dict[str, Any]) -> set[str]:
        return {person for person in self.own if self.holds(person, criterion)}

    def holds(self, person: str, c: dict[str, Any]) -> bool:
        if "and" in c:
            return all(self.holds(person, part) for part in c["and"])
        if "or" in c:
            return any(self.holds(person, part) for part in c["or"])
        if "not" in c:
            return not self.holds(person, c["not"])
        if "event" in c or "page" in c:
            return (len(self.done(person, c)) >= c.get("times", 1)) == c.get("done", True)
        if "trait" in c:
            return compared(self.trait(person, c["trait"]), c)
        if "property" in c:
            events = self.recent(self.own[person], c.get("days"))
            return any(compared(e.told.get("properties", {}).get(c["property"]), c) for e in events)
        if "first_seen" in c or "last_seen" in c:
            return self.seen(person, c)
        if "total" in c:
            return c.get("at_least", 0) <= self.total(person, c["total"]) <= c.get("at_most", 10**9)
        return self.known(person, c)

    def done(self, person: str, c: dict[str, Any]) -> list[Happened]:
        found = self.recent(self.own[person], c.get("days"))
        if "page" in c:
            return [e for e in found if e.page_view and e.page == c["page"]]
        found = [e for e in found if e.name == c["event"]]
        for wanted in c.get("filters", []):  # the tests use property.plan:… only
            value = wanted.removeprefix("property.plan:")
            found = [e for e in found if e.told.get("properties", {}).get("plan") == value]
        return found

    def known(self, person: str, c: dict[str, Any]) -> bool:
        visits = [v for v in self.history.visits if v.person == person]
        if c["dimension"] == "country":
            visits.sort(key=lambda v: (v.start, v.events[0].place))
            countries = [v.first("country")["country"] for v in visits]
            told = [country for country in countries if country is not None]
            return compared(told[-1] if told else None, c)
        if c["dimension"] == "user":
            return compared(person.removeprefix("user ") if person.startswith("user ") else None, c)
        assert c["dimension"] == "source"
        counting = [v for v in visits if v.counts]
        starts = {id(v): v.events[0] for v in counting}
        wanted = self.recent(list(starts.values()), c.get("days"))
        return any(compared(source_of(v), c) for v in counting if starts[id(v)] in wanted)

    def trait(self, person: str, name: str) -> Any:
        own = [e for e in self.history.events if e.person == person and e.told.get("profile")]
        values = [
            e.told["profile"]["traits"][name]
            for e in sorted(own, key=lambda e: (e.at, e.place))
            if name in e.told["profile"]["traits"]
        ]
        return values[-1] if values else None

    def seen(self, person: str, c: dict[str, Any]) -> bool:
        days = sorted(e.day(self.history.zone) for e in self.own[person] if e.active)
        if not days:
            return False
        which, wanted = next(iter(c.items()))
        day = days[0] if which == "first_seen" else days[-1]
        return (
            day >= date.fromisoformat(wanted.get("after", "1970-01-02"))
            and day < date.fromisoformat(wanted.get("before", "2200-01-01"))
            and day > self.today - timedelta(days=wanted.get("within_days", 3650))
            and day <= self.today - timedelta(days=wanted.get("not_within_days", -3650))
        )

    def total(self, person: str, of: str) -> int:
        if of == "sessions":
            return sum(v.person == person and v.counts for v in self.history.visits)
        return sum(of == "events" or e.page_view for e in self.own[person])

    def recent(self, events: list[Happened], days: int | None) -> list[Happened]:
        if days is None:  # everything: a sender's clock that is minutes ahead may be in tomorrow
            return events
        first = self.today - timedelta(days=days - 1)
        return [e for e in events if first <= e.day(self.history.zone) <= self.today]


def compared(value: Any, c: dict[str, Any]) -> bool:
    wanted = [c["value"]] if "value" in c else c.get("values", [])
    match c.get("operator", "is"):
        case "is":
            return value in wanted
        case "is_not":
            return value not in wanted
        case "known":
            return value is not None
        case "unknown":
            return value is None
        case "over":
            return value is not None and float(value) > float(wanted[0])
    raise AssertionError(c)
