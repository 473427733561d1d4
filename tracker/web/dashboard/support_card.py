"""What support wants to know of a person, on their page; for admins."""

from __future__ import annotations

from typing import Any

from tracker.accounts.roles import Role
from tracker.ledger import troubles, users
from tracker.ledger.connect import Connection
from tracker.services import Services
from tracker.support.diagnosis import Verdict, of_users
from tracker.web import access
from tracker.web.dashboard.look import Look

LOOKS = {
    Verdict.REGISTRATION_FAILED: ("warn", "Registration failed"),
    Verdict.PAID_NOT_CREDITED: ("bad", "Paid, not credited"),
    Verdict.PAYMENT_FAILED: ("warn", "Payment failed"),
    Verdict.NOTHING_WRONG: ("good", "Nothing stands out"),
}


def of_person(services: Services, look: Look) -> dict[str, Any]:
    """`support` for the page's template: the diagnosis, None for visitors nobody knows and for viewers."""
    if access.role_on(access.need_viewer(), look.site.id) < Role.ADMIN:
        return {"support": None}
    user = user_of(services, look)
    with services.readers.read() as connection:
        found = None if user is None else of_users(connection, look.site.id, user, [user], look.now_ms)
    return {"support": found, "support_look": LOOKS[found.verdict] if found else None}


def user_of(services: Services, look: Look) -> str | None:
    """The user whom the page is about: by id, else the one a visitor became; None for a visitor."""
    person = look.own.get("person", "")
    if not person:
        return None
    with services.readers.read() as connection:
        return _user(connection, look.site.id, person)


def _user(connection: Connection, site_id: int, person: str) -> str | None:
    if users.get(connection, site_id, person) is not None:
        return person
    return troubles.user_of_visitor(connection, site_id, person)
