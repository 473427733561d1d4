"""One look at the feed: a page of rows with all that its template needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tracker.ledger import profiles, reads
from tracker.ledger.connect import Connection
from tracker.ledger.tally import names_of_latest
from tracker.web.dashboard.feed_rows import Row, Rows
from tracker.web.dashboard.local_time import minute
from tracker.web.event_filter import EventFilter

FIRST_ROWS = 50
OLDER_ROWS = 100
SEARCH_SECONDS = 0.25
"""How long a page may search before it is shown; the browser then asks for the rest by itself."""
NAMES_OF_LATEST = 20_000
"""Events whose names fill the list of the filter at once; the figures bring the rest and all counts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed is: its site and zone, its address, and the present moment (epoch ms)."""

    site_id: int
    zone: str
    base: str
    now_ms: int

    def rows(self, wanted: EventFilter) -> Rows:
        """The maker of its lines."""
        return Rows(self.base, wanted, self.zone, self.now_ms)

    def filter(self, wanted: EventFilter) -> reads.Filter:
        """What the ledger is to look for; bots only where they are asked for."""
        return wanted.ledger(self.site_id, self.zone, self.now_ms, bots=False)


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there is nothing, so that the page can say what to do.

    `kind` is "none" (no event ever), "bots" (only bots match), "period" (matches lie outside it) or
    "filter" (nothing matches at all). `latest` is when the last event outside came.
    """

    kind: str
    latest: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Rows newest first. `last_id` is where live updates go on from."""

    rows: list[Row]
    older_url: str
    searched_back_to: str
    last_id: int
    names: list[str]
    empty: Empty | None


def look(connection: Connection, place: Place, wanted: EventFilter, cursor: str | None) -> FeedPage:
    """Read the first page, or the one that `cursor` leads to."""
    asked = place.filter(wanted)
    limit = FIRST_ROWS if cursor is None else OLDER_ROWS
    last_id = reads.last_id(connection)
    found = reads.newest(connection, asked, limit=limit, cursor=cursor, seconds=SEARCH_SECONDS)
    done = found.searched_back_to is None
    nothing = not found.events and cursor is None and done
    return FeedPage(
        rows=place.rows(wanted).make(profiles.named(connection, place.site_id, found.events)),
        older_url=place.base + wanted.query(cursor=found.cursor) if found.cursor else "",
        searched_back_to="" if done else minute(found.searched_back_to or 0, place.zone, place.now_ms),
        last_id=last_id,
        names=_names(connection, asked),
        empty=_why(connection, place, wanted) if nothing else None,
    )


def _names(connection: Connection, asked: reads.Filter) -> list[str]:
    period = reads.Filter(site_id=asked.site_id, since=asked.since, until=asked.until, bots=asked.bots)
    found = [name for name, _ in names_of_latest(connection, period, NAMES_OF_LATEST)]
    return found if asked.name is None or asked.name in found else [*found, asked.name]


def _why(connection: Connection, place: Place, wanted: EventFilter) -> Empty:
    def latest(changed: EventFilter) -> reads.Stored | None:
        found = reads.newest(connection, place.filter(changed), limit=1, seconds=0.1)
        return found.events[0] if found.events else None

    if latest(EventFilter(bots=True)) is None:
        return Empty("none")
    others = (
        ("bots", replace(wanted, bots=True)),
        ("period", replace(wanted, timeframe="", since="", until="")),
    )
    for kind, changed in others:
        event = latest(changed) if changed != wanted else None
        if event is not None:
            return Empty(kind, minute(event.at, place.zone, place.now_ms), place.base + changed.query())
    return Empty("filter")
