"""Data directories as earlier versions left them: every schema version from the first on."""

from __future__ import annotations

from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.accounts import upgrade
from tracker.ledger import schema

FIRST = (
    'INSERT INTO clients (id, body) VALUES (1, \'{"browser":"Firefox"}\')',
    'INSERT INTO profiles (id, site_id, body) VALUES (1, 1, \'{"name":"Ada"}\')',
)
EVENT = (
    "INSERT INTO events (site_id, event_id, name, at, received_at, visitor, user_id, flags, client_id, "
    "profile_id, context, properties) VALUES (1, ?, ?, ?, ?, 'v1', 'ada', 1, 1, 1, '{\"path\":\"/\"}', ?)"
)
NOON = 1_760_000_000_000


def ledger(path: Path, version: int, events: int = 20) -> None:
    """A ledger of that schema version with so many events of one user; every fifth views product P1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite.connect(path, isolation_level=None)
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    for statement in (*schema.MIGRATIONS[0], *FIRST):
        connection.execute(statement)
    for number in range(events):
        name, properties = ("product_viewed", '{"product_id":"P1"}') if number % 5 == 0 else ("click", "{}")
        at = NOON + number
        connection.execute(EVENT, (number.to_bytes(16, "big"), name, at, at, properties))
    # Later versions count along with events; their steps make up for those that were there before.
    for step in schema.MIGRATIONS[1:version]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={version}")
    connection.close()


def accounts(path: Path, revision: str) -> None:
    """A metadata file of that revision with one site."""
    path.parent.mkdir(parents=True, exist_ok=True)
    upgrade.run(path, None, revision)
    connection = sqlite.connect(path, isolation_level=None)
    connection.execute(
        "INSERT INTO sites (name, time_zone, public_key, secret_key_hash, token_secret, identity, "
        "honour_dnt, track_anonymous, "
        "collect_ip, collect_user_agent, strict_types, visitor_rate, created_at) "
        "VALUES ('Old shop', 'UTC', 'pk_old', 'hash', 'ts_old', 'consent', 1, 1, 0, 0, 0, 100, 0)"
    )
    connection.close()


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What a statement finds in a file."""
    connection = sqlite.connect(path, isolation_level=None)
    try:
        return list(connection.execute(sql).fetchall())
    finally:
        connection.close()
