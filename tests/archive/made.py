"""Events made for the archive."""

from __future__ import annotations

import uuid

from tracker.archive.parquet import Row
from tracker.domain.times import epoch_ms


def at(moment: str) -> int:
    found = epoch_ms(f"{moment}:00Z")
    assert found is not None
    return found


def row(
    number: int, moment: str, *, user: str | None = None, visitor: str | None = "v", name: str = "x"
) -> Row:
    """One event, as `rows.of` gives it."""
    told = str(uuid.UUID(int=number))
    return (
        told, name, at(moment), at(moment) + 5, visitor, None, user, 3, None, '{"country":"DE"}', None,
        '{"path":"/"}', f'{{"n":{number}}}',
    )  # fmt: skip
