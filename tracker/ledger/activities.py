"""What one user did with products, newest first."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from tracker.domain.products import ACTIONS, names
from tracker.ledger.connect import Connection
from tracker.ledger.products import ACTION_OF, called, identity


@dataclass(frozen=True, slots=True)
class Activity:
    """One action. `id` is the ledger's; `at` in epoch ms; `address` where the site keeps addresses."""

    id: int
    product_id: str
    product_name: str | None
    action: str
    at: int
    address: str | None


def of_user(
    connection: Connection, site_id: int, user_id: str, action: str | None, limit: int
) -> tuple[list[Activity], int]:
    """(the latest activities, how many there are in all); of one action, or of all."""
    wanted = [name for one in ([action] if action else ACTIONS) for name in names(one)]
    where = (
        "site_id = ? AND user_id = ? AND name IN (SELECT value FROM json_each(?)) "
        "AND json_type(properties, '$.product_id') IN ('text', 'integer')"
    )
    values = (site_id, user_id, msgspec.json.encode(wanted).decode())
    total = connection.execute(f"SELECT count(*) FROM events WHERE {where}", values).fetchone()[0]  # noqa: S608
    rows = connection.execute(
        f"SELECT id, name, at, properties, json_extract(context, '$.ip') FROM events WHERE {where} "  # noqa: S608
        "ORDER BY at DESC, id DESC LIMIT ?",
        (*values, limit),
    ).fetchall()
    found = [(row, told) for row in rows if (told := identity(row[3])) is not None]
    known = called(connection, site_id, [told[0] for _, told in found])
    return [
        Activity(row[0], told[0], told[1] or known.get(told[0]), ACTION_OF[row[1]], row[2], row[4])
        for row, told in found
    ], int(total)
