"""Erasing or pseudonymising people everywhere: ledger, columns, write-ahead logs, copies set aside."""

from __future__ import annotations

import logging
import shutil
import time
from contextlib import AbstractContextManager, closing
from pathlib import Path

from tracker import clock
from tracker.accounts import erasures, secrets
from tracker.accounts.directory import SiteDirectory
from tracker.accounts.erasures import Order
from tracker.accounts.marks import Kind
from tracker.archive.archive import Archive
from tracker.archive.person import signs
from tracker.columns.sync import Sync
from tracker.config import Settings
from tracker.errors import Unavailable
from tracker.jobs.pseudonyms import Pseudonymising
from tracker.ledger import connect, person
from tracker.ledger.connect import Connection
from tracker.ledger.transaction import Transaction
from tracker.ledger.writer import Writer

log = logging.getLogger(__name__)

LEDGER_SECONDS = 600.0
COLUMNS_SECONDS = 3_600.0
LOG_SECONDS = 30.0
COPIES = ("ledger.db.v*-before-v*", "replaced", "restored.part")
"""What an upgrade or a restore left of earlier ledgers in the data directory."""


class Erasures:
    """Carries out every order there is; one that was cut off is carried out again."""

    name = "erasure"

    def __init__(self, settings: Settings, writer: Writer, sync: Sync, sites: SiteDirectory) -> None:
        self._settings = settings
        self._writer = writer
        self._sync = sync
        self._scrubbed: set[int] = set()
        """Orders of which no file holds anything but an archive that cannot be written."""
        self._pseudonyms = Pseudonymising(settings.meta_path, settings.data, writer, sites, self._read)

    def due(self, now_ms: int) -> bool:
        """Whether somebody waits for it."""
        return bool(erasures.unfinished(self._settings.meta_path))

    def run(self, now_ms: int) -> None:
        """Do it. Raises Unavailable where something holds it up; it is done again then.

        What was on its way in when it was ordered may come after the first time: it is done until nothing
        more is found.
        """
        path = self._settings.meta_path
        orders = erasures.unfinished(path)
        if not orders:
            return
        erased = [one for one in orders if one.kind is Kind.ERASED]
        others = [one for one in orders if one.kind is Kind.PSEUDONYMISED]
        held_up = self._forget_archived(erased)
        alerts = [(one.site_id, self._references(one)) for one in erased]
        self._forget_alerts(alerts)
        for one in others:
            self._pseudonyms.begin(one, clock.now_ms())
        numbers = {one.number for one in orders}
        if self._change(erased, others) or not numbers <= self._scrubbed:
            self._scrub(rebuilt=bool(others))
            while self._change(erased, others):
                self._scrub(rebuilt=bool(others))
        self._forget_alerts(alerts)  # those that were found while there still were events
        done = numbers - held_up.keys()
        for number in sorted(done):
            erasures.finish(path, number, clock.now_ms())
        _empty_log(path)
        self._scrubbed = numbers - done
        log.info("people erased or pseudonymised", extra={"receipts": sorted(done)})
        for problem in held_up.values():
            raise problem

    def _change(self, erased: list[Order], others: list[Order]) -> int:
        return self._delete(erased) + sum(self._pseudonyms.go_on(one) for one in others)

    def _delete(self, orders: list[Order]) -> int:
        total = 0
        for one in orders:
            deleted = self._writer.run(lambda open_, one=one: _erase(open_, one), LEDGER_SECONDS)  # type: ignore[misc]
            if deleted:
                erasures.count(self._settings.meta_path, one.number, deleted)
            total += deleted
        return total

    def _forget_archived(self, orders: list[Order]) -> dict[int, Unavailable]:
        """Gives what is wrong where an archive cannot be written, by order: it holds up nothing else."""
        archive, path = Archive(self._settings.data), self._settings.meta_path
        problems = {}
        for one in orders:
            who, told = one.who, signs(self._read, one.site_id)
            try:
                gone = archive.forget(one.site_id, who.users, who.visitors, clock.now_ms(), told)
            except Unavailable as error:
                problems[one.number] = error
                continue
            if gone:
                erasures.count(path, one.number, gone)
        return problems

    def _references(self, one: Order) -> list[str]:
        with self._read() as ledger:
            return person.references(ledger, one.site_id, one.who.users, one.who.visitors, one.at)

    def _forget_alerts(self, alerts: list[tuple[int, list[str]]]) -> None:
        for site_id, references in alerts:
            if references:
                erasures.forget_alerts(self._settings.meta_path, site_id, references)

    def _read(self) -> AbstractContextManager[Connection]:
        return closing(connect.open_reader(self._settings.ledger_path))

    def _scrub(self, *, rebuilt: bool) -> None:
        """Leave nothing of what was deleted in any file.

        Texts that changed in place are in many columns, so the store is made anew from the ledger for them.
        """
        if not self._sync.wait_rewritten(self._sync.rewrite(rebuilt=rebuilt), COLUMNS_SECONDS):
            raise Unavailable("The column store could not be written anew in time.")
        for pattern in COPIES:
            for copy in self._settings.data.glob(pattern):
                shutil.rmtree(copy) if copy.is_dir() else copy.unlink()
        _empty_log(self._settings.ledger_path)


def _erase(transaction: Transaction, one: Order) -> int:
    return person.erase(transaction, one.site_id, one.who.users, one.who.visitors, one.at)


def _empty_log(path: Path) -> None:
    deadline = time.monotonic() + LOG_SECONDS
    while not secrets.forget(path):
        if time.monotonic() > deadline:
            raise Unavailable(f"Somebody reads {path.name} for long; its log cannot be emptied.")
        time.sleep(0.05)
