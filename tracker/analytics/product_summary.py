"""One product over time: what was done with it in each day, week or month."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics.product_events import Rates, counts, is_naming, of_products, product_name, rates
from tracker.analytics.query import Query
from tracker.analytics.registry import Parameter, question
from tracker.columns.dialect import integer
from tracker.columns.schema import events
from tracker.domain.products import ACTIONS
from tracker.errors import Invalid

MAX_ID = 500
WHOLE = -1
"""Stands for the whole period where steps are told, and for what is of no step."""
FIELDS = {
    "view": "views",
    "click": "clicks",
    "favorite": "favorites",
    "unfavorite": "unfavorites",
    "cart_add": "cart_adds",
    "cart_remove": "cart_removes",
    "purchase": "purchases",
}
"""Action → the field that counts it."""


@dataclass(frozen=True, slots=True)
class Counts(Rates):
    """What was done in a stretch of time; the rates are those of *Products*."""

    views: int
    clicks: int
    favorites: int
    unfavorites: int
    cart_adds: int
    cart_removes: int
    purchases: int
    users: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Step(Counts):
    """One step of the chart; `start` in epoch ms, `date` its name in local time."""

    date: str
    start: int


@dataclass(frozen=True, slots=True)
class ProductSummary(Counts):
    """The whole period and its steps."""

    product_id: str
    name: str | None
    series: tuple[Step, ...]


def identity(text: str) -> str:
    """A product's id. Raises Invalid."""
    if not 0 < len(text.strip()) <= MAX_ID:
        raise Invalid(f"product must have 1 to {MAX_ID} characters.", field="product")
    return text.strip()


@question(
    name="product-summary",
    title="Product",
    rows="series",
    parameters=(Parameter("product", "A product's id.", identity),),
)
def answer(connection: sa.Connection, query: Query, product: str) -> ProductSummary:
    """What people did with one product, in the period and in each of its steps (`interval`).

    Counts, users, sessions and rates mean what they mean in *Products*; users and sessions of several steps
    add up to more than those of the whole period.
    """
    steps = {int(row.step): row for row in connection.execute(_statement(query, product))}
    whole = steps.pop(WHOLE)
    series = tuple(
        Step(**_told(steps.get(bucket.key)), date=bucket.name, start=bucket.start)
        for bucket in query.buckets()
    )
    return ProductSummary(**_told(whole), product_id=product, name=whole.called or None, series=series)


def _statement(query: Query, product: str) -> sa.CompoundSelect[Any]:
    """A row for each step and one for the whole, out of one scan."""
    done = sa.and_(*of_products(query))
    step = sa.case((done, query.bucket(events.c.at)), else_=integer(WHOLE)).label("step")
    read = (events.c[name] for name in ("id", "name", "person_id", "session_id", "product_name"))
    found = (
        sa.select(*read, step)
        .where(events.c.product_id == product, sa.or_(is_naming(query), done))
        .cte("of_product")
    )
    named = sa.func.coalesce(product_name(found), "").label("called")
    whole = sa.select(integer(WHOLE).label("step"), *_figures(found), named)
    steps = sa.select(found.c.step, *_figures(found), sa.literal("").label("called"))
    return sa.union_all(whole, steps.where(found.c.step != integer(WHOLE)).group_by(found.c.step))


def _figures(found: sa.CTE) -> list[sa.Label[Any]]:
    done = found.c.step != integer(WHOLE)
    return [
        *counts(found),
        sa.func.count(sa.case((done, found.c.person_id)).distinct()).label("users"),
        sa.func.count(sa.case((done, found.c.session_id)).distinct()).label("sessions"),
    ]


def _told(row: Any) -> dict[str, Any]:
    """The fields of Counts."""
    count = {action: int(getattr(row, action, None) or 0) for action in ACTIONS}
    found = rates(count["view"], count["click"], count["cart_add"], count["purchase"])
    return {
        **asdict(found),
        **{FIELDS[action]: number for action, number in count.items()},
        "users": int(row.users) if row else 0,
        "sessions": int(row.sessions) if row else 0,
    }
