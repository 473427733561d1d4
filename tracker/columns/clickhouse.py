"""The column store in ClickHouse: the same tables, asked through clickhouse-connect's SQLAlchemy dialect.

It answers every question; so far it is filled by copying a site from another store.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from tracker.columns.base import Store
from tracker.columns.schema import events, kept, person_links, persons, rollups, sessions

TABLES = (events, sessions, persons, person_links, rollups, kept)
ORDER = {
    "events": "site_id, at, id",
    "sessions": "site_id, started_at, session_id",
    "persons": "site_id, person_id",
    "person_links": "site_id, assumeNotNull(visitor), until_at",
    "rollups": "site_id, grain, start, dimension, value",
    "kept": "site_id",
}
TYPES = {"BIGINT": "Int64", "TEXT": "String", "BOOLEAN": "Bool", "DOUBLE": "Float64"}
SETTINGS = {
    # As every other SQL has it: nothing joined, nothing summed and nothing cast are NULL.
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "cast_keep_nullable": 1,
    "union_default_mode": "DISTINCT",
    "session_timezone": "UTC",
}
BATCH = 5_000


class ClickHouseStore:
    """A `columns.base.Store` on a ClickHouse server, or on the embedded engine `chdb`."""

    engine_name = "clickhouse"

    def __init__(self, url: str = "clickhousedb://", **connect_args: Any) -> None:
        self._engine = sa.create_engine(url, connect_args=connect_args)
        sa.event.listen(self._engine, "connect", _settle)
        self._version = 0

    def create(self) -> None:
        """Make the tables that are not there."""
        with self._engine.connect() as connection:
            for table in TABLES:
                connection.exec_driver_sql(_ddl(table))

    def copy(self, source: Store, site_id: int) -> None:
        """Take all rows of a site over from another store; rows it has of that site already are replaced."""
        with source.connect() as reading, self._engine.connect() as writing:
            for table in TABLES:
                of_site = table.c.site_id == site_id
                if writing.scalar(sa.select(sa.func.count()).select_from(table).where(of_site)):
                    writing.execute(table.delete().where(of_site))
                rows = reading.execute(table.select().where(of_site))
                for part in rows.mappings().partitions(BATCH):
                    writing.execute(table.insert(), [dict(row) for row in part])
        self._version += 1

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        """All tables for reading. ClickHouse has no snapshots: each statement sees what is there."""
        with self._engine.connect() as connection:
            yield connection

    def version(self) -> int:
        """Changes whenever an answer may."""
        return self._version

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _settle(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for name, value in SETTINGS.items():
        cursor.execute(f"SET {name} = {value!r}")


def _ddl(table: sa.Table) -> str:
    columns = ", ".join(f"{column.name} {_type(column)}" for column in table.columns)
    order = ORDER[table.name]
    return f"CREATE TABLE IF NOT EXISTS {table.name} ({columns}) ENGINE = MergeTree ORDER BY ({order})"


def _type(column: sa.Column[Any]) -> str:
    if isinstance(column.type, sa.ARRAY):
        return f"Array(Nullable({_named(column.type.item_type)}))"
    found = _named(column.type)
    return f"Nullable({found})" if column.nullable else found


def _named(type_: sa.types.TypeEngine[Any]) -> str:
    written = str(type_.compile(dialect=sa.engine.default.DefaultDialect()))
    return TYPES.get(written, written.replace("NUMERIC", "Decimal"))
