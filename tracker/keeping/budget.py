"""How much room the data takes, when a budget will be used up, and what has to go where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.config import Settings
from tracker.domain.keeping import FOR_EVER
from tracker.domain.period import DAY
from tracker.ledger import reads
from tracker.ledger.connect import Connection

RATE_DAYS = 7
LEAST_DAYS = 7
"""The last days are never taken: whoever has so little room needs more of it."""
SPARE = 0.95
"""Of a budget that is used up so much stays in use, so that not every event lets another one go."""
GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes in use; of the budget (0: none), and about how many a day are added. `full_in` is in days.

    `full_in` is None where there is no budget, or nothing is added.
    """

    used: int
    budget: int
    events: int
    bytes_a_day: int
    full_in: int | None

    @property
    def bytes_each(self) -> float:
        """About how many an event takes."""
        return self.used / self.events if self.events else 0.0


def used(settings: Settings) -> int:
    """Bytes of ledger, column store and accounts with their logs; backups are not among them."""
    total = 0
    for path in (settings.ledger_path, settings.columns_path, settings.meta_path):
        for suffix in ("", "-wal", ".wal"):
            file = path.with_name(path.name + suffix)
            total += file.stat().st_size if file.exists() else 0
    return total


def room(settings: Settings, ledger: Connection, now_ms: int) -> Room:
    """How much is in use, and when it will be too much at the rate of the last days."""
    taken = used(settings)
    events = int(ledger.execute("SELECT count(*) FROM events").fetchone()[0])
    lately = _since(ledger, now_ms - RATE_DAYS * DAY)
    a_day = round(taken / events * lately / RATE_DAYS) if events else 0
    left = settings.disk_budget - taken
    full_in = max(0, left) // a_day if settings.disk_budget and a_day else None
    return Room(taken, settings.disk_budget, events, a_day, full_in)


def floor(settings: Settings, ledger: Connection, site_ids: Sequence[int], now_ms: int) -> dict[int, int]:
    """The moment (epoch ms) before which each site's details have to go; empty while there is room.

    The oldest go first, whosever they are, but for sites that never said that anything may go.
    """
    if not settings.disk_budget or not site_ids:
        return {}
    found = room(settings, ledger, now_ms)
    if found.used <= found.budget or not found.events:
        return {}
    excess = round((found.used - found.budget * SPARE) / found.bytes_each)
    return dict.fromkeys(site_ids, _moment(ledger, site_ids, excess, now_ms))


def _moment(ledger: Connection, site_ids: Sequence[int], excess: int, now_ms: int) -> int:
    """The UTC midnight before which at least so many events of these sites lie; not one of the last days."""
    marks = ", ".join("?" * len(site_ids))
    names = ", ".join(f"'{name}'" for name in sorted(FOR_EVER))
    rows = ledger.execute(
        f"SELECT at / {DAY}, count(*) FROM events WHERE site_id IN ({marks}) AND name NOT IN ({names}) "  # noqa: S608
        "GROUP BY 1 ORDER BY 1",
        tuple(site_ids),
    )
    latest = now_ms // DAY - LEAST_DAYS
    day = 0
    for number, count in rows:
        if excess <= 0 or number >= latest:
            break
        excess -= count
        day = number + 1
    return int(day * DAY)


def _since(ledger: Connection, since: int) -> int:
    """Events that came in since: ids grow with the time they are received."""
    row = ledger.execute(
        "SELECT id FROM events WHERE received_at >= ? AND id > (SELECT max(id) FROM events) - 2000000 "
        "ORDER BY id LIMIT 1",
        (since,),
    ).fetchone()
    return reads.last_id(ledger) - int(row[0]) + 1 if row else 0
