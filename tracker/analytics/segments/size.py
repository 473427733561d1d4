"""How many are in a segment that is being written: the live count beside its criteria."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from tracker.analytics import definition
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.analytics.registry import Parameter, question
from tracker.analytics.segments.segment import Segment
from tracker.columns.schema import persons


@dataclass(frozen=True, slots=True)
class Size:
    """`share` is per cent of everybody, None where there is nobody; `words` are the criteria for people."""

    users: int
    share: float | None
    type: str
    words: tuple[str, ...]


def read(text: str) -> Segment:
    """A segment out of a request parameter: its JSON."""
    return Segment.parse(definition.from_text(text, "definition"))


@question(
    name="segment-size",
    title="Size of a segment",
    parameters=(Parameter("definition", "A segment as JSON: name and criteria.", read),),
)
def answer(connection: sa.Connection, query: Query, definition: Segment) -> Size:
    """How many persons fulfil the criteria now, whatever the period and filters, and their share of everybody
    who ever did anything, bots apart."""
    everybody = sa.select(sa.func.count()).where(
        persons.c.site_id == query.site_id, *([] if query.include_bots else [persons.c.events > 0])
    )
    users = definition.count(connection, query)
    return Size(users, share(users, connection.scalar(everybody) or 0), definition.type, definition.words)
