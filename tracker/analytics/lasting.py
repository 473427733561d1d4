"""Figures that follow people over days: who can be followed at all, and when there is nobody of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tracker.analytics.query import Query
from tracker.columns.schema import persons

NO_LASTING_ID = "visitors have no lasting id"


def unavailable(counted: int, left_out: int) -> str | None:
    """Why a figure cannot be told: there were people, but none who can be told again on another day."""
    return NO_LASTING_ID if left_out and not counted else None


def lasting(query: Query) -> sa.Select[Any]:
    """Ids of persons of the site that can be told again: users, and visitors with an id that lasts."""
    return sa.select(persons.c.person_id).where(persons.c.site_id == query.site_id, persons.c.stable)
