"""What counts as a sale: the one rule behind every figure of revenue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import Condition, events_in
from tracker.analytics.query import Query
from tracker.columns.dialect import once
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


def told_sales(query: Query) -> sa.CTE:
    """The events that tell of sales of the period, read once: what `each_sale` may be of."""
    names = ("id", "at", "amount", "currency", "reference", "verified", "person_id", "product_id")
    told = sa.select(*(events.c[name] for name in names))
    return once(told.where(*events_in(query), is_sale(), *_first_told_in(query)), "told_sales")


def each_sale(query: Query, *, apart: tuple[str, ...] = (), of: sa.FromClause | None = None) -> sa.Subquery:
    """A row for each sale of the period: currency, at, amount, verified (0 or 1), person_id, and `apart`.

    Events with one reference are one sale (one for each value of the columns `apart`, such as the products
    of an order). It is told by its first event of a verified sender, else by its first; its time is the
    first. A sale told before the period began is not one of the period, however often it is told again.
    Statements that ask for several kinds of sales give the `told_sales` these are `of`.
    """
    told = _told(query, apart, of).subquery("told")
    return (
        sa.select(*(column for column in told.c if column.name != "turn"))
        .where(told.c.turn == 1)
        .subquery("sales")
    )


def _told(query: Query, apart: tuple[str, ...], of: sa.FromClause | None) -> sa.Select[Any]:
    """Events that tell of sales, with what all of the same sale say together and whose turn it is to tell."""
    told = events if of is None else of
    among = [*events_in(query), is_sale(), *_first_told_in(query)] if of is None else []
    columns = [told.c[name] for name in apart]
    same = (*columns, sa.func.coalesce(told.c.reference, sa.cast(told.c.id, sa.Text)))
    vouched = sa.case((told.c.verified, 1), else_=0)
    somebody = sa.func.max(told.c.person_id).over(partition_by=same)
    turn = sa.func.row_number().over(partition_by=same, order_by=(vouched.desc(), told.c.at, told.c.id))
    return sa.select(
        *columns,
        told.c.currency,
        sa.func.min(told.c.at).over(partition_by=same).label("at"),
        told.c.amount,
        sa.func.max(vouched).over(partition_by=same).label("verified"),
        sa.func.coalesce(told.c.person_id, somebody).label("person_id"),
        turn.label("turn"),
    ).where(*among)


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
    return connection.scalar(sa.select(_main(each_sale(query)))) or None


def _main(sales: sa.Subquery) -> sa.ScalarSelect[str]:
    """The currency most are in, empty where most tell none."""
    named = sa.func.coalesce(sales.c.currency, "")
    return sa.select(named).group_by(named).order_by(sa.func.count().desc(), named).limit(1).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Earned:
    """Rows (key, revenue) of the sales in the currency most sales of the period are in, which is `currency`,
    empty where most tell none. Amounts told without one are never taken for another."""

    rows: sa.Subquery
    currency: sa.ColumnElement[str]


def earned_by(query: Query, key: str, *, apart: bool = False) -> Earned:
    """What was sold by a column of sales: `person_id`, or `product_id`, whose sales are told `apart`."""
    told = told_sales(query)
    currency = _main(each_sale(query, of=told))
    sales = each_sale(query, apart=(key,) if apart else (), of=told)
    rows = (
        sa.select(sales.c[key], sa.func.sum(sales.c.amount).label("revenue"))
        .where(sales.c[key].is_not(None), sa.func.coalesce(sales.c.currency, "") == currency)
        .group_by(sales.c[key])
    )
    return Earned(rows.subquery("earned"), currency)
