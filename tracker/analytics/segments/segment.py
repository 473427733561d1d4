"""A segment: a name and criteria, ready to be applied to any question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics import definition
from tracker.analytics.query import Query
from tracker.analytics.segments import reading
from tracker.analytics.segments.criteria import (
    BEHAVIORAL,
    DEMOGRAPHIC,
    TECHNOGRAPHIC,
    Criterion,
    Every,
)
from tracker.columns.schema import persons
from tracker.errors import Invalid


@dataclass(frozen=True, slots=True)
class Segment:
    """Everybody who fulfils the criteria, of those who did anything at all (bots apart)."""

    name: str
    criteria: Criterion

    @classmethod
    def parse(cls, value: Any, path: str = "") -> Segment:
        """Read `{"name": …, "criteria": {…}}`; see `reading` for the language.

        Raises Invalid with the path of the part at fault.
        """
        found = definition.fields(value, path, ("name", "criteria"))
        name = definition.text(found.get("name"), definition.inside(path, "name"))
        at = definition.inside(path, "criteria")
        criteria = reading.criterion(found.get("criteria"), at)
        if reading.count(criteria) > reading.MAX_PARTS:
            raise Invalid(f"A segment may have {reading.MAX_PARTS} criteria at most.", field=at)
        return cls(name, criteria)

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return {"name": self.name, "criteria": self.criteria.to_json()}

    def condition(self, query: Query) -> sa.ColumnElement[bool]:
        """Whether a row of `persons` is in it."""
        real = [] if query.include_bots else [persons.c.events > 0]
        return sa.and_(persons.c.site_id == query.site_id, *real, self.criteria.condition(query))

    def persons(self, query: Query) -> sa.Select[tuple[int]]:
        """The `person_id` of everybody in it as of `query.now`, whatever the period."""
        return sa.select(persons.c.person_id).where(self.condition(query))

    def count(self, connection: sa.Connection, query: Query) -> int:
        """How many are in it now: site and now of the query matter, nothing else."""
        total = sa.select(sa.func.count()).select_from(persons).where(self.condition(query))
        return int(connection.scalar(total) or 0)

    @property
    def type(self) -> str:
        """`behavioral` where anything done or not done matters, else `technographic` where devices do, else
        `demographic`."""
        for kind in (BEHAVIORAL, TECHNOGRAPHIC):
            if kind in self.criteria.kinds:
                return kind
        return DEMOGRAPHIC

    @property
    def words(self) -> tuple[str, ...]:
        """The criteria for people, each part of an `and` by itself."""
        if isinstance(self.criteria, Every):
            return tuple(part.words for part in self.criteria.parts)
        return (self.criteria.words,)
