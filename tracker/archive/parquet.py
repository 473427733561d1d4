"""Reading and writing the Parquet files, by way of a DuckDB that lives for one task only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from tracker.archive import lock
from tracker.errors import Unavailable
from tracker.ledger import copies

SHAPE = (
    ("event_id", "VARCHAR"),
    ("name", "VARCHAR"),
    ("at", "BIGINT"),
    ("received_at", "BIGINT"),
    ("visitor", "VARCHAR"),
    ("session", "VARCHAR"),
    ("user_id", "VARCHAR"),
    ("flags", "INTEGER"),
    ("bot", "VARCHAR"),
    ("client", "VARCHAR"),
    ("profile", "VARCHAR"),
    ("context", "VARCHAR"),
    ("properties", "VARCHAR"),
)
"""An event as it comes from the ledger and goes back to it: times in epoch ms, documents as JSON."""
NAMES = tuple(name for name, _ in SHAPE)
ROWS = 2_000
"""Rows handed over at once, either way."""
ROW_GROUP = 20_000
WORK = ".work"
PATIENCE_SECONDS = 600.0
SETTINGS = (
    "memory_limit = '128MB'",
    "threads = 1",
    "preserve_insertion_order = true",
    "TimeZone = 'UTC'",
)

_MONTH = "strftime(make_timestamp(\"at\" * 1000), '%Y-%m')"
_UNNEST = ", ".join(f"unnest(${number}::{kind}[])" for number, (_, kind) in enumerate(SHAPE, 1))
# In the files times are timestamps (UTC), which any program understands.
_TO_FILE = (
    '* REPLACE (make_timestamp("at" * 1000) AS "at", make_timestamp(received_at * 1000) AS received_at)'
)
_FROM_FILE = '* REPLACE (epoch_ms("at") AS "at", epoch_ms(received_at) AS received_at)'

_MET = """
    CREATE OR REPLACE TABLE met AS
    SELECT DISTINCT visitor FROM read_parquet($files)
    WHERE visitor IS NOT NULL AND list_contains($users, user_id)
    UNION SELECT unnest($visitors::VARCHAR[])
"""
_DOOM = """
    CREATE OR REPLACE TABLE doomed AS
    WITH everything AS (
        SELECT event_id, epoch_ms("at") AS moment, user_id, visitor FROM read_parquet($files)
    ),
    seen AS (
        SELECT * FROM everything WHERE visitor IN (SELECT visitor FROM met)
        UNION ALL SELECT NULL, moment, user_id, visitor FROM signs
    ),
    owned AS (
        SELECT event_id, visitor, coalesce(
            first_value(user_id IGNORE NULLS) OVER (here ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING),
            last_value(user_id IGNORE NULLS) OVER (here ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        ) AS owner
        FROM seen WINDOW here AS (PARTITION BY visitor ORDER BY moment, event_id)
    )
    SELECT event_id FROM owned WHERE event_id IS NOT NULL
    AND (list_contains($users, owner) OR owner IS NULL AND list_contains($visitors, visitor))
    UNION SELECT event_id FROM everything WHERE list_contains($users, user_id)
"""
_WHOSE = """
    SELECT user_id FROM read_parquet($files)
    WHERE user_id IS NOT NULL AND (user_id = $who OR visitor = $who)
    ORDER BY user_id = $who DESC, "at" DESC, event_id DESC LIMIT 1
"""
_OF_EMAIL = """
    SELECT DISTINCT user_id FROM read_parquet($files)
    WHERE user_id IS NOT NULL AND list_contains($texts, lower(trim(json_extract_string(profile, '$.email'))))
"""

TEXTS = ("user_id", "profile", "context", "properties")
_THEIRS = (
    f"SELECT event_id, {', '.join(TEXTS)} FROM read_parquet(?) "  # noqa: S608 - names of ours
    "WHERE event_id IN (SELECT event_id FROM doomed)"
)
_WHOLE = (
    f"SELECT {_FROM_FILE} FROM read_parquet(?) "  # noqa: S608 - literals
    'WHERE event_id IN (SELECT event_id FROM doomed) ORDER BY "at", event_id'
)
_SIGNS = "INSERT INTO signs SELECT unnest($1::VARCHAR[]), unnest($2::BIGINT[]), unnest($3::VARCHAR[])"
_CHANGED = "CREATE OR REPLACE TABLE changed AS SELECT " + ", ".join(
    f"unnest(${number}::VARCHAR[]) AS {name}" for number, name in enumerate(("event_id", *TEXTS), 1)
)
_WITH_CHANGED = (
    "SELECT old.* REPLACE ("  # noqa: S608 - names of ours
    + ", ".join(f"CASE WHEN c.event_id IS NULL THEN old.{name} ELSE c.{name} END AS {name}" for name in TEXTS)
    + ') FROM read_parquet($old) old LEFT JOIN changed c ON c.event_id = old.event_id ORDER BY old."at", '
    "old.event_id"
)

Row = tuple[Any, ...]
Sign = tuple[str, int, str]
"""A visitor on whom a user was named, when (epoch ms), and which: known from elsewhere than these files."""
Signs = Callable[[list[str]], Iterable[Sign]]


def no_signs(_: list[str]) -> Iterable[Sign]:
    """Nothing is known from elsewhere."""
    return ()


class Work:
    """A database for one task, on disk beside the files, so that any number of rows takes little memory."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        shape = ", ".join(f'"{name}" {kind}' for name, kind in SHAPE)
        connection.execute(f"CREATE TABLE incoming ({shape})")

    def take(self, rows: Iterable[Row]) -> int:
        """Take rows in; gives how many there were."""
        taken, remaining = 0, iter(rows)
        while some := list(islice(remaining, ROWS)):
            columns = [list(column) for column in zip(*some, strict=True)]
            self._connection.execute(f"INSERT INTO incoming SELECT {_UNNEST}", columns)
            taken += len(some)
        return taken

    def months(self) -> list[str]:
        """The months (UTC) of what was taken in, as `2026-03`."""
        sql = f"SELECT DISTINCT {_MONTH} FROM incoming ORDER BY 1"  # noqa: S608 - literals
        return [month for (month,) in self._connection.execute(sql).fetchall()]

    def write(self, target: Path, month: str, old: Path | None) -> None:
        """Write a month's events to a new file: those of the old file, and those that are not in it yet."""
        new = f"SELECT * FROM incoming WHERE {_MONTH} = $month"  # noqa: S608 - literals
        told: dict[str, Any] = {"month": month}
        if old is None:
            select = f'SELECT {_TO_FILE} FROM ({new} ORDER BY "at", event_id)'  # noqa: S608 - literals
        else:
            told["old"] = str(old)
            kept = f"SELECT * FROM read_parquet($old) WHERE event_id NOT IN (SELECT event_id FROM ({new}))"  # noqa: S608
            select = f'{kept} UNION ALL SELECT {_TO_FILE} FROM ({new} ORDER BY "at", event_id)'  # noqa: S608
        self._copy(select, told, target)

    def doom(
        self, files: Sequence[Path], users: Sequence[str], visitors: Sequence[str], signs: Signs = no_signs
    ) -> int:
        """Note which events of a site's files are of these users and visitors; gives how many.

        An anonymous event belongs to the user named next on its visitor; after the last one named, to that;
        where nobody was named, to the visitor. `signs` tells of naming that is not in the files.
        """
        who = {"users": list(users), "visitors": list(visitors)}
        told = {"files": [str(one) for one in files]} | who
        self._connection.execute(_MET, told)
        met = [one for (one,) in self._connection.execute("SELECT visitor FROM met").fetchall()]
        self._connection.execute(
            "CREATE OR REPLACE TABLE signs (visitor VARCHAR, moment BIGINT, user_id VARCHAR)"
        )
        remaining = iter(signs(met))
        while some := list(islice(remaining, ROWS)):
            columns = [list(column) for column in zip(*some, strict=True)]
            self._connection.execute(_SIGNS, columns)
        self._connection.execute(_DOOM, told)
        return int(_one(self._connection.execute("SELECT count(*) FROM doomed"))[0])

    def whose(self, files: Sequence[Path], who: str, texts: Sequence[str]) -> tuple[list[str], bool]:
        """Users whom a user id, a visitor's id or an e-mail (of `texts`) means; whether it is a visitor's."""
        told: dict[str, Any] = {"files": [str(one) for one in files]}
        users = self._connection.execute(_WHOSE, told | {"who": who}).fetchall()
        if not users:
            users = self._connection.execute(_OF_EMAIL, told | {"texts": list(texts)}).fetchall()
        sql = "SELECT count(*) FROM read_parquet($files) WHERE visitor = $who"
        visits = _one(self._connection.execute(sql, told | {"who": who}))[0]
        return [one for (one,) in users], bool(visits)

    def holds_doomed(self, file: Path) -> bool:
        """Whether a file holds what `doom` noted."""
        sql = "SELECT count(*) FROM read_parquet(?) WHERE event_id IN (SELECT event_id FROM doomed)"
        return bool(_one(self._connection.execute(sql, [str(file)]))[0])

    def write_without_doomed(self, target: Path, old: Path) -> None:
        """Write an old file without what `doom` noted."""
        kept = "SELECT * FROM read_parquet($old) WHERE event_id NOT IN (SELECT event_id FROM doomed)"
        self._copy(kept, {"old": str(old)}, target)

    def theirs(self, file: Path) -> Iterator[list[Row]]:
        """Of what `doom` noted in a file, some at a time: event id, user, profile, context, properties."""
        yield from self._some(_THEIRS, file)

    def whole(self, file: Path) -> Iterator[list[Row]]:
        """All of what `doom` noted in a file, oldest first, as `take` takes it."""
        yield from self._some(_WHOLE, file)

    def write_changed(self, target: Path, old: Path, changed: Sequence[Row]) -> None:
        """Write an old file with other texts in some events, told as `theirs` tells them."""
        columns = [list(column) for column in zip(*changed, strict=True)]
        self._connection.execute(_CHANGED, columns)
        self._copy(_WITH_CHANGED, {"old": str(old)}, target)

    def about(self, file: Path) -> tuple[int, int, int]:
        """How many events a file holds, and the times of the first and the last (epoch ms; 0 if empty)."""
        sql = 'SELECT count(*), epoch_ms(min("at")), epoch_ms(max("at")) FROM read_parquet(?)'
        count, first, last = _one(self._connection.execute(sql, [str(file)]))
        return int(count), int(first or 0), int(last or 0)

    def rows(self, file: Path) -> Iterator[list[Row]]:
        """What a file holds, some rows at a time, as `take` takes them."""
        yield from self._some(f"SELECT {_FROM_FILE} FROM read_parquet(?)", file)  # noqa: S608 - literals

    def _some(self, sql: str, file: Path) -> Iterator[list[Row]]:
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql, [str(file)])
            while some := cursor.fetchmany(ROWS):
                yield some
        finally:
            cursor.close()

    def _copy(self, select: str, told: dict[str, Any], target: Path) -> None:
        options = f"FORMAT PARQUET, COMPRESSION ZSTD, ROW_GROUP_SIZE {ROW_GROUP}"
        self._connection.execute(f"COPY ({select}) TO $target ({options})", told | {"target": str(target)})
        target.chmod(0o600)
        copies.to_disk(target)


@contextmanager
def work(folder: Path, patience: float = PATIENCE_SECONDS) -> Iterator[Work]:
    """A database for one task in a folder, which nobody else works on meanwhile.

    Raises Unavailable where disk or files do not let it be done, or somebody else has it for long (seconds).
    """
    place = folder / WORK
    with lock.held(folder, patience):
        shutil.rmtree(place, ignore_errors=True)  # what a process that was killed left
        try:
            place.mkdir(parents=True, mode=0o700)
            with duckdb.connect(str(place / "work.duckdb")) as connection:
                for setting in SETTINGS:
                    connection.execute(f"SET {setting}")
                yield Work(connection)
        except (duckdb.Error, OSError) as error:
            raise Unavailable(f"The archive in {folder} cannot be used: {error}") from error
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _one(found: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
    row = found.fetchone()
    assert row is not None, "an aggregate has one row"
    return row
