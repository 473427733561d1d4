"""Whether events come, and what is wrong when they do not."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.site import Site
from tracker.doors.refusals import Refusal, Refusals
from tracker.ledger import reads
from tracker.ledger.readers import Readers
from tracker.ledger.reads import Filter, Stored

RECENT_MS = 15 * 60 * 1000
MOST = 5
ADVICE = {
    "forbidden": "Add the page's domain in the site's settings.",
    "do_not_track": "That browser asks not to be tracked. Try another, or change the site's settings.",
    "anonymous": "This site keeps events of known users only; see its settings.",
    "rate_limited": "Wait a minute, or raise the limit in the site's settings.",
    "unauthorized": "Copy the key again: the one that was sent is not this site's.",
}


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


def look(readers: Readers, refusals: Refusals, site: Site, now_ms: int) -> Arrivals:
    """The site's latest event and its recent refusals (and those of keys nobody has)."""
    with readers.read() as connection:
        found = reads.newest(connection, Filter(site_id=site.id), limit=1).events
    recent = [r for r in refusals.recent(site.id) if r.at > now_ms - RECENT_MS]
    if not found:
        recent += [r for r in refusals.unknown_keys() if r.at > now_ms - RECENT_MS]
    distinct = {(r.reason, r.origin): r for r in reversed(recent)}
    problems = [Problem(r, ADVICE.get(r.reason, "")) for r in reversed(distinct.values())]
    return Arrivals(found[0] if found else None, problems[:MOST])


def last_events(readers: Readers, site_ids: list[int]) -> dict[int, int]:
    """When the latest event of each site happened (epoch ms), for sites that have any."""
    found: dict[int, int] = {}
    with readers.read() as connection:
        for site_id in site_ids:
            events = reads.newest(connection, Filter(site_id=site_id), limit=1).events
            if events:
                found[site_id] = events[0].at
    return found
