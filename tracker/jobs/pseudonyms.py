"""Pseudonymising people: the ledger, the archive, and what is on its way in."""

from __future__ import annotations

from pathlib import Path

from tracker.accounts import erasures, marks, secrets
from tracker.accounts.directory import SiteDirectory
from tracker.accounts.erasures import Order
from tracker.archive.archive import Archive
from tracker.archive.parquet import Row
from tracker.archive.person import Read, signs
from tracker.domain.pseudonyms import Pseudonyms
from tracker.ledger import pseudonymise
from tracker.ledger.pseudonymise import Whom
from tracker.ledger.writer import Writer

SECONDS = 600.0


class Pseudonymising:
    """What is done for the orders of that kind. Done again, it finds what came since."""

    def __init__(self, meta: Path, data: Path, writer: Writer, sites: SiteDirectory, read: Read) -> None:
        self._meta = meta
        self._archive = Archive(data)
        self._writer = writer
        self._sites = sites
        self._read = read

    def begin(self, order: Order, now_ms: int) -> None:
        """Tell the doors which texts get pseudonyms, then put them into the archive."""
        whom = self._whom(order)
        given = self._writer.run(lambda open_: pseudonymise.given(open_.connection, whom), SECONDS)
        told = signs(self._read, order.site_id)
        for profile in self._archive.profiles(order.site_id, whom.everybody, whom.visitors, told):
            given |= whom.names.profile(profile)[1]
        erasures.promise(self._meta, order.number, given)
        self._sites.refresh()
        whom = self._whom(order)
        changed = self._archive.rewrite(
            order.site_id, whom.everybody, whom.visitors, lambda row: _changed(row, whom), now_ms, told
        )
        erasures.count(self._meta, order.number, changed)

    def go_on(self, order: Order) -> int:
        """Put pseudonyms into the ledger; gives how many events changed."""
        whom = self._whom(order)
        changed = self._writer.run(lambda open_: pseudonymise.person(open_, whom, order.at), SECONDS)
        if changed:
            erasures.count(self._meta, order.number, changed)
        return changed

    def _whom(self, order: Order) -> Whom:
        site = self._sites.by_id(order.site_id)
        names = site.pseudonyms if site is not None else None
        if names is None:  # the site is gone, or was not read again yet
            names = Pseudonyms(order.site_id, secrets.kept(self._meta, marks.key_of(order.site_id)))
        users = tuple(order.who.users)
        return Whom(names, users, users[1:], tuple(order.who.visitors))


def _changed(row: Row, whom: Whom) -> Row:
    number, user, profile, context, properties = row
    told = whom.names.profile(profile) if profile is not None else (None, frozenset[str]())
    texts = (whom.names.document(one, told[1]) for one in (context, properties))
    return (number, whom.called(user), told[0], *texts)
