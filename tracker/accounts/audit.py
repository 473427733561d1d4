"""Noting who changed what."""

from __future__ import annotations

from sqlalchemy import select

from tracker.extensions import db
from tracker.models import AuditEntry, User


def note(user: User | None, action: str, now_ms: int, site_id: int | None = None, detail: str = "") -> None:
    """Add an entry to the transaction that is open. `user` is None for the command line."""
    db.session.add(
        AuditEntry(
            at=now_ms,
            user_id=user.id if user is not None else None,
            site_id=site_id,
            action=action,
            detail=detail[:500],
        )
    )


def of_site(site_id: int, limit: int = 50) -> list[tuple[AuditEntry, str]]:
    """The last changes of a site with the name of who made them, newest first."""
    rows = db.session.execute(
        select(AuditEntry, User.email)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .where(AuditEntry.site_id == site_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [(entry, email or "command line") for entry, email in rows]
