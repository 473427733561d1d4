"""Counts of what was done with each product, kept in the transaction that stores the events.

So they are right at the moment an event is acknowledged; the column store says the same a little later.
Bots are left out, as everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.domain.event import Event
from tracker.domain.products import ACTIONS, UPDATED, names
from tracker.ledger.connect import Connection

ACTION_OF = {name: action for action in ACTIONS for name in names(action)}
TOLD = frozenset(ACTION_OF) | {UPDATED}
COLUMNS = ", ".join(f'"{action}"' for action in ACTIONS)
MAX_ID = 500
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Counts:
    """One product's counts by action; `updated_at` is when the last of its events was received (epoch ms)."""

    name: str | None
    counts: dict[str, int]
    updated_at: int | None


def count(connection: Connection, batch: Sequence[Event], ids: Sequence[int | None]) -> None:
    """Add the events that are new (those with an id), inside the transaction that stores them."""
    told = [
        (event.site_id, event.name, event.properties, event.received_at)
        for event, number in zip(batch, ids, strict=True)
        if event.name in TOLD and event.bot is None and number is not None
    ]
    if told:
        _add(connection, told, 1)


def take_back(connection: Connection, rows: Iterable[tuple[int, str, str, int]]) -> None:
    """Subtract events that go: (site_id, name, properties, received_at) of each, without bots'."""
    told = [row for row in rows if row[1] in ACTION_OF]
    if told:
        _add(connection, told, -1)


def read(connection: Connection, site_id: int, product_id: str) -> Counts | None:
    """What is known of a product, None for one nobody ever did anything with."""
    row = connection.execute(
        f"SELECT name, updated_at, {COLUMNS} FROM products WHERE site_id = ? AND product_id = ?",  # noqa: S608
        (site_id, product_id),
    ).fetchone()
    if row is None:
        return None
    return Counts(row[0], dict(zip(ACTIONS, row[2:], strict=True)), row[1])


def called(connection: Connection, site_id: int, product_ids: Sequence[str]) -> dict[str, str]:
    """Names of products by id, of those that have one."""
    rows = connection.execute(
        "SELECT product_id, name FROM products WHERE site_id = ? AND name IS NOT NULL "
        "AND product_id IN (SELECT value FROM json_each(?))",
        (site_id, msgspec.json.encode(list(product_ids)).decode()),
    )
    return {str(product): str(name) for product, name in rows}


def identity(properties: str) -> tuple[str, str | None] | None:
    """(product id, name) out of an event's properties; None where they name no product."""
    if '"product_id"' not in properties:
        return None
    told: Any = _decode(properties)
    value = told.get("product_id") if isinstance(told, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int) or not 0 < len(str(value)) <= MAX_ID:
        return None
    name = next((told[key] for key in ("product_name", "name") if isinstance(told.get(key), str)), None)
    return str(value), name[:MAX_ID] if name else None


def _add(connection: Connection, told: Iterable[tuple[int, str, str, int]], sign: int) -> None:
    sums: Counter[tuple[int, str, str]] = Counter()
    names_of: dict[tuple[int, str], str | None] = {}
    latest: dict[tuple[int, str], int] = {}
    for site_id, event, properties, received_at in told:
        found = identity(properties)
        if found is None:
            continue
        key = (site_id, found[0])
        names_of[key] = found[1] or names_of.get(key)
        latest[key] = received_at
        if event in ACTION_OF:
            sums[(*key, ACTION_OF[event])] += sign
    for key, name in names_of.items():
        values = [sums[(*key, action)] for action in ACTIONS]
        connection.execute(UPSERT, (*key, name if sign > 0 else None, latest[key], *values))


UPSERT = (
    f"INSERT INTO products (site_id, product_id, name, updated_at, {COLUMNS}) "  # noqa: S608 - names of ours
    f"VALUES (?, ?, ?, ?, {', '.join('?' * len(ACTIONS))}) ON CONFLICT DO UPDATE SET "
    "name = coalesce(excluded.name, name), updated_at = max(updated_at, excluded.updated_at), "
    + ", ".join(f'"{action}" = max(0, "{action}" + excluded."{action}")' for action in ACTIONS)
)
