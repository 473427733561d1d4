"""Payments and credits, the slow way."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.analytics.oracle import Happened
from tests.analytics.random_histories import MINUTE
from tests.analytics.stores import Simple, ms

NAMES = ("payment_initialized", "payment_completed", "webhook_received", "credits_added", "payment_failed")
MOVES = ("credits_added", "credits_deducted")
START = ms("2026-03-27 00:00")


@st.composite
def paying(draw: st.DrawFn) -> list[Simple]:
    """Events of a few payments in any order, doubled, late, claimed and verified."""
    found: list[Simple] = []
    for _ in range(draw(st.integers(0, 25))):
        told: dict[str, Any] = {"reference": draw(st.sampled_from(("r1", "r2", "r3", None)))}
        told["amount"] = draw(st.sampled_from((5, "0.1", 12.3456, None)))
        told["status"] = draw(st.sampled_from((None, "success", "failed")))
        told["currency"] = draw(st.sampled_from(("EUR", None)))
        event: Simple = {
            "at": START + draw(st.integers(0, 5 * 24 * 60)) * MINUTE,
            "name": draw(st.sampled_from((*NAMES, "credits_deducted", "page_viewed"))),
            "user": draw(st.sampled_from(("u", "v", None))),
            "visitor": None,
            "verified": draw(st.booleans()),
            "properties": {key: value for key, value in told.items() if value is not None},
        }
        if draw(st.integers(0, 7)) == 0:
            event["bot"] = "user_agent"
        if draw(st.integers(0, 7)) == 0:
            event["id"] = draw(st.integers(1, 3))
        found.append(event)
    return found


def told(event: Happened, key: str) -> Any:
    return event.told.get("properties", {}).get(key)


def payments(events: list[Happened], since: int, until: int, now: int) -> dict[str, tuple[str, bool, int]]:
    """State, stuck and when it began, by reference."""
    by_reference: dict[str, list[Happened]] = defaultdict(list)
    for event in events:
        if not event.bot and event.name in NAMES and told(event, "reference"):
            by_reference[told(event, "reference")].append(event)
    found = {}
    for reference, own in by_reference.items():
        began = min(e.at for e in own)
        if since <= began < until:
            found[reference] = (*_state(own, now), began)
    return found


def _state(own: list[Happened], now: int) -> tuple[str, bool]:
    def first(name: str, *, vouched: bool = False, failed: bool | None = None) -> int | None:
        fitting = [e.at for e in own if e.name == name and (not vouched or e.told["verified"])]
        if failed is not None:
            fitting = [
                e.at
                for e in own
                if e.name == name and e.told["verified"] and (told(e, "status") == "failed") == failed
            ]
        return min(fitting, default=None)

    credited = first("credits_added", vouched=True)
    webhook = first("webhook_received", failed=False)
    completed = first("payment_completed")
    paid = completed if completed is not None else webhook
    failed = first("payment_failed") is not None or first("webhook_received", failed=True) is not None
    if credited is not None:
        return "credited", False
    if paid is not None:
        return "completed", paid <= now - 15 * MINUTE
    return ("failed" if failed else "pending"), False


def balances(events: list[Happened], person: str) -> list[tuple[int, Decimal, Decimal]]:
    """(place, amount, balance) of each credit operation in order, by one currency after the other."""
    own = [e for e in events if e.person == person and e.name in MOVES and e.told["verified"]]
    own = [e for e in own if told(e, "amount") is not None]
    own.sort(key=lambda e: (e.at, e.place))
    left: dict[str | None, Decimal] = defaultdict(Decimal)
    found = []
    for event in own:
        amount = Decimal(str(told(event, "amount")))
        amount = -amount if event.name == "credits_deducted" else amount
        left[told(event, "currency")] += amount
        found.append((event.at, amount, left[told(event, "currency")]))
    return found
