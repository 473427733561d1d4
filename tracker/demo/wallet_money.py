"""Money into the wallet and out of it, with everything that can go wrong on the way."""

from __future__ import annotations

from tracker.demo import wallet_bills as bills
from tracker.demo.visit import Json, Visit

ABANDONED = 0.09
"""Share of top-ups that end on the bank's page."""
FAILED = 0.07
FAILED_ON_BAD_DAY = 0.45
UNTOLD = 0.008
"""Share of completed payments of which the bank never tells: no webhook, no credits."""
UNCREDITED = 0.007
"""Share of webhooks after which nothing was credited."""
PATIENCE = 60
"""Seconds that people wait for their money."""


def top_up(visit: Visit, app: Json, amount: int) -> bool:
    """A payment by reference: initialised, redirected, completed or failed, told by webhook, credited.

    False where the money is not there yet and somebody comes back later.
    """
    visit.wait(2, 20)
    visit.open("/add-money", "Add money")
    visit.do("fund_clicked", {**app, "amount": amount, "currency": bills.CURRENCY, "button": "add money"})
    visit.wait(1, 6)
    payment: Json = {
        "reference": f"pp_{visit.day.index:03d}{visit.who:06d}{visit.at // 1000 % 86400:05d}",
        "amount": amount,
        "currency": bills.CURRENCY,
        "method": bills.METHODS.pick(visit.random()),
    }
    visit.do("payment_initialized", {**app, **payment})
    visit.wait(1, 5)
    visit.do("payment_redirected", {**app, "reference": payment["reference"]})
    if visit.happens(ABANDONED):
        return False
    visit.wait(12, 90)
    if visit.happens(FAILED_ON_BAD_DAY if visit.day.incident else FAILED):
        message = bills.BANK_ERRORS.pick(visit.random())
        visit.do("payment_failed", {**app, **payment, "status": "failed", "error_message": message})
        return visit.happens(0.4)
    visit.do("payment_completed", {**app, **payment, "status": "success"})
    return not visit.happens(UNTOLD) and _book(visit, payment)


def debit(visit: Visit, act: str, details: Json) -> None:
    """The server books a payment out of the wallet."""
    amount = details["amount"]
    balance = visit.people.balance[visit.who] = visit.people.balance[visit.who] - amount
    entry = {"amount": amount, "currency": details["currency"], "balance": balance, "reason": act}
    entry["transaction_id"] = details["transaction_id"]
    visit.server(0.5 + visit.random(), "credits_deducted", entry, interactive=False)


def _book(visit: Visit, payment: Json) -> bool:
    """The webhook comes, mostly within seconds, and the wallet is credited. As `top_up`."""
    reference, amount = payment["reference"], payment["amount"]
    delay = 1 + visit.random() ** 4 * (1500 if visit.day.incident else 90)
    entry = {"reference": reference, "amount": amount, "currency": payment["currency"]}
    visit.server(delay, "webhook_received", {**entry, "provider": "razorlane", "status": "success"})
    if visit.happens(UNCREDITED):
        return False
    balance = visit.people.balance[visit.who] = visit.people.balance[visit.who] + amount
    visit.server(delay + 0.4, "credits_added", {**entry, "balance": balance})
    if delay > PATIENCE:
        return False
    visit.at += int(delay * 1000) + 1500
    visit.do("wallet_topup", {**payment, "status": "success"})
    return True
