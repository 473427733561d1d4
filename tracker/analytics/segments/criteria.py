"""What a segment may ask of a person. Each kind of criterion is a condition on a row of `persons`.

A condition is always true or false, never unknown: who has no plan is in `not (plan is pro)`. Events,
sessions and dates of bots do not count. Days are days of the site's zone, counted back from the day of the
asking (`query.now`), today included, so that a segment holds the same people whatever period is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from tracker.analytics.filters import OF_EVENTS, compare, dimension, passing
from tracker.analytics.occurrence import Occurrence, comparison_words
from tracker.analytics.query import Filter, Query
from tracker.columns.dialect import one_of
from tracker.columns.schema import events, persons, sessions
from tracker.domain.period import Period, day_start

Condition = sa.ColumnElement[bool]
FIRST_DAY = date(1999, 12, 31)
"""No event is older (domain.times)."""
OF_PERSON: dict[str, str] = {
    "user": "user_id",
    "email": "email",
    "name": "name",
    "country": "country",
    "device": "device",
    "browser": "browser",
    "os": "os",
    "language": "language",
    "first_page": "entry_page",
    "first_source": "first_source",
    "first_channel": "first_channel",
    "first_campaign": "first_campaign",
}
"""What is known of a person as such: country and device of the latest session, where they first came from."""
TECHNICAL = frozenset({"device", "browser", "browser_version", "os", "os_version", "screen"})
BEHAVIORAL, DEMOGRAPHIC, TECHNOGRAPHIC = "behavioral", "demographic", "technographic"


class Criterion(Protocol):
    """One condition, or several joined."""

    def condition(self, query: Query) -> Condition:
        """Whether a row of `persons` fulfils it."""

    @property
    def words(self) -> str:
        """For people."""

    @property
    def kinds(self) -> frozenset[str]:
        """Which of behavioral, demographic and technographic occur in it."""

    def to_json(self) -> dict[str, Any]:
        """What it was read from."""


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts."""

    parts: tuple[Criterion, ...]

    def condition(self, query: Query) -> Condition:
        return sa.and_(*(part.condition(query) for part in self.parts))

    @property
    def words(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset().union(*(part.kinds for part in self.parts))

    def to_json(self) -> dict[str, Any]:
        return {"and": [part.to_json() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the parts."""

    parts: tuple[Criterion, ...]

    def condition(self, query: Query) -> Condition:
        plain: dict[int | None, list[str]] = {}
        conditions = []
        for part in self.parts:
            if isinstance(part, Did) and part.plain:
                plain.setdefault(part.days, []).append(str(part.what.event))
            else:
                conditions.append(part.condition(query))
        # Who did any of several things is found in one look at the events.
        return sa.or_(*conditions, *(_did_any(query, names, days) for days, names in plain.items()))

    @property
    def words(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset().union(*(part.kinds for part in self.parts))

    def to_json(self) -> dict[str, Any]:
        return {"or": [part.to_json() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Not:
    """Everybody who does not fulfil the part."""

    part: Criterion

    def condition(self, query: Query) -> Condition:
        return sa.not_(self.part.condition(query))

    @property
    def words(self) -> str:
        return f"not ({self.part.words})"

    @property
    def kinds(self) -> frozenset[str]:
        return self.part.kinds

    def to_json(self) -> dict[str, Any]:
        return {"not": self.part.to_json()}


@dataclass(frozen=True, slots=True)
class Did:
    """At least `times` such events, within the last `days` days or ever; fewer where `done` is false."""

    what: Occurrence
    times: int = 1
    days: int | None = None
    done: bool = True

    def condition(self, query: Query) -> Condition:
        since = over_days(query, self.days)
        doers = sa.select(events.c.person_id).where(*_events(since), self.what.condition(since))
        if self.times > 1:
            doers = doers.group_by(events.c.person_id).having(sa.func.count() >= self.times)
        found = persons.c.person_id.in_(doers)
        return found if self.done else sa.not_(found)

    @property
    def plain(self) -> bool:
        """Whether it asks for an event and nothing more of it."""
        return self.done and self.times == 1 and self.what.event is not None and not self.what.filters

    @property
    def words(self) -> str:
        often = f" at least {self.times} times" if self.times > 1 else ""
        return f"{'did' if self.done else 'did not do'} {self.what.words}{often}{_within(self.days)}"

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({BEHAVIORAL})

    def to_json(self) -> dict[str, Any]:
        days = {"days": self.days} if self.days is not None else {}
        done = {} if self.done else {"done": False}
        return {**self.what.to_json(), "times": self.times, **days, **done}


@dataclass(frozen=True, slots=True)
class Has:
    """A trait, what is known of the person, or an event or session with such a value.

    `field` is the word it is written with: trait, property or dimension.
    """

    wanted: Filter
    days: int | None = None
    field: str = "dimension"

    def condition(self, query: Query) -> Condition:
        name = self.wanted.dimension
        if name in OF_PERSON or name.startswith("trait."):
            column = persons.c[OF_PERSON[name]] if name in OF_PERSON else dimension(name, persons)
            return sa.func.coalesce(compare(column, self.wanted), sa.false())
        return persons.c.person_id.in_(self._seen_with(over_days(query, self.days)))

    def _seen_with(self, query: Query) -> sa.Select[Any]:
        name = self.wanted.dimension
        if name in OF_EVENTS or name.startswith("property."):
            return sa.select(events.c.person_id).where(*_events(query), *passing(query, [self.wanted]))
        return sa.select(sessions.c.person_id).where(
            sessions.c.site_id == query.site_id,
            sessions.c.started_at >= query.period.since,
            sessions.c.started_at < query.period.until,
            sessions.c.interactive > 0,
            *([] if query.include_bots else [~sessions.c.bot]),
            compare(dimension(name, sessions), self.wanted),
        )

    @property
    def words(self) -> str:
        return f"{comparison_words(self.wanted)}{_within(self.days)}"

    @property
    def kinds(self) -> frozenset[str]:
        name = self.wanted.dimension
        if name in TECHNICAL:
            return frozenset({TECHNOGRAPHIC})
        known = name in OF_PERSON and not name.startswith("first_")
        return frozenset({DEMOGRAPHIC if known or name.startswith("trait.") else BEHAVIORAL})

    def to_json(self) -> dict[str, Any]:
        name = self.wanted.dimension
        named = name if self.field == "dimension" else name.partition(".")[2]
        values = {"values": list(self.wanted.values)} if self.wanted.values else {}
        days = {"days": self.days} if self.days is not None else {}
        return {self.field: named, "operator": str(self.wanted.operator), **values, **days}


@dataclass(frozen=True, slots=True)
class Seen:
    """When the person was first or last active (`which`): all that is said must hold.

    `after` includes its day, `before` does not. Persons never active (only system events) fulfil none.
    """

    which: str
    after: date | None = None
    before: date | None = None
    within_days: int | None = None
    not_within_days: int | None = None

    def condition(self, query: Query) -> Condition:
        at = persons.c.first_at if self.which == "first_seen" else persons.c.last_at
        wanted: list[Condition] = [at.is_not(None)]
        if self.after is not None:
            wanted.append(at >= day_start(query.zone, self.after))
        if self.before is not None:
            wanted.append(at < day_start(query.zone, self.before))
        if self.within_days is not None:
            wanted.append(at >= over_days(query, self.within_days).period.since)
        if self.not_within_days is not None:
            wanted.append(at < over_days(query, self.not_within_days).period.since)
        return sa.func.coalesce(sa.and_(*wanted), sa.false())

    @property
    def words(self) -> str:
        said = {
            "on or after {}": self.after,
            "before {}": self.before,
            "in the last {} days": self.within_days,
            "more than {} days ago": self.not_within_days,
        }
        when = [phrase.format(value) for phrase, value in said.items() if value is not None]
        return f"{self.which.replace('_', ' ')} {' and '.join(when)}"

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({BEHAVIORAL})

    def to_json(self) -> dict[str, Any]:
        dates = {"after": self.after, "before": self.before}
        days = {"within_days": self.within_days, "not_within_days": self.not_within_days}
        said = {key: day.isoformat() for key, day in dates.items() if day is not None}
        return {self.which: said | {key: value for key, value in days.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Total:
    """How many sessions, events or page views the person has had, ever; both ends included."""

    of: str
    at_least: int = 0
    at_most: int | None = None

    def condition(self, query: Query) -> Condition:
        column = persons.c[self.of]
        most = [column <= self.at_most] if self.at_most is not None else []
        return sa.and_(column >= self.at_least, *most)

    @property
    def words(self) -> str:
        least = [f"at least {self.at_least}"] if self.at_least else []
        most = [f"at most {self.at_most}"] if self.at_most is not None else []
        return f"{' and '.join(least + most)} {self.of.replace('_', ' ')}"

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset({BEHAVIORAL})

    def to_json(self) -> dict[str, Any]:
        most = {"at_most": self.at_most} if self.at_most is not None else {}
        return {"total": self.of, "at_least": self.at_least, **most}


def over_days(query: Query, days: int | None) -> Query:
    """The query over the last so many local days, today included; over everything where nothing is said."""
    if days is None:
        return query.over(Period.days(query.zone, FIRST_DAY, query.today + timedelta(days=1)))
    return query.over(Period.ending(query.zone, query.today, days))


def _events(query: Query) -> list[Condition]:
    return [
        events.c.site_id == query.site_id,
        events.c.at >= query.period.since,
        events.c.at < query.period.until,
        events.c.person_id.is_not(None),
        *([] if query.include_bots else [events.c.bot.is_(None)]),
    ]


def _did_any(query: Query, names: list[str], days: int | None) -> Condition:
    """Whether the person did one of these within the last `days` days or ever."""
    doers = sa.select(events.c.person_id).where(
        *_events(over_days(query, days)), one_of(events.c.name, names)
    )
    return persons.c.person_id.in_(doers)


def _within(days: int | None) -> str:
    return f" in the last {days} days" if days is not None else ""


def _bracketed(part: Criterion) -> str:
    return f"({part.words})" if isinstance(part, Every | Either) else part.words
