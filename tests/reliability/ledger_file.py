"""Looking into a ledger file nobody has open, or that is being served."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from uuid import UUID

from tracker.ledger import connect


def event_ids(data: Path) -> Counter[str]:
    """How often each event id is in the ledger."""
    connection = connect.open_reader(data / "ledger.db")
    try:
        kept = [row[0] for row in connection.execute("SELECT event_id FROM events NOT INDEXED")]
    finally:
        connection.close()
    return Counter(str(UUID(bytes=i)) if isinstance(i, bytes) else i for i in kept)


def integrity(data: Path) -> str:
    """What SQLite's own check says: "ok"."""
    connection = connect.open_reader(data / "ledger.db")
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()
