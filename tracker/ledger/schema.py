"""Tables of the ledger and the steps from one version of them to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from tracker.errors import Unavailable
from tracker.ledger import copies

APPLICATION_ID = 0x44504C47
"""'DPLG' in the file's header: how a ledger is told from any other SQLite file."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # AUTOINCREMENT: an id is never used twice, so readers that follow the ledger by id
        # stay right when rows at its end are deleted.
        """CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            site_id INTEGER NOT NULL,
            event_id BLOB NOT NULL,
            name TEXT NOT NULL,
            at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            visitor TEXT,
            session TEXT,
            user_id TEXT,
            flags INTEGER NOT NULL,
            bot TEXT,
            client_id INTEGER NOT NULL,
            profile_id INTEGER,
            context TEXT NOT NULL,
            properties TEXT NOT NULL
        )""",
        "CREATE UNIQUE INDEX events_once ON events (site_id, event_id)",
        # The name rides along so that a feed filtered by name reads the index only.
        "CREATE INDEX events_by_time ON events (site_id, at, name)",
        "CREATE INDEX events_by_user ON events (site_id, user_id, at) WHERE user_id IS NOT NULL",
        "CREATE INDEX events_by_visitor ON events (site_id, visitor, at) WHERE visitor IS NOT NULL",
        # What repeats in row after row is kept once: the sender's device, and what is known of a user.
        "CREATE TABLE clients (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE)",
        """CREATE TABLE profiles (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            site_id INTEGER NOT NULL,
            body TEXT NOT NULL,
            UNIQUE (site_id, body)
        )""",
        # What was deleted, by ledger id, for those who follow the ledger. AUTOINCREMENT for the same
        # reason as above.
        """CREATE TABLE deletions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            site_id INTEGER NOT NULL,
            at INTEGER NOT NULL,
            ids TEXT NOT NULL,
            profiles TEXT NOT NULL
        )""",
    ),
    (
        # Counted in the transaction that stores the events (ledger/products.py).
        """CREATE TABLE products (
            site_id INTEGER NOT NULL,
            product_id TEXT NOT NULL,
            name TEXT,
            updated_at INTEGER NOT NULL,
            "view" INTEGER NOT NULL DEFAULT 0,
            click INTEGER NOT NULL DEFAULT 0,
            favorite INTEGER NOT NULL DEFAULT 0,
            unfavorite INTEGER NOT NULL DEFAULT 0,
            cart_add INTEGER NOT NULL DEFAULT 0,
            cart_remove INTEGER NOT NULL DEFAULT 0,
            purchase INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (site_id, product_id)
        ) WITHOUT ROWID""",
        """INSERT INTO products
            SELECT site_id, CAST(json_extract(properties, '$.product_id') AS TEXT),
                max(coalesce(json_extract(properties, '$.product_name'), json_extract(properties, '$.name'))),
                max(received_at),
                sum(name IN ('product_viewed', 'view')), sum(name IN ('product_clicked', 'click')),
                sum(name IN ('product_favorited', 'favorite')),
                sum(name IN ('product_unfavorited', 'unfavorite')),
                sum(name = 'cart_add'), sum(name = 'cart_remove'), sum(name = 'purchase')
            FROM events
            WHERE bot IS NULL AND name IN ('product_viewed', 'view', 'product_clicked', 'click',
                'product_favorited', 'favorite', 'product_unfavorited', 'unfavorite', 'cart_add',
                'cart_remove', 'purchase')
                AND json_type(properties, '$.product_id') IN ('text', 'integer')
                AND length(json_extract(properties, '$.product_id')) BETWEEN 1 AND 500
            GROUP BY 1, 2""",
    ),
    (
        # Kept in the transaction that stores the events (ledger/known_as.py).
        """CREATE TABLE known_as (
            site_id INTEGER NOT NULL,
            user_id TEXT NOT NULL,
            email TEXT NOT NULL,
            name TEXT,
            phone TEXT,
            verified INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (site_id, user_id, email)
        ) WITHOUT ROWID""",
        "CREATE INDEX known_as_by_email ON known_as (site_id, email)",
        """INSERT INTO known_as
            SELECT e.site_id, e.user_id, lower(trim(coalesce(json_extract(p.body, '$.email'), ''))),
                json_extract(p.body, '$.name'), json_extract(p.body, '$.phone_number'),
                max(e.flags & 2 > 0), max(e.at)
            FROM events e JOIN profiles p ON p.id = e.profile_id
            WHERE e.user_id IS NOT NULL
            GROUP BY 1, 2, 3""",
        # What belongs to one payment, and which are stuck (ledger/payments.py), is read from here alone.
        """CREATE INDEX events_of_payments ON events (
            site_id, json_extract(properties, '$.reference') || '', at, name, flags, bot,
            json_extract(properties, '$.status')
        ) WHERE name IN ('payment_initialized', 'payment_completed', 'webhook_received', 'credits_added',
            'payment_failed')""",
    ),
    (
        # A balance is read with every operation (ledger/credit_moves.py), on the writer's thread: not by
        # way of all that a user ever did.
        """CREATE INDEX events_of_credits ON events (site_id, user_id, at)
            WHERE name IN ('credits_added', 'credits_deducted')""",
    ),
    (
        # What stays when details go (ledger/kept.py, traces.py). `closed` is the moment up to which a site's
        # days are rolled up, `words` the one before which errors have lost theirs; ids only grow, so that
        # followers see what is new.
        """CREATE TABLE kept (
            site_id INTEGER PRIMARY KEY,
            closed INTEGER NOT NULL,
            zone TEXT NOT NULL,
            at INTEGER NOT NULL,
            words INTEGER NOT NULL DEFAULT 0
        )""",
        """CREATE TABLE rollups (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            site_id INTEGER NOT NULL,
            grain TEXT NOT NULL,
            start INTEGER NOT NULL,
            dimension TEXT NOT NULL,
            value TEXT NOT NULL,
            visitors INTEGER,
            visits INTEGER NOT NULL,
            page_views INTEGER NOT NULL,
            bounces INTEGER NOT NULL,
            duration_ms INTEGER NOT NULL,
            events INTEGER NOT NULL,
            persons INTEGER,
            seen INTEGER NOT NULL,
            UNIQUE (site_id, grain, start, dimension, value)
        )""",
        """CREATE TABLE traces (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            site_id INTEGER NOT NULL,
            visitor TEXT,
            user_id TEXT,
            from_at INTEGER NOT NULL,
            from_id INTEGER NOT NULL,
            to_at INTEGER NOT NULL,
            to_id INTEGER NOT NULL,
            first_at INTEGER,
            profiles TEXT NOT NULL DEFAULT '[]'
        )""",
        "CREATE INDEX traces_by_visitor ON traces (site_id, visitor) WHERE visitor IS NOT NULL",
        "CREATE INDEX traces_by_user ON traces (site_id, user_id) WHERE user_id IS NOT NULL",
        "ALTER TABLE deletions ADD COLUMN traces TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE deletions ADD COLUMN changed TEXT NOT NULL DEFAULT ''",
    ),
)
VERSION = len(MIGRATIONS)


def refuse_foreign(connection: Any, path: Path) -> None:
    """Raise Unavailable unless the file is empty or a ledger this version can read."""
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite.DatabaseError as error:
        raise Unavailable(f"{path} is not a Desirepath ledger ({error}); nothing was changed.") from error
    if tables and application != APPLICATION_ID:
        raise Unavailable(f"{path} belongs to another program; nothing was changed.")
    if version > VERSION:
        raise Unavailable(
            f"{path} was written by a newer Desirepath (ledger version {version}, this one knows "
            f"{VERSION}). Install that version again, or restore the copy made before the upgrade."
        )


def migrate(connection: Any, path: Path) -> None:
    """Bring the file to VERSION: a copy first, then every step in one transaction."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return
    if version > 0:
        _copy(connection, path, version)
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for step in MIGRATIONS[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:  # half a migration must never stay
        connection.execute("ROLLBACK")
        raise


def _copy(connection: Any, path: Path, version: int) -> None:
    target = path.with_name(f"{path.name}.v{version}-before-v{VERSION}")
    if not target.exists():
        copies.whole(connection, target)
