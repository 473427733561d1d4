"""A site's channels: adding, removing, reading them; changes are noted."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from tracker.accounts import audit, sites
from tracker.config import Settings
from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import db, writing
from tracker.models import AlertChannel, AlertDelivery, User
from tracker.notify import kinds, reports, stuck
from tracker.notify.stretch import Every

MOST = 20
"""Channels a site may have."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a channel is told: payments that are stuck, and a report of each day, week or month."""

    stuck: bool = True
    report: Every | None = None

    @classmethod
    def read(cls, *, stuck: bool, report: str) -> Wanted:
        """As a form says it; "" for no reports. Raises Invalid (field `report`)."""
        wanted = cls(stuck, Every.read(report) if report else None)
        if not wanted.stuck and wanted.report is None:
            raise Invalid("Choose something to be told, or remove the address.", field="report")
        return wanted


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one delivery; times in epoch ms."""

    kind: str
    target: str
    alert: str
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
    settings: Settings,
    site_id: int,
    kind: str,
    target: str,
    now_ms: int,
    by: User | None,
    wanted: Wanted = Wanted(),
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
        _want(row, wanted, now_ms)
        session.add(row)
        audit.note(by, "alerts added", now_ms, site_id, f"{kind} {checked}")
    return row


def change(site_id: int, number: int, wanted: Wanted, now_ms: int, by: User | None) -> None:
    """Tell other things there from now on; what waits and is not wanted is dropped. Raises NotFound."""
    with writing() as session:
        row = need(site_id, number)
        _want(row, wanted, now_ms)
        dropped = [
            name for name, kept in ((stuck.ALERT, wanted.stuck), (reports.REPORT, wanted.report)) if not kept
        ]
        session.execute(
            delete(AlertDelivery).where(
                AlertDelivery.channel_id == number,
                AlertDelivery.alert.in_(dropped),
                AlertDelivery.next_at.is_not(None),
            )
        )
        told = [
            *(["stuck payments"] if wanted.stuck else []),
            *([f"{wanted.report}s"] if wanted.report else []),
        ]
        audit.note(by, "alerts changed", now_ms, site_id, f"{row.kind} {row.target}: {', '.join(told)}")


def _want(row: AlertChannel, wanted: Wanted, now_ms: int) -> None:
    if wanted.stuck and row.stuck is False:
        row.added_at = now_ms  # what was stuck in between is on the page
    if wanted.report is not None and row.report != wanted.report:
        row.report_since = now_ms
    row.stuck, row.report = wanted.stuck, wanted.report


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
        Sent(kind, target, d.alert, d.subject, d.state, d.made_at, d.attempts, d.next_at, d.problem)
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
