"""What is still to be told, in the metadata file: kept across restarts, each thing once for each channel.

Read and written beside Flask, from the thread that sends. An attempt is counted before it is made, so a
server that dies in the middle waits before it tries again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from pysqlite3 import dbapi2 as sqlite

from tracker.errors import Unavailable
from tracker.ledger import connect

MINUTE = 60_000
PAUSES = tuple(MINUTE * minutes for minutes in (1, 5, 15, 60, 240, 720, 1_440))
"""Before the second attempt, the third …; after the last one it is given up."""
KEPT_MS = 90 * 1_440 * MINUTE
"""How long what is over stays on the page; much longer than anything is looked for."""
WAITING, SENT, SETTLED, GIVEN_UP = "waiting", "sent", "settled", "given_up"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as the sending thread knows it; `added_at` and `report_since` in epoch ms."""

    id: int
    site_id: int
    kind: str
    target: str
    secret: str | None
    added_at: int
    stuck: bool
    report: str | None
    report_since: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to tell through a channel; `attempts` were made before."""

    id: int
    alert: str
    subject: str
    attempts: int


def channels(path: Path) -> list[Channel]:
    """Every channel of every site."""
    sql = (
        "SELECT id, site_id, kind, target, secret, added_at, stuck != 0, report, coalesce(report_since, 0) "
        "FROM alert_channels ORDER BY site_id, id"
    )
    return [Channel(*row) for row in _ask(path, sql)]


def add(path: Path, channel: int, alert: str, subjects: Iterable[str], now_ms: int) -> None:
    """Put what this channel was not told yet into its queue; a channel that is gone takes nothing."""
    _change(
        path,
        "INSERT OR IGNORE INTO alert_deliveries "
        "(channel_id, alert, subject, made_at, attempts, next_at, state) "
        "SELECT c.id, ?, s.value, ?, 0, ?, ? FROM alert_channels AS c, json_each(?) AS s WHERE c.id = ?",
        (alert, now_ms, now_ms, WAITING, _json(list(subjects)), channel),
    )


def anything_due(path: Path, alert: str, now_ms: int) -> bool:
    """Whether something of this kind waits whose time has come."""
    sql = "SELECT 1 FROM alert_deliveries WHERE next_at <= ? AND alert = ? LIMIT 1"
    return bool(_ask(path, sql, (now_ms, alert)))


def due(path: Path, channel: int, alert: str, now_ms: int, most: int) -> list[Delivery]:
    """What of this kind this channel is to be told now, oldest first."""
    sql = (
        "SELECT id, alert, subject, attempts FROM alert_deliveries "
        "WHERE channel_id = ? AND alert = ? AND next_at <= ? ORDER BY id LIMIT ?"
    )
    return [Delivery(*row) for row in _ask(path, sql, (channel, alert, now_ms, most))]


def attempt(path: Path, told: Sequence[Delivery], now_ms: int) -> None:
    """Count an attempt that is about to be made, and when the next one would be."""
    for one in told:
        pause = PAUSES[min(one.attempts, len(PAUSES) - 1)]
        _change(
            path,
            "UPDATE alert_deliveries SET attempts = ?, next_at = ? WHERE id = ?",
            (one.attempts + 1, now_ms + pause, one.id),
        )


def over(path: Path, told: Sequence[Delivery], state: str, now_ms: int, problem: str | None = None) -> None:
    """Note how it ended; nothing of it is tried again."""
    _change(
        path,
        "UPDATE alert_deliveries SET state = ?, ended_at = ?, next_at = NULL, problem = ? "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (state, now_ms, problem, _json([one.id for one in told])),
    )


def failed(path: Path, told: Sequence[Delivery], problem: str, now_ms: int) -> bool:
    """Note what went wrong with the attempt that was counted; True where anything is given up for it."""
    last = [one for one in told if one.attempts >= len(PAUSES)]
    rest = [one.id for one in told if one.attempts < len(PAUSES)]
    sql = "UPDATE alert_deliveries SET problem = ? WHERE id IN (SELECT value FROM json_each(?))"
    _change(path, sql, (problem, _json(rest)))
    if last:
        over(path, last, GIVEN_UP, now_ms, problem)
    return bool(last)


def thin(path: Path, now_ms: int) -> None:
    """Forget what has been over for long."""
    _change(path, "DELETE FROM alert_deliveries WHERE next_at IS NULL AND ended_at < ?", (now_ms - KEPT_MS,))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _ask(path: Path, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    with closing(connect.raw(path, mode="ro")) as connection:
        return connection.execute(sql, values).fetchall()


def _change(path: Path, sql: str, values: tuple[Any, ...]) -> None:
    with closing(connect.raw(path, mode="rw")) as connection:
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute(sql, values)
        except sqlite.DatabaseError as error:
            raise Unavailable(f"The alerts cannot be written: {error}.") from error
