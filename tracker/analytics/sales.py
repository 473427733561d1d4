"""What counts as a sale: the one rule behind every figure of revenue."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import Condition, events_in
from tracker.analytics.query import Query
from tracker.columns.schema import events


def is_sale(of: sa.FromClause = events) -> Condition:
    """Whether a row of `events` is one: a purchase or completed payment with an amount that did not fail."""
    # Anybody can send a payment under a public key; what is bought is told by browsers as well.
    paid = sa.and_(of.c.name == "payment_completed", of.c.verified)
    return sa.and_(
        sa.or_(of.c.name == "purchase", paid),
        of.c.amount.is_not(None),
        sa.or_(of.c.status.is_(None), of.c.status != "failed"),
    )


def each_sale(query: Query, *, apart: tuple[sa.ColumnElement[Any], ...] = ()) -> sa.Subquery:
    """A row for each sale of the period: currency, at, amount, verified (0 or 1), person_id, and `apart`.

    Events with one reference are one sale (one for each value of the columns `apart`, such as the products
    of an order). It is told by its first event of a verified sender, else by its first; its time is the
    first. A sale told before the period began is not one of the period, however often it is told again.
    """
    told = _told(query, apart).subquery("told")
    return (
        sa.select(*(column for column in told.c if column.name != "turn"))
        .where(told.c.turn == 1)
        .subquery("sales")
    )


def _told(query: Query, apart: tuple[sa.ColumnElement[Any], ...]) -> sa.Select[Any]:
    """Events that tell of sales, with what all of the same sale say together and whose turn it is to tell."""
    same = (*apart, sa.func.coalesce(events.c.reference, sa.cast(events.c.id, sa.Text)))
    vouched = sa.case((events.c.verified, 1), else_=0)
    somebody = sa.func.max(events.c.person_id).over(partition_by=same)
    turn = sa.func.row_number().over(partition_by=same, order_by=(vouched.desc(), events.c.at, events.c.id))
    return sa.select(
        *apart,
        events.c.currency,
        sa.func.min(events.c.at).over(partition_by=same).label("at"),
        events.c.amount,
        sa.func.max(vouched).over(partition_by=same).label("verified"),
        sa.func.coalesce(events.c.person_id, somebody).label("person_id"),
        turn.label("turn"),
    ).where(*events_in(query), is_sale(), *_first_told_in(query))


def _first_told_in(query: Query) -> list[Condition]:
    earlier = events.alias("earlier")
    told = sa.select(earlier.c.reference).where(
        earlier.c.site_id == query.site_id,
        earlier.c.at < query.period.since,
        earlier.c.reference.is_not(None),
        *([] if query.include_bots else [earlier.c.bot.is_(None)]),
        is_sale(earlier),
    )
    return [sa.or_(events.c.reference.is_(None), events.c.reference.not_in(told))]


def main_currency(connection: sa.Connection, query: Query) -> str | None:
    """The currency most of the period's sales are in; None where most tell none."""
    sales = each_sale(query)
    statement = (
        sa.select(sales.c.currency)
        .group_by(sales.c.currency)
        .order_by(sa.func.count().desc(), sa.func.coalesce(sales.c.currency, ""))
        .limit(1)
    )
    found = connection.scalar(statement)
    return None if found is None else str(found)


def by_person(query: Query, currency: str | None) -> sa.Select[Any, Any]:
    """Rows (person_id, revenue): the sales in a currency (None: told without one) of known persons."""
    sales = each_sale(query)
    return (
        sa.select(sales.c.person_id, sa.func.sum(sales.c.amount).label("revenue"))
        .where(sales.c.person_id.is_not(None), in_currency(sales.c.currency, currency))
        .group_by(sales.c.person_id)
    )


def in_currency(column: sa.ColumnElement[Any], currency: str | None) -> Condition:
    """Whether a sale is in the currency; amounts told without one are never taken for another."""
    return column.is_(None) if currency is None else column == currency
