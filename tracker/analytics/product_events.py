"""Events of products, counted by action: what the questions about products share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import Condition, events_in
from tracker.analytics.query import Query
from tracker.columns.dialect import last_by, one_of
from tracker.columns.schema import events
from tracker.domain.products import ACTIONS, UPDATED, names, rate

NAMES = tuple(dict.fromkeys(name for action in ACTIONS for name in names(action)))


@dataclass(frozen=True, slots=True)
class Rates:
    """Clicks ÷ views, cart adds ÷ clicks, purchases ÷ cart adds: per cent, one decimal, 0.0 of nothing."""

    view_to_click_rate: float
    click_to_cart_rate: float
    cart_to_purchase_rate: float


def rates(views: int, clicks: int, cart_adds: int, purchases: int) -> Rates:
    """The rates of such counts."""
    return Rates(rate(clicks, views), rate(cart_adds, clicks), rate(purchases, cart_adds))


def of_products(query: Query) -> list[Condition]:
    """Conditions on `events`: those that say what was done with a product."""
    return [*events_in(query), events.c.product_id.is_not(None), one_of(events.c.name, NAMES)]


def counts(of: sa.FromClause = events, times: sa.ColumnElement[int] | int = 1) -> list[sa.Label[int]]:
    """Aggregates: so many events of each action, under its name; a row stands for `times` of them."""
    return [
        sa.func.sum(sa.case((of.c.name.in_(names(action)), times), else_=0)).label(action)
        for action in ACTIONS
    ]


def product_name(of: sa.FromClause = events) -> sa.ColumnElement[Any]:
    """An aggregate: what the product was called last."""
    return last_by(of.c.product_name, of.c.id)


def named_at(of: sa.FromClause = events) -> sa.ColumnElement[Any]:
    """An aggregate: the number of the event that told it."""
    return sa.func.max(sa.case((of.c.product_name.is_not(None), of.c.id), else_=None))


def names_by_servers(query: Query) -> sa.Subquery:
    """Rows (product_id, called, named_at): what a server called each product last, in the period or not."""
    return (
        sa.select(events.c.product_id, product_name().label("called"), named_at().label("named_at"))
        .where(is_naming(query), events.c.product_id.is_not(None))
        .group_by(events.c.product_id)
        .subquery("named")
    )


def is_naming(query: Query) -> Condition:
    """Whether a row of `events` is a server telling what a product is called."""
    return sa.and_(events.c.site_id == query.site_id, events.c.name == UPDATED)
