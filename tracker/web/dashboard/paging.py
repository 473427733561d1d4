"""Pages of a long table: where one is, and the addresses before and after."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.web.dashboard.look import Look


@dataclass(frozen=True, slots=True)
class Pages:
    """Rows `first` to `last` of `total`; addresses are "" at either end."""

    first: int
    last: int
    total: int
    before: str
    after: str


def pages(look: Look, total: int, size: int) -> Pages:
    """The page that the look's `offset` begins."""
    offset = int(look.own.get("offset") or 0)
    before = look.url(offset=max(0, offset - size) or None) if offset else ""
    after = look.url(offset=offset + size) if offset + size < total else ""
    return Pages(min(offset + 1, total), min(offset + size, total), total, before, after)
