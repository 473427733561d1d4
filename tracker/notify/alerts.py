"""Looking for what is worth an alert, and telling it: what the clock runs."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from itertools import groupby

from tracker.config import Settings
from tracker.domain.arrival import Sites
from tracker.domain.site import Site
from tracker.ledger.payments import Payment
from tracker.ledger.readers import Readers
from tracker.notify import kinds, outbox, stuck
from tracker.notify.channel import NotSent
from tracker.notify.message import Message
from tracker.notify.outbox import Channel, Delivery

log = logging.getLogger(__name__)

LOOK_MS = 60_000
AT_ONCE = 50
"""Payments told in one message; what is left goes out with the next one, moments later."""


class Alerts:
    """Finds stuck payments once a minute, and tells each to each channel of its site once.

    One message tells all that is due for a channel. Trouble with one channel holds up no other.
    """

    name = "alerts"

    def __init__(self, settings: Settings, sites: Sites, readers: Readers) -> None:
        self._settings = settings
        self._path = settings.meta_path
        self._sites = sites
        self._readers = readers
        self._looked = 0

    def due(self, now_ms: int) -> bool:
        """Whether it is time to look, or something waits to be tried again."""
        return now_ms - self._looked >= LOOK_MS or outbox.anything_due(self._path, stuck.ALERT, now_ms)

    def run(self, now_ms: int) -> None:
        """Look, then send. Raises Unavailable where the ledger or the metadata file cannot be used."""
        known = outbox.channels(self._path)
        if now_ms - self._looked >= LOOK_MS:
            self._look(known, now_ms)
            outbox.thin(self._path, now_ms)
            self._looked = now_ms
        for channel in known:
            self._tell(channel, now_ms)

    def _look(self, known: list[Channel], now_ms: int) -> None:
        wanted = [one for one in known if one.stuck]
        for site_id, channels in groupby(wanted, key=lambda one: one.site_id):
            with self._readers.read() as connection:
                found = stuck.found(connection, site_id, now_ms)
            for channel in channels:
                # What was stuck before somebody asked to be told is on the page.
                late = [one.reference for one in found if stuck.since(one) >= channel.added_at]
                outbox.add(self._path, channel.id, stuck.ALERT, late, now_ms)

    def _tell(self, channel: Channel, now_ms: int) -> None:
        site = self._sites.by_id(channel.site_id)
        told = outbox.due(self._path, channel.id, stuck.ALERT, now_ms, AT_ONCE)
        if site is None or not told:
            return
        payments = dict(self._still(site, told, now_ms))
        gone = [one for one in told if one.id not in payments]
        if gone:
            outbox.over(self._path, gone, outbox.SETTLED, now_ms)
        left = [one for one in told if one.id in payments]
        if left:
            self._send(channel, site, left, [payments[one.id] for one in left], now_ms)

    def _still(self, site: Site, told: list[Delivery], now_ms: int) -> Iterator[tuple[int, Payment]]:
        with self._readers.read() as connection:
            for one in told:
                payment = stuck.still(connection, site.id, one.subject, now_ms)
                if payment is not None:
                    yield one.id, payment

    def _send(
        self, channel: Channel, site: Site, told: list[Delivery], payments: list[Payment], now_ms: int
    ) -> None:
        message = stuck.message(
            f"alert-{channel.id}-{told[0].id}-{told[-1].id}", site, payments, self._settings.address
        )
        outbox.attempt(self._path, told, now_ms)
        try:
            kinds.of(channel.kind).send(self._settings, channel.target, channel.secret, message, now_ms)
        except NotSent as error:
            given_up = outbox.failed(self._path, told, error.message, now_ms)
            log.warning(
                "an alert was %s", "given up" if given_up else "not sent", extra={"channel": channel.id}
            )
        else:
            outbox.over(self._path, told, outbox.SENT, now_ms)


def trial(site: Site, settings: Settings, now_ms: int) -> Message:
    """What *Send a test* sends; never the same twice."""
    return stuck.sample(f"test-{secrets.token_hex(8)}", site, settings.address, now_ms)
