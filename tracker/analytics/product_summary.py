"""One product over time: what was done with it in each day, week or month."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics.product_events import Rates, counts, is_naming, of_products, product_name, rates
from tracker.analytics.query import Query
from tracker.analytics.registry import Parameter, question
from tracker.columns.schema import events
from tracker.domain.products import ACTIONS
from tracker.errors import Invalid

MAX_ID = 500
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
    own = [*of_products(query), events.c.product_id == product]
    step = query.bucket(events.c.at).label("step")
    whole = connection.execute(sa.select(*_figures()).where(*own)).one()
    telling = sa.or_(is_naming(query), sa.and_(*of_products(query)))
    called = connection.scalar(sa.select(product_name()).where(events.c.product_id == product, telling))
    steps = {
        row.step: row for row in connection.execute(sa.select(step, *_figures()).where(*own).group_by(step))
    }
    series = tuple(
        Step(**_told(steps.get(bucket.key)), date=bucket.name, start=bucket.start)
        for bucket in query.buckets()
    )
    return ProductSummary(**_told(whole), product_id=product, name=called or None, series=series)


def _figures() -> list[sa.Label[Any]]:
    return [
        *counts(),
        sa.func.count(events.c.person_id.distinct()).label("users"),
        sa.func.count(events.c.session_id.distinct()).label("sessions"),
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
