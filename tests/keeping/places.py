"""One ledger and column store, and the job that lets old details go, without threads of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tests.analytics.stores import LoadedSite, World, ms
from tracker.accounts import database
from tracker.accounts.keeping import State
from tracker.archive.archive import Archive
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.sync import Sync, catch_up
from tracker.config import Settings
from tracker.domain.keeping import Keeping
from tracker.jobs.keeping import Keeping as Job
from tracker.ledger import connect


class Place(World):
    """A world whose sites can be looked through."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        settings = Settings.read(os.environ, data=str(folder))
        database.prepare(settings.meta_path)
        self.archive = Archive(settings.data)
        self.job = Job(settings, self.writer, Sync(self.path, self.store), self.store)

    def let_go(self, site: LoadedSite, now: str, *, details: int | None, errors: int | None = 30,
               names: Mapping[str, int | None] | None = None, archive: bool = False) -> int:  # fmt: skip
        """Look a site through at a moment and sync; gives how many events went, or lost their words."""
        went = self.look_through(site, now, Keeping(details, errors, names or {}, True, archive))
        self.sync()
        return went

    def look_through(self, site: LoadedSite, now: str, keeping: Keeping) -> int:
        """The same without syncing."""
        with closing(connect.open_reader(self.path)) as reader:
            state = State(site.id, site.time_zone, keeping)
            return self.job.look_through(reader, state, None, ms(now))

    def rebuilt(self, site: LoadedSite) -> LoadedSite:
        """The same site in a store that is made anew from the ledger."""
        store = DuckDBStore(None)
        store.open()
        catch_up(store, self.reader)
        return LoadedSite(site.id, site.time_zone, store, self.path)
