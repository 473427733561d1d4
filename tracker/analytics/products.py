"""Products: what is looked at, clicked, liked, put into carts and bought."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tracker.analytics.people import searched
from tracker.analytics.product_events import (
    Rates,
    counts,
    named_at,
    names_by_servers,
    of_products,
    product_name,
    rates,
)
from tracker.analytics.query import Query
from tracker.analytics.registry import Parameter, question
from tracker.analytics.sales import earned_by, main_currency
from tracker.columns.dialect import contains, last_by, once
from tracker.columns.schema import events
from tracker.domain.products import ACTIONS
from tracker.errors import Invalid

SORTS = (*ACTIONS, "users", "revenue", "name")


@dataclass(frozen=True, slots=True)
class Product(Rates):
    """One product. `favorites` are those given, `total_favorites` less those taken back.

    `revenue` is in the answer's currency; `name` None where no event tells one.
    """

    product_id: str
    name: str | None
    views: int
    clicks: int
    favorites: int
    unfavorites: int
    total_favorites: int
    cart_adds: int
    cart_removes: int
    purchases: int
    users: int
    sessions: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Products:
    """One page of the list; `total` products are in all of it. `currency` is that of the revenue."""

    total: int
    currency: str | None
    products: tuple[Product, ...]


def sorting(text: str) -> str:
    """One of SORTS, with a minus for the other way round. Raises Invalid."""
    if text.removeprefix("-") not in SORTS:
        raise Invalid(f"sort is one of {', '.join(SORTS)}; put a - before it to turn it round.", field="sort")
    return text


@question(
    name="products",
    title="Products",
    rows="products",
    parameters=(
        Parameter("search", "Part of a product's id or name.", searched, ""),
        Parameter("sort", f"One of {', '.join(SORTS)}; a - before it turns it round.", sorting, "view"),
    ),
)
def answer(connection: sa.Connection, query: Query, search: str = "", sort: str = "view") -> Products:
    """What people did with each product in the period, most viewed first. Bots are left out.

    Counted are events with a property `product_id`, named `product_viewed`, `product_clicked`,
    `product_favorited`, `product_unfavorited`, `cart_add`, `cart_remove` or `purchase` (or just `view`,
    `click`, `favorite`, `unfavorite`).

    - **Total favorites**: favorites − unfavorites. **Users** and **sessions**: the distinct ones.
    - **View to click**: clicks ÷ views; **click to cart**: cart adds ÷ clicks; **cart to purchase**:
      purchases ÷ cart adds; in per cent with one decimal, 0.0 of nothing.
    - **Revenue**: the amounts of its sales (see *Revenue*: each reference once), in the currency most sales
      have.
    - **Name**: what the latest event calls it (`product_name`, else `name`), or your server has called it
      since (`PUT /api/v1/products/{id}`), in the period or not.
    """
    rows = connection.execute(_page(query, search, sort)).all()
    total = int(rows[0].total) if rows else _total(connection, query, search)
    currency = rows[0].currency if rows else main_currency(connection, query)
    return Products(total, currency or None, tuple(_product(row) for row in rows))


def _product(row: Any) -> Product:
    count = {action: int(getattr(row, action)) for action in ACTIONS}
    found = rates(count["view"], count["click"], count["cart_add"], count["purchase"])
    return Product(
        found.view_to_click_rate,
        found.click_to_cart_rate,
        found.cart_to_purchase_rate,
        row.product_id,
        row.called or None,
        count["view"],
        count["click"],
        count["favorite"],
        count["unfavorite"],
        count["favorite"] - count["unfavorite"],
        count["cart_add"],
        count["cart_remove"],
        count["purchase"],
        int(row.users),
        int(row.sessions),
        Decimal(row.revenue or 0),
    )


def _done(query: Query) -> sa.Subquery:
    """Rows (product_id, told, told_at, a count of each action, users, sessions)."""
    names = ("product_id", "name", "product_name", "id", "person_id", "session_id")
    acts = once(sa.select(*(events.c[name] for name in names)).where(*of_products(query)), "acts")
    # Counted by name first: to look at the name of each event for each action took as long as all the rest.
    named = (
        sa.select(
            acts.c.product_id,
            acts.c.name,
            sa.func.count().label("times"),
            product_name(acts).label("told"),
            named_at(acts).label("told_at"),
        )
        .group_by(acts.c.product_id, acts.c.name)
        .subquery("named_acts")
    )
    told = (
        sa.select(
            named.c.product_id,
            last_by(named.c.told, named.c.told_at).label("told"),
            sa.func.max(named.c.told_at).label("told_at"),
            *counts(named, named.c.times),
        )
        .group_by(named.c.product_id)
        .subquery("told")
    )
    # A visit is one person's: who came is told by visits, of which there are fewer than events.
    person = sa.func.max(acts.c.person_id).label("person_id")
    visits = (
        sa.select(acts.c.product_id, acts.c.session_id, person)
        .group_by(acts.c.product_id, acts.c.session_id)
        .subquery("visits")
    )
    users, times = sa.func.count(visits.c.person_id.distinct()), sa.func.count(visits.c.session_id)
    who = (
        sa.select(visits.c.product_id, users.label("users"), times.label("sessions"))
        .group_by(visits.c.product_id)
        .subquery("who")
    )
    joined = told.join(who, who.c.product_id == told.c.product_id)
    return sa.select(*told.c, who.c.users, who.c.sessions).select_from(joined).subquery("done")


def _each(query: Query) -> sa.CTE:
    done = _done(query)
    earned = earned_by(query, "product_id", apart=True)
    sold = earned.rows
    named = names_by_servers(query)
    # Some engines put zeros where a joined row is missing, others nothing.
    later = sa.func.coalesce(named.c.named_at, 0) > sa.func.coalesce(done.c.told_at, 0)
    called = sa.case((later, named.c.called), else_=done.c.told).label("called")
    joined = done.outerjoin(sold, sold.c.product_id == done.c.product_id).outerjoin(
        named, named.c.product_id == done.c.product_id
    )
    columns = (*done.c, called, sold.c.revenue, earned.currency.label("currency"))
    return sa.select(*columns).select_from(joined).cte("each_product")


def _found(query: Query, search: str) -> sa.Select[Any]:
    each = _each(query)
    chosen = sa.select(*each.c)
    if search:
        wanted = sa.literal(search.lower())
        told = (each.c.product_id, sa.func.coalesce(each.c.called, ""))
        chosen = chosen.where(sa.or_(*(contains(sa.func.lower(column), wanted) for column in told)))
    return chosen


def _page(query: Query, search: str, sort: str) -> sa.Select[Any]:
    found = _found(query, search).cte("found")
    name = sort.removeprefix("-")
    key = sa.func.coalesce(found.c.called, found.c.product_id) if name == "name" else found.c[name]
    if name == "revenue":
        key = sa.func.coalesce(key, 0)
    upwards = (name == "name") != sort.startswith("-")
    return (
        sa.select(*found.c, sa.func.count().over().label("total"))
        .order_by(key.asc() if upwards else key.desc(), found.c.product_id)
        .limit(query.limit)
        .offset(query.offset)
    )


def _total(connection: sa.Connection, query: Query, search: str) -> int:
    if not query.offset:
        return 0
    found = _found(query, search).subquery("found")
    return connection.scalar(sa.select(sa.func.count()).select_from(found)) or 0
