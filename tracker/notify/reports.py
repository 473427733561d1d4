"""Sending reports: the figures of a day, week or month, on the morning after it."""

from __future__ import annotations

import logging
from typing import Protocol

from tracker.config import Settings
from tracker.domain.arrival import Sites
from tracker.domain.site import Site
from tracker.errors import DesirepathError
from tracker.notify import kinds, outbox, stretch
from tracker.notify.message import Message
from tracker.notify.outbox import Channel, Delivery
from tracker.notify.stretch import Every, Stretch

log = logging.getLogger(__name__)

REPORT = "report"
LOOK_MS = 60_000


class Writes(Protocol):
    """Writes a report."""

    def __call__(self, site: Site, of: Stretch, id_: str, now_ms: int) -> Message:
        """The report as a message. Raises DesirepathError where the figures cannot be had now."""


class Reports:
    """Tells each channel that wants them the figures of what has just ended, each once.

    A server that was down in the morning tells what ended last as soon as it runs again. Figures that cannot
    be had, and mail that does not go out, are tried again like alerts.
    """

    name = "reports"

    def __init__(self, settings: Settings, sites: Sites, write: Writes) -> None:
        self._settings = settings
        self._path = settings.meta_path
        self._sites = sites
        self._write = write
        self._looked = 0

    def due(self, now_ms: int) -> bool:
        """Whether it is time to look, or something waits to be tried again."""
        return now_ms - self._looked >= LOOK_MS or outbox.anything_due(self._path, REPORT, now_ms)

    def run(self, now_ms: int) -> None:
        """Look, then send. Raises Unavailable where the metadata file cannot be used."""
        self._looked = now_ms
        for channel in outbox.channels(self._path):
            site = self._sites.by_id(channel.site_id)
            if site is None:
                continue
            if channel.report is not None:
                of = stretch.due(Every(channel.report), site.time_zone, now_ms)
                # What was due before somebody asked for reports is on the pages.
                if of.due_at(site.time_zone) >= channel.report_since:
                    outbox.add(self._path, channel.id, REPORT, [of.key], now_ms)
            for told in outbox.due(self._path, channel.id, REPORT, now_ms, 1):
                self._send(channel, site, told, now_ms)

    def _send(self, channel: Channel, site: Site, told: Delivery, now_ms: int) -> None:
        of = Stretch.of_key(told.subject)
        outbox.attempt(self._path, [told], now_ms)
        try:
            message = self._write(site, of, f"report-{channel.id}-{told.id}", now_ms)
            kinds.of(channel.kind).send(self._settings, channel.target, channel.secret, message, now_ms)
        except DesirepathError as error:
            given_up = outbox.failed(self._path, [told], error.message, now_ms)
            log.warning(
                "a report was %s", "given up" if given_up else "not sent", extra={"channel": channel.id}
            )
        else:
            outbox.over(self._path, [told], outbox.SENT, now_ms)
