"""The form on a person's page that moves their credits; for admins."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.accounts.roles import Role
from tracker.errors import STATUS, DesirepathError, Invalid, NotFound
from tracker.ledger.credit_moves import Moved
from tracker.services import Services
from tracker.support import credits
from tracker.support.credits import Change
from tracker.web import access, formats, moved_credits
from tracker.web.dashboard import support_card
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.question_page import QuestionPage, Views

FIELDS = ("operation", "amount", "currency", "reason")
COLUMNS_SECONDS = 3.0
"""How long the answer waits for the timeline to know of it; it is done before."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it is shown. `reference` is new each time: sent twice, a form moves credits once."""

    values: Mapping[str, str]
    reference: str
    error: DesirepathError | None = None

    @classmethod
    def empty(cls, values: Mapping[str, str] | None = None, error: DesirepathError | None = None) -> Form:
        """A form with a reference of its own."""
        return cls(values or {}, f"page-{secrets.token_hex(8)}", error)


class CreditsForm:
    """The view that takes the form."""

    def __init__(self, page: QuestionPage, services: Services) -> None:
        self._page = page
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the route."""
        blueprint.add_url_rule("/credits", "move_credits", self.move, methods=["POST"])

    def move(self, site_id: int) -> ResponseReturnValue:
        """Move credits of the person whom the address names, then show their timeline."""
        site = access.site(site_id, Role.ADMIN)
        look = self._page.look(site_id, request.args.items(multi=True))
        user = support_card.user_of(self._services, look)
        if user is None:
            raise NotFound("No user is known by this id, so there are no credits to move.", field="person")
        by, now_ms = access.need_viewer().user, clock.now_ms()
        try:
            change = _read(request.form, user, by.email)
            moved = moved_credits.move(self._services, site, change, by, now_ms)
        except DesirepathError as error:
            values = {name: request.form.get(name, "") for name in FIELDS}
            more = {"credits": Form.empty(values, error)}
            return Views(self._page, self._services).render(look, **more), STATUS[error.code]
        self._services.sync.wait_for(moved.operation.id, COLUMNS_SECONDS)
        flash(_told(change, moved), "warn" if moved.duplicate else "good")
        return redirect(_after(look, now_ms))


def _read(form: Mapping[str, str], user: str, by: str) -> Change:
    told: dict[str, Any] = {name: form.get(name, "").strip() for name in (*FIELDS, "reference")}
    if not told["reason"]:
        raise Invalid("reason is missing: why, for whoever reads the timeline later.", field="reason")
    told["currency"] = told["currency"] or None
    return credits.read({**told, "user": {"id": user}}, by)


def _told(change: Change, moved: Moved) -> str:
    amount = formats.exact(change.amount, change.currency)
    left = formats.exact(moved.balance, change.currency)
    if moved.duplicate:
        return f"This form was sent before, so nothing was moved again. {left} left."
    done = "added" if change.operation == "add" else "deducted"
    return f"{amount} {done}; {left} left."


def _after(look: Look, now_ms: int) -> str:
    """The page with its newest lines, over a time that goes on."""
    shown: dict[str, Any] = {"before": None, "after": None, "event": None}
    if look.own.get("timeline") == "events":
        shown["timeline"] = None
    if not look.query.period.since <= now_ms < look.query.period.until:
        shown |= {"timeframe": None, "from_": None, "to": None}
    return look.url(**shown)
