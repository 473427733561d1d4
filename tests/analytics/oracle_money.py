"""Sales and products, the slow way."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import strategies as st

from tests.analytics.oracle import Happened, History
from tests.analytics.random_histories import histories
from tests.analytics.stores import Simple
from tracker.analytics.rates import share

PRODUCTS = ("P1", "P2", "P3")
DONE = (
    "product_viewed",
    "view",
    "product_clicked",
    "cart_add",
    "purchase",
    "product_favorited",
    "unfavorite",
)


@st.composite
def shopping(draw: st.DrawFn) -> list[Simple]:
    """Random histories in which people look at products, buy them, and pay with references."""
    found = draw(histories(since="2026-03-26 00:00", days=8, size=25))
    for one in found:
        if draw(st.booleans()):
            one["name"] = draw(st.sampled_from((*DONE, "payment_completed")))
            one.pop("page", None)
            one["verified"] = draw(st.booleans())
            one["properties"] = {
                "product_id": draw(st.sampled_from((*PRODUCTS, None))),
                "amount": draw(st.sampled_from((5, 0.1, "12.3456", None))),
                "currency": draw(st.sampled_from(("EUR", "USD", None))),
                "status": draw(st.sampled_from((None, "success", "failed"))),
            }
            one["properties"]["reference"] = draw(st.sampled_from(("r1", "r2", None, None)))
            one["properties"] = {key: v for key, v in one["properties"].items() if v is not None}
    return found


def within(history: History, since: int, until: int) -> list[Happened]:
    return [e for e in history.events if not e.bot and since <= e.at < until]


def is_sale(event: Happened) -> bool:
    told = event.told.get("properties", {})
    paid = event.name == "payment_completed" and event.told.get("verified", False)
    return (event.name == "purchase" or paid) and "amount" in told and told.get("status") != "failed"


def revenue(history: History, since: int, until: int) -> dict[str | None, tuple[Decimal, int, int]]:
    """Revenue, orders and buyers by currency."""
    found: dict[str | None, tuple[Decimal, int, set[str]]] = {}
    for told in sales(history, since, until):
        currency, amount = paid(told)
        total, count, buyers = found.get(currency, (Decimal(0), 0, set()))
        found[currency] = (
            total + amount,
            count + 1,
            buyers | {next((e.person for e in told if e.person), "")},
        )
    return {key: (total, count, len(buyers - {""})) for key, (total, count, buyers) in found.items()}


def of_product(history: History, since: int, until: int, product: str, currency: str | None) -> Decimal:
    """Revenue of one product: of each sale, what is told of the product."""
    total = Decimal(0)
    for told in sales(history, since, until):
        own = [e for e in told if e.told["properties"].get("product_id") == product]
        if own and paid(own)[0] == currency:
            total += paid(own)[1]
    return total


def main_currency(history: History, since: int, until: int) -> str | None:
    """The currency of most sales."""
    told = revenue(history, since, until)
    return min(told, key=lambda currency: (-told[currency][1], currency or ""), default=None)


def sales(history: History, since: int, until: int) -> list[list[Happened]]:
    """The events of each sale first told in the period, as far as they are in it."""
    orders: dict[str, list[Happened]] = defaultdict(list)
    for event in sorted(history.events, key=lambda e: (e.at, e.place)):
        if not event.bot and is_sale(event):
            orders[event.told["properties"].get("reference", f"#{event.place}")].append(event)
    return [[e for e in told if e.at < until] for told in orders.values() if since <= told[0].at < until]


def paid(told: list[Happened]) -> tuple[str | None, Decimal]:
    """Currency and amount of a sale: its first verified event tells, else its first."""
    teller = next((e for e in told if e.told.get("verified")), told[0])
    return teller.told["properties"].get("currency"), Decimal(str(teller.told["properties"]["amount"]))


def count(events: list[Happened], product: str, *names: str) -> int:
    return sum(e.name in names and e.told.get("properties", {}).get("product_id") == product for e in events)


def one_decimal(part: int, whole: int) -> float:
    return round(share(part, whole) or 0.0, 1)
