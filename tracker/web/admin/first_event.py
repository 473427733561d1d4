"""Whether events come, and what is wrong when they do not."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from tracker.domain.site import Site
from tracker.doors.refusals import Refusal, Refusals
from tracker.ledger import reads
from tracker.ledger.latest import latest_at
from tracker.ledger.readers import Readers
from tracker.ledger.reads import Filter, Stored

RECENT_MS = 15 * 60 * 1000
MOST = 5
ADVICE = {
    "do_not_track": "Try another browser, or change that in the site's settings.",
    "anonymous": "Name a user, or change that in the site's settings.",
    "rate_limited": "The limit can be raised in the site's settings.",
}
"""What the refusal itself does not say."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was refused lately, and what helps."""

    refusal: Refusal
    advice: str


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What the install page shows: the latest event, or what stands in its way."""

    latest: Stored | None
    problems: list[Problem]


def look(readers: Readers, refusals: Refusals, site: Site, now_ms: int, owner: bool) -> Arrivals:
    """The site's latest event and its recent refusals, one of each kind, newest first.

    While no event came, also requests with keys that nobody has: all of them for an owner, others
    see those from the site's own domains only, for the rest may be somebody else's.
    """
    with readers.read() as connection:
        found = reads.newest(connection, Filter(site_id=site.id), limit=1).events
    recent = refusals.recent(site.id)
    if not found:
        recent = recent + [r for r in refusals.unknown_keys() if owner or _is_own(r, site)]
    newest_first = sorted((r for r in recent if r.at > now_ms - RECENT_MS), key=lambda r: -r.at)
    kinds: dict[tuple[str, str, str | None], Refusal] = {}
    for refusal in newest_first:
        kinds.setdefault((refusal.reason, refusal.origin, refusal.field), refusal)
    problems = [Problem(refusal, ADVICE.get(refusal.reason, "")) for refusal in kinds.values()]
    return Arrivals(found[0] if found else None, problems[:MOST])


def last_events(readers: Readers, site_ids: list[int]) -> dict[int, int]:
    """When the latest event of each site happened (epoch ms), for sites that have any."""
    with readers.read() as connection:
        return latest_at(connection, site_ids)


def _is_own(refusal: Refusal, site: Site) -> bool:
    try:
        host = urlsplit(refusal.origin).hostname or ""
    except ValueError:
        return False
    return any(host == domain or host.endswith("." + domain) for domain in site.rules.domains)
