"""Records of consent, read from the events that they are."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain import consent
from tracker.domain.consent import Consent
from tracker.domain.event import Flag
from tracker.ledger import reads
from tracker.ledger.connect import Connection
from tracker.ledger.reads import Filter, Stored


@dataclass(frozen=True, slots=True)
class Consents:
    """A page of records, newest first; `cursor` goes on after the last, None at the end."""

    records: list[Consent]
    cursor: str | None


def newest(
    connection: Connection,
    site_id: int,
    person: str | None = None,
    *,
    limit: int = 100,
    cursor: str | None = None,
) -> Consents:
    """Records of a site, or of one user or visitor id. Raises Invalid for a cursor that is none of ours."""
    wanted = Filter(site_id=site_id, name=consent.NAME, person=person)
    found = reads.newest(connection, wanted, limit=limit, cursor=cursor)
    return Consents([_record(one) for one in found.events], found.cursor)


def _record(stored: Stored) -> Consent:
    told = stored.properties
    return Consent(
        stored.event_id,
        stored.at,
        stored.received_at,
        stored.user_id,
        stored.visitor,
        bool(stored.flags & Flag.DAILY_VISITOR),
        bool(stored.flags & Flag.VERIFIED),
        told.get("given") is True,
        str(told.get("scope") or consent.SCOPE),
        told.get("version"),
    )
