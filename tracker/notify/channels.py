"""A site's channels: adding, removing, reading them; changes are noted."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.accounts import audit, sites
from tracker.config import Settings
from tracker.errors import Conflict, NotFound
from tracker.extensions import db, writing
from tracker.models import AlertChannel, AlertDelivery, User
from tracker.notify import kinds

MOST = 20
"""Channels a site may have."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one delivery; times in epoch ms."""

    kind: str
    target: str
    subject: str
    state: str
    made_at: int
    attempts: int
    next_at: int | None
    problem: str | None


def of_site(site_id: int) -> list[AlertChannel]:
    """A site's channels, in the order they were added."""
    found = select(AlertChannel).where(AlertChannel.site_id == site_id).order_by(AlertChannel.id)
    return list(db.session.scalars(found))


def add(
    settings: Settings, site_id: int, kind: str, target: str, now_ms: int, by: User | None
) -> AlertChannel:
    """Tell the site here from now on. Raises Invalid, Conflict (field `target`), or NotFound."""
    known = kinds.of(kind)
    checked = known.check(settings, target.strip())
    with writing() as session:
        sites.need(site_id)
        there = session.scalars(select(AlertChannel).where(AlertChannel.site_id == site_id)).all()
        if any((one.kind, one.target) == (kind, checked) for one in there):
            raise Conflict("Alerts go there already.", field="target")
        if len(there) >= MOST:
            raise Conflict(f"A site may have {MOST} of these; remove one first.", field="target")
        secret = f"ws_{secrets.token_urlsafe(32)}" if known.signs else None
        row = AlertChannel(site_id=site_id, kind=kind, target=checked, secret=secret, added_at=now_ms)
        session.add(row)
        audit.note(by, "alerts added", now_ms, site_id, f"{kind} {checked}")
    return row


def remove(site_id: int, number: int, now_ms: int, by: User | None) -> None:
    """Tell nothing there any more, nor what waits to be tried again. Raises NotFound."""
    with writing() as session:
        row = need(site_id, number)
        audit.note(by, "alerts removed", now_ms, site_id, f"{row.kind} {row.target}")
        session.delete(row)


def need(site_id: int, number: int) -> AlertChannel:
    """One channel of this site. Raises NotFound."""
    row = db.session.get(AlertChannel, number)
    if row is None or row.site_id != site_id:
        raise NotFound("There is no such channel.")
    return row


def latest(site_id: int, limit: int = 20) -> list[Sent]:
    """What was told last, newest first."""
    rows = db.session.execute(
        select(AlertChannel.kind, AlertChannel.target, AlertDelivery)
        .join(AlertDelivery, AlertDelivery.channel_id == AlertChannel.id)
        .where(AlertChannel.site_id == site_id)
        .order_by(AlertDelivery.id.desc())
        .limit(limit)
    )
    return [
        Sent(kind, target, d.subject, d.state, d.made_at, d.attempts, d.next_at, d.problem)
        for kind, target, d in rows
    ]


def waiting(site_id: int) -> int:
    """How many deliveries wait to be tried, or tried again."""
    found = (
        select(func.count())
        .select_from(AlertDelivery)
        .join(AlertChannel, AlertDelivery.channel_id == AlertChannel.id)
        .where(AlertChannel.site_id == site_id, AlertDelivery.next_at.is_not(None))
    )
    return int(db.session.scalar(found) or 0)
