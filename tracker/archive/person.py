"""One person in ledger and archive: finding them, and what tells whose an archived event is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from tracker.archive.archive import Archive
from tracker.archive.copies import Copy
from tracker.archive.parquet import Sign, Signs
from tracker.domain.pseudonyms import Pseudonyms
from tracker.errors import NotFound
from tracker.ledger import person
from tracker.ledger.connect import Connection
from tracker.ledger.person import Person

Read = Callable[[], AbstractContextManager[Connection]]
"""Opens one consistent view of the ledger."""


def need(read: Read, archive: Archive, site_id: int, who: str, names: Pseudonyms | None = None) -> Person:
    """Somebody by user id, visitor id, or an e-mail that one user alone has. Raises NotFound.

    The ledger's word counts first; the archive knows those of whom nothing else is left.
    """
    try:
        with read() as ledger:
            return person.need(ledger, site_id, who, names)
    except NotFound:
        texts = {who.strip().lower()} | ({names.of(who)} if names is not None else set())
        users, seen = archive.whose(site_id, who, sorted(texts) if "@" in who else ())
        if len(users) != 1 and not seen:
            raise
    with read() as ledger:
        return person.user(ledger, site_id, users[0]) if users else person.visitor(ledger, site_id, who)


def signs(read: Read, site_id: int) -> Signs:
    """Tells an archive which users were named on visitors, as far as the ledger knows."""

    def told(visitors: list[str]) -> list[Sign]:
        with read() as ledger:
            return person.namings(ledger, site_id, visitors)

    return told


def copy(read: Read, archive: Archive, site_id: int, who: Person) -> Copy:
    """What the archive holds of somebody."""
    return archive.copy(site_id, who.users, who.visitors, signs(read, site_id))
