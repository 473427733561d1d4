"""Credits moved over the API or by a form: one function, noted where somebody is signed in."""

from __future__ import annotations

from tracker.accounts import audit
from tracker.domain.money import written
from tracker.domain.site import Site
from tracker.extensions import writing
from tracker.ledger.credit_moves import Moved
from tracker.models import User
from tracker.services import Services
from tracker.support import credits
from tracker.support.credits import Change

NOTES = {"add": "credits added", "deduct": "credits deducted"}


def move(services: Services, site: Site, change: Change, by: User | None, now_ms: int) -> Moved:
    """Move the credits and note who did, None being the site's own server.

    Raises what `credits.carry_out` does. The note names the operation's reference and no user, so that it may
    outlive them.
    """
    moved = credits.carry_out(services.pipeline, services.writer, site, change, now_ms)
    if by is not None and not moved.duplicate:
        told = written(change.amount, change.currency)
        with writing():
            audit.note(by, NOTES[change.operation], now_ms, site.id, f"{told}, reference {change.reference}")
    return moved
