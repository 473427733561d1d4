"""Revenue: what is sold, by currency, when, and to how many."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tracker.analytics.query import Query
from tracker.analytics.rates import change
from tracker.analytics.registry import question
from tracker.analytics.sales import each_sale

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """What was sold in one step of the chart; `start` in epoch ms, `date` its name in local time."""

    date: str
    start: int
    revenue: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class InCurrency:
    """Sales in one currency (None: told without one). `verified` is what servers or tokens vouch for.

    `previous…` and `change` (per cent) only where a comparison is asked.
    """

    currency: str | None
    revenue: Decimal
    verified: Decimal
    orders: int
    buyers: int
    per_order: Decimal
    per_buyer: Decimal | None
    series: tuple[Step, ...]
    previous_revenue: Decimal | None = None
    previous_orders: int | None = None
    change: float | None = None


@dataclass(frozen=True, slots=True)
class Revenue:
    """Most orders first. Currencies are never added up."""

    currencies: tuple[InCurrency, ...]


@dataclass
class _Sums:
    revenue: Decimal = NOTHING
    verified: Decimal = NOTHING
    orders: int = 0


@question(name="revenue", money=True, title="Revenue", rows="currencies")
def answer(connection: sa.Connection, query: Query) -> Revenue:
    """What was sold in the period, by currency.

    A sale is an event `purchase`, or `payment_completed` from a verified sender, that has an amount and did
    not fail. Events with the same reference are one sale, of the time it was first told; amount, currency
    and person are those of its first verified event, else of its first. Told again in a later period, it
    does not count again. Bots are left out; what is given back is not subtracted.

    - **Revenue**: the amounts, exact. **Verified**: the part told by a server or a signed token.
    - **Orders**: the sales. **Buyers**: distinct known persons among them.
    - **Per order**, **per buyer**: revenue ÷ orders; revenue of known persons' sales ÷ buyers. Two decimals.
    """
    before = _sums(connection, query.previous()) if query.compare else None
    buyers = {row.currency: row for row in connection.execute(_buyers(query))}
    steps = _steps(connection, query)
    sums = _add(steps)
    ordered = sorted(sums, key=lambda currency: (-sums[currency].orders, currency or ""))
    return Revenue(tuple(_told(query, c, sums[c], buyers.get(c), steps, before) for c in ordered))


def _told(
    query: Query,
    currency: str | None,
    sums: _Sums,
    of_buyers: Any,
    steps: dict[tuple[str | None, int], _Sums],
    before: dict[str | None, _Sums] | None,
) -> InCurrency:
    earlier = None if before is None else before.get(currency, _Sums())
    nothing = _Sums()
    series = tuple(
        Step(b.name, b.start, found.revenue, found.orders)
        for b in query.buckets()
        for found in (steps.get((currency, b.key), nothing),)
    )
    return InCurrency(
        currency,
        sums.revenue,
        sums.verified,
        sums.orders,
        of_buyers.buyers if of_buyers else 0,
        _each(sums.revenue, sums.orders),
        _each(of_buyers.revenue, of_buyers.buyers) if of_buyers else None,
        series,
        earlier.revenue if earlier else None,
        earlier.orders if earlier else None,
        change(float(sums.revenue), float(earlier.revenue)) if earlier else None,
    )


def _each(whole: Decimal, number: int) -> Decimal:
    return (whole / number).quantize(Decimal("0.01"))


def _sums(connection: sa.Connection, query: Query) -> dict[str | None, _Sums]:
    return _add(_steps(connection, query))


def _add(steps: dict[tuple[str | None, int], _Sums]) -> dict[str | None, _Sums]:
    found: dict[str | None, _Sums] = defaultdict(_Sums)
    for (currency, _), step in steps.items():
        found[currency].revenue += step.revenue
        found[currency].verified += step.verified
        found[currency].orders += step.orders
    return dict(found)


def _steps(connection: sa.Connection, query: Query) -> dict[tuple[str | None, int], _Sums]:
    """Sums by currency and step of the chart."""
    sales = each_sale(query)
    step = query.bucket(sales.c.at).label("step")
    verified = sa.func.sum(sa.case((sales.c.verified > 0, sales.c.amount), else_=NOTHING))
    statement = sa.select(
        sales.c.currency, step, sa.func.sum(sales.c.amount), verified, sa.func.count()
    ).group_by(sales.c.currency, step)
    return {
        (currency or None, key): _Sums(Decimal(amount), Decimal(vouched or 0), orders)
        for currency, key, amount, vouched, orders in connection.execute(statement)
    }


def _buyers(query: Query) -> sa.Select[Any]:
    """Rows (currency, buyers, revenue) of the sales whose person is known."""
    sales = each_sale(query)
    buyers = sa.func.count(sales.c.person_id.distinct()).label("buyers")
    return (
        sa.select(sales.c.currency, buyers, sa.func.sum(sales.c.amount).label("revenue"))
        .where(sales.c.person_id.is_not(None))
        .group_by(sales.c.currency)
    )
