"""What was refused lately, so that a site's owner can see why no events arrive."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

RECENT = 50
SITES = 1_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused request or event. Holds nothing about the person who sent it."""

    at: int
    """Epoch milliseconds."""
    reason: str
    field: str | None
    message: str
    origin: str


class Refusals:
    """The last refusals of each site, in memory only."""

    def __init__(self) -> None:
        self._by_site: dict[int, deque[Refusal]] = {}
        self._unknown: deque[Refusal] = deque(maxlen=RECENT)
        self.counts: Counter[str] = Counter()
        """Refused events by reason since the start, for /metrics."""

    def add(self, site_id: int | None, refusal: Refusal, events: int = 1) -> None:
        """Note a refusal; `site_id` is None where the key named no site."""
        self.counts[refusal.reason] += events
        if site_id is None:
            self._unknown.append(refusal)
            return
        if site_id not in self._by_site and len(self._by_site) >= SITES:
            self._by_site.clear()
        self._by_site.setdefault(site_id, deque(maxlen=RECENT)).append(refusal)

    def recent(self, site_id: int) -> list[Refusal]:
        """The site's last refusals, newest first."""
        return list(self._by_site.get(site_id, ()))[::-1]

    def unknown_keys(self) -> list[Refusal]:
        """Requests whose key named no site, newest first."""
        return list(self._unknown)[::-1]
