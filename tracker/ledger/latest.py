"""When the last event of each of several sites happened."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.ledger.connect import Connection


def latest_at(connection: Connection, site_ids: Iterable[int]) -> dict[int, int]:
    """{site id: epoch ms}, without sites that have no event. One look into an index for each."""
    sql = "SELECT at FROM events INDEXED BY events_by_time WHERE site_id = ? ORDER BY at DESC LIMIT 1"
    rows = ((site_id, connection.execute(sql, (site_id,)).fetchone()) for site_id in site_ids)
    return {site_id: int(row[0]) for site_id, row in rows if row is not None}
