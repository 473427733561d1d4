"""SQLAlchemy's view of DuckDB: just what questions need, with compiled statements cached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect, PGIdentifierPreparer

RESERVED = frozenset({"at", "asof", "lambda", "pivot", "qualify", "summarize", "unpivot"})
"""Words DuckDB reserves and PostgreSQL does not, as far as they could be names of ours."""


class Preparer(PGIdentifierPreparer):
    """Quotes names that DuckDB reserves."""

    reserved_words = PGIdentifierPreparer.reserved_words | RESERVED


class Compiler(PGCompiler):
    """PostgreSQL's words, without the casts its drivers need."""

    def render_bind_cast(self, type_: Any, dbapi_type: Any, sqltext: str) -> str:
        """Leave parameters as they are: DuckDB finds out their types."""
        return sqltext


class Cursor:
    """The cursor SQLAlchemy asks for, over a DuckDB connection (which is its own cursor)."""

    arraysize = 1

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, statement: str, parameters: Any = None) -> None:
        """Run a statement with `$1`, `$2` … for parameters."""
        self._connection.execute(statement, list(parameters) if parameters else None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def close(self) -> None:
        """Nothing to do: the connection lives on."""


class Connection:
    """The DB-API connection SQLAlchemy asks for: one DuckDB connection with one transaction at a time."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._open = False

    def cursor(self) -> Cursor:
        """A cursor inside this connection's transaction, which begins here."""
        if not self._open:
            self._connection.execute("BEGIN TRANSACTION READ ONLY")
            self._open = True
        return Cursor(self._connection)

    def commit(self) -> None:
        """End the transaction."""
        self._end("COMMIT")

    def rollback(self) -> None:
        """End the transaction."""
        self._end("ROLLBACK")

    def _end(self, word: str) -> None:
        if self._open:
            self._open = False
            self._connection.execute(word)

    def interrupt(self) -> None:
        """Stop the statement that runs, from another thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the DuckDB connection."""
        self._connection.close()


class Driver:
    """A DB-API module as far as SQLAlchemy looks at it."""

    paramstyle = "numeric_dollar"
    Error = duckdb.Error


def engine(connect: Callable[[], duckdb.DuckDBPyConnection], readers: int) -> sa.Engine:
    """An engine whose connections `connect` makes, `readers` of them kept."""
    sa.dialects.registry.register("desirepath.duckdb", __name__, "Dialect")
    return sa.create_engine(
        "desirepath+duckdb://",
        creator=lambda: Connection(connect()),
        poolclass=sa.pool.QueuePool,
        pool_size=readers,
        max_overflow=readers,
    )


class Dialect(PGDialect):
    """DuckDB for reading, through connections made by the store."""

    name = "duckdb"
    driver = "duckdb"
    supports_statement_cache = True
    default_paramstyle = "numeric_dollar"
    statement_compiler = Compiler
    preparer = Preparer
    div_is_floordiv = False
    supports_native_decimal = True  # else large amounts would be read through floats
    supports_native_enum = False
    supports_server_side_cursors = False
    use_native_uuid = False
    # Numbers come as they are: DECIMAL as Decimal, the rest as int or float.
    colspecs: dict[Any, Any] = {}  # noqa: RUF012 - the attribute SQLAlchemy reads

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]

    @classmethod
    def import_dbapi(cls) -> Any:
        """What SQLAlchemy reads of a driver: how parameters look, and what its errors are."""
        return Driver

    def initialize(self, connection: Any) -> None:
        """Nothing to ask DuckDB about."""

    def do_ping(self, dbapi_connection: Any) -> bool:
        """A connection inside this very process is always there."""
        return True
