"""What support asks of one user: are they there, how did they register and pay, and what is likely wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tracker.domain import registration
from tracker.domain.money import written
from tracker.domain.pseudonyms import Pseudonyms
from tracker.ledger import credits, known_as, payments, troubles, users
from tracker.ledger.connect import Connection
from tracker.ledger.payments import Payment
from tracker.ledger.troubles import Told
from tracker.ledger.users import User
from tracker.support.nearest import nearest

LOOK_BACK_MS = 90 * 86_400_000
"""How far back errors, and registrations of nobody known, are looked for."""
PAYMENTS = 20
ERRORS = 5


class Verdict(StrEnum):
    """What is likely wrong."""

    NEVER_REGISTERED = "never_registered"
    REGISTRATION_FAILED = "registration_failed"
    PAID_NOT_CREDITED = "paid_not_credited"
    OTHER_EMAIL = "other_email"
    PAYMENT_FAILED = "payment_failed"
    NOTHING_WRONG = "nothing_wrong"


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits that are left, exact; `currency` None where none was named."""

    currency: str | None
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Known:
    """A user with what they have left."""

    user: User
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything about whoever was `asked` for. `told` is the verdict in words.

    `registrations` oldest first; `payments` (of which `stuck` names references), `errors` newest first;
    `nearest` are e-mails alike, looked for only where nobody is known by this one.
    """

    asked: str
    exists: bool
    verdict: Verdict
    told: str
    users: tuple[Known, ...]
    registrations: tuple[Told, ...]
    payments: tuple[Payment, ...]
    stuck: tuple[str, ...]
    errors: tuple[Told, ...]
    nearest: tuple[str, ...]


def of_email(
    connection: Connection, site_id: int, text: str, now_ms: int, names: Pseudonyms | None = None
) -> Diagnosis:
    """Of an e-mail, or of a user's id; with `names` also where only the e-mail's pseudonym is known."""
    text = text.strip()
    ids = [one.user_id for one in known_as.by_email(connection, site_id, text, names)]
    found = of_users(connection, site_id, text, [*ids, text, text.lower()], now_ms)
    if found.exists:
        return found
    since = now_ms - LOOK_BACK_MS
    tried = tuple(troubles.registrations_of_email(connection, site_id, text, since))
    alike = tuple(nearest(text, known_as.emails(connection, site_id)))
    verdict, told = _of_nobody(text, tried, alike)
    return Diagnosis(text, False, verdict, told, (), tried, (), (), (), alike)


def of_users(
    connection: Connection, site_id: int, asked: str, user_ids: Iterable[str], now_ms: int
) -> Diagnosis:
    """Of users by their ids; those whom nobody ever named are passed over."""
    wanted = dict.fromkeys(user_ids)
    known = tuple(user for one in wanted if (user := users.get(connection, site_id, one)) is not None)
    ids = [user.id for user in known]
    paid = payments.of_user(connection, site_id, ids, PAYMENTS)
    stuck = [payment for payment in paid if payment.is_stuck(now_ms)]
    failed = troubles.errors(connection, site_id, ids, now_ms - LOOK_BACK_MS, ERRORS)
    registered = tuple(troubles.registrations(connection, site_id, ids))
    verdict, told = _of_somebody(registered, paid, stuck, failed)
    return Diagnosis(
        asked,
        bool(known),
        verdict,
        told,
        tuple(Known(user, _balances(connection, site_id, user.id)) for user in known),
        registered,
        tuple(paid),
        tuple(payment.reference for payment in stuck),
        tuple(failed),
        (),
    )


def _balances(connection: Connection, site_id: int, user_id: str) -> tuple[Balance, ...]:
    left = credits.balances(credits.operations(connection, site_id, user_id))
    return tuple(Balance(unit, left[unit]) for unit in sorted(left, key=lambda unit: unit or ""))


def _of_somebody(
    registered: tuple[Told, ...], paid: list[Payment], stuck: list[Payment], failed: list[Told]
) -> tuple[Verdict, str]:
    if stuck:
        return Verdict.PAID_NOT_CREDITED, " ".join(_why_stuck(payment) for payment in stuck[:3])
    not_through = _registration_failed(registered)
    if not_through:
        return Verdict.REGISTRATION_FAILED, not_through
    if paid and paid[0].state == "failed":
        why = f": {paid[0].error_message}" if paid[0].error_message else ""
        return Verdict.PAYMENT_FAILED, f"The latest payment, {_named(paid[0])}, failed{why.rstrip('.')}."
    if failed:
        return Verdict.NOTHING_WRONG, "Nothing stands out; look at the last errors below."
    return Verdict.NOTHING_WRONG, "Nothing stands out."


def _of_nobody(text: str, tried: tuple[Told, ...], alike: tuple[str, ...]) -> tuple[Verdict, str]:
    not_through = _registration_failed(tried)
    if not_through:
        return Verdict.REGISTRATION_FAILED, not_through
    if tried:
        return Verdict.REGISTRATION_FAILED, (
            f"Somebody registered with {text}, but no event names a user with it since: "
            "does your server name the user after the registration?"
        )
    if alike:
        return Verdict.OTHER_EMAIL, f"Nobody is known as {text}. They may have used {' or '.join(alike)}."
    return (
        Verdict.NEVER_REGISTERED,
        f"Nobody ever came or registered as {text}, and no known e-mail is like it.",
    )


def _registration_failed(told: tuple[Told, ...]) -> str:
    """Why a registration did not go through; empty where it did, or none was tried."""
    names = {one.name for one in told}
    if not told or names & {registration.SUCCEEDED, registration.VERIFIED}:
        return ""
    failed = [one for one in told if one.name == registration.FAILED]
    if not failed:
        return "A registration was attempted, and neither success nor failure was told since."
    why = f" The last time: {failed[-1].error_message.rstrip('.')}." if failed[-1].error_message else ""
    times = "once" if len(failed) == 1 else f"{len(failed)} times"
    return f"The registration failed {times} and never succeeded.{why}"


def _why_stuck(payment: Payment) -> str:
    if payment.webhook_at is not None:
        why = "the provider's webhook came, but nothing was credited."
    elif payment.failed_at is not None:
        why = "then the provider's webhook or your server told that it failed; look it up at the provider."
    else:
        why = "but no webhook of the provider came, and nothing was credited."
    return f"{_named(payment)} was paid, {why}"


def _named(payment: Payment) -> str:
    if payment.amount is None:
        return payment.reference
    return f"{payment.reference} ({written(payment.amount, payment.currency)})"
