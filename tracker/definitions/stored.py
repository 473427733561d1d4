"""Definitions of a site: listing, adding, changing and removing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import func, select

from tracker.accounts import audit
from tracker.definitions.kinds import Defined, Kind, kind
from tracker.errors import Conflict, Invalid, NotFound
from tracker.extensions import db, writing
from tracker.models import DefinitionRow, User

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Definition:
    """One stored definition. Times in epoch milliseconds."""

    id: int
    kind: str
    value: Defined
    created_at: int
    changed_at: int

    def to_json(self) -> dict[str, Any]:
        """Its number and times, and what `parse` of its kind reads."""
        return {
            "id": self.id,
            **self.value.to_json(),
            "createdAt": self.created_at,
            "changedAt": self.changed_at,
        }


class OfSite:
    """A site's definitions, as the questions' parameters ask for them (`analytics.registry.Stored`)."""

    def __init__(self, site_id: int) -> None:
        self._site_id = site_id

    def everything(self, kind: str) -> tuple[Defined, ...]:
        """All of a kind, by name."""
        return tuple(one.value for one in all_of(self._site_id, kind))

    def one(self, kind: str, number: int) -> Defined:
        """One by its number. Raises NotFound."""
        return get(self._site_id, kind, number).value


def all_of(site_id: int, kind_name: str) -> list[Definition]:
    """A site's definitions of a kind, by name. Raises NotFound for an unknown kind."""
    known = kind(kind_name)
    rows = db.session.scalars(
        select(DefinitionRow)
        .where(DefinitionRow.site_id == site_id, DefinitionRow.kind == known.name)
        .order_by(DefinitionRow.name, DefinitionRow.id)
    )
    return [_read(row, known) for row in rows]


def get(site_id: int, kind_name: str, number: int) -> Definition:
    """One definition of a site. Raises NotFound."""
    known = kind(kind_name)
    return _read(_row(site_id, known, number), known)


def create(site_id: int, kind_name: str, value: Any, now_ms: int, by: User | None) -> Definition:
    """Keep a new definition.

    Raises Invalid with the path of the part at fault, or Conflict where the name is taken or the site has
    as many as it may.
    """
    known = kind(kind_name)
    defined = known.parse(value)
    with writing() as session:
        _check_room(site_id, known)
        _check_name(site_id, known, defined.name)
        row = DefinitionRow(
            site_id=site_id,
            kind=known.name,
            name=defined.name,
            body=_encode(defined.to_json()).decode(),
            created_at=now_ms,
            changed_at=now_ms,
            changed_by=by.id if by else None,
        )
        session.add(row)
        session.flush()
        audit.note(by, f"{known.one} added", now_ms, site_id, defined.name)
        return _read(row, known)


def replace(
    site_id: int, kind_name: str, number: int, value: Any, now_ms: int, by: User | None
) -> Definition:
    """Put another definition in the place of one. Raises as `create`, and NotFound."""
    known = kind(kind_name)
    defined = known.parse(value)
    with writing():
        row = _row(site_id, known, number)
        _check_name(site_id, known, defined.name, but=number)
        row.name, row.body = defined.name, _encode(defined.to_json()).decode()
        row.changed_at, row.changed_by = now_ms, by.id if by else None
        audit.note(by, f"{known.one} changed", now_ms, site_id, defined.name)
        return _read(row, known)


def delete(site_id: int, kind_name: str, number: int, now_ms: int, by: User | None) -> None:
    """Remove one. Raises NotFound."""
    known = kind(kind_name)
    with writing() as session:
        row = _row(site_id, known, number)
        audit.note(by, f"{known.one} removed", now_ms, site_id, row.name)
        session.delete(row)


def offered(site_id: int, kind_name: str) -> list[Defined]:
    """Templates of a kind whose names the site does not use yet."""
    known = kind(kind_name)
    taken = {one.value.name.casefold() for one in all_of(site_id, kind_name)}
    return [template for template in known.templates if template.name.casefold() not in taken]


def _row(site_id: int, known: Kind, number: int) -> DefinitionRow:
    row = db.session.get(DefinitionRow, number)
    if row is None or row.site_id != site_id or row.kind != known.name:
        raise NotFound(f"This site has no {known.one} {number}.", field=known.one)
    return row


def _read(row: DefinitionRow, known: Kind) -> Definition:
    value = known.parse(msgspec.json.decode(row.body))
    return Definition(row.id, row.kind, value, row.created_at, row.changed_at)


def _check_room(site_id: int, known: Kind) -> None:
    count = db.session.scalar(
        select(func.count())
        .select_from(DefinitionRow)
        .where(DefinitionRow.site_id == site_id, DefinitionRow.kind == known.name)
    )
    if (count or 0) >= known.most:
        raise Conflict(f"A site may have {known.most} {known.name}; remove one first.")


def _check_name(site_id: int, known: Kind, name: str, but: int = 0) -> None:
    if name.isascii() and name.isdigit():
        raise Invalid("A name of digits only would be taken for a number.", field="name")
    others = db.session.scalars(
        select(DefinitionRow.name).where(
            DefinitionRow.site_id == site_id, DefinitionRow.kind == known.name, DefinitionRow.id != but
        )
    )
    # SQLite's own NOCASE knows ASCII only.
    if name.casefold() in {other.casefold() for other in others}:
        raise Conflict(f"There is a {known.one} called {name!r} already.", field="name")
