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
            if one["properties"]["currency"] == "EUR" and one["properties"]["amount"] == 5:
                one["properties"]["reference"] = draw(st.sampled_from(("r1", "r2")))
            one["properties"] = {key: v for key, v in one["properties"].items() if v is not None}
    return found


def within(history: History, since: int, until: int) -> list[Happened]:
    return [e for e in history.events if not e.bot and since <= e.at < until]


def is_sale(event: Happened) -> bool:
    told = event.told.get("properties", {})
    paid = event.name == "payment_completed" and event.told.get("verified", False)
    return (event.name == "purchase" or paid) and "amount" in told and told.get("status") != "failed"


def revenue(events: list[Happened]) -> dict[str | None, tuple[Decimal, int, int]]:
    """Revenue, orders and buyers by currency."""
    orders: dict[str, list[Happened]] = defaultdict(list)
    for event in events:
        if is_sale(event):
            orders[event.told["properties"].get("reference", f"#{event.place}")].append(event)
    found: dict[str | None, tuple[Decimal, int, set[str]]] = {}
    for told in orders.values():
        currency = max(e.told["properties"].get("currency") or "" for e in told) or None
        amount = max(Decimal(str(e.told["properties"]["amount"])) for e in told)
        total, count, buyers = found.get(currency, (Decimal(0), 0, set()))
        found[currency] = (
            total + amount,
            count + 1,
            buyers | {next((e.person for e in told if e.person), "")},
        )
    return {key: (total, count, len(buyers - {""})) for key, (total, count, buyers) in found.items()}


def count(events: list[Happened], product: str, *names: str) -> int:
    return sum(e.name in names and e.told.get("properties", {}).get("product_id") == product for e in events)


def one_decimal(part: int, whole: int) -> float:
    return round(share(part, whole) or 0.0, 1)
