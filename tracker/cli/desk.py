"""What commands work on: the data of a server, opened beside it or without it. Nothing serves."""

from __future__ import annotations

from functools import cached_property

from tracker import parts
from tracker.accounts.directory import SiteDirectory
from tracker.config import Settings
from tracker.ledger.readers import Readers
from tracker.ledger.writer import Writer


class Desk:
    """Parts on one data directory, each opened when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        parts.ready(settings)
        self.settings = settings
        self.readers = Readers(settings.ledger_path)

    @cached_property
    def sites(self) -> SiteDirectory:
        """All sites, as they are now."""
        return SiteDirectory(self.settings.meta_path)

    @cached_property
    def writer(self) -> Writer:
        """What writes to the ledger, between `start` and `stop`."""
        return parts.writer(self.settings)

    def changed(self) -> None:
        """Let `sites` be as they are now, after this process changed them."""
        if "sites" in vars(self):
            self.sites.refresh()

    def close(self) -> None:
        """Close what was opened for reading."""
        self.readers.close()
        if "sites" in vars(self):
            self.sites.stop()
