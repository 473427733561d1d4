"""The channel *webhook*: a signed POST of JSON to an address of the site's own."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from typing import Any

import msgspec

from tracker import __version__
from tracker.config import Settings
from tracker.errors import Invalid
from tracker.notify import address
from tracker.notify.address import Place
from tracker.notify.channel import SECONDS, NotSent
from tracker.notify.message import Message

SIGNATURE = "Desirepath-Signature"
WHOLE_SECONDS = 30.0
"""How long a call may take in all: whoever answers a byte at a time must not hold up the others."""
TOLD = 200


class Webhook:
    """A POST to one address. Redirects are not followed: they could lead anywhere."""

    kind = "webhook"
    signs = True

    def check(self, settings: Settings, target: str) -> str:
        """An address that may be reached now. Raises Invalid."""
        try:
            address.resolved(address.read(target), settings.webhook_networks)
        except NotSent as error:
            raise Invalid(error.message, field="target") from error
        return target

    def send(
        self, settings: Settings, target: str, secret: str | None, message: Message, now_ms: int
    ) -> None:
        """One call. Raises NotSent unless the answer is a 2xx."""
        try:
            place = address.read(target)
        except Invalid as error:
            raise NotSent(error.message) from error
        to = str(address.resolved(place, settings.webhook_networks))
        body = msgspec.json.encode({"id": message.id, **message.data})
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"Desirepath/{__version__}",
            SIGNATURE: signature(secret or "", body, now_ms // 1000),
        }
        connection = _Pinned(place, to)
        alarm = threading.Timer(WHOLE_SECONDS, connection.cut)
        alarm.daemon = True
        alarm.start()
        try:
            connection.request("POST", place.path, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise NotSent(f"{place.host} could not be reached: {str(error)[:TOLD].rstrip('.')}.") from error
        finally:
            alarm.cancel()
            connection.close()
        if not 200 <= status < 300:
            raise NotSent(f"{place.host} answered with status {status}.")


def signature(secret: str, body: bytes, seconds: int) -> str:
    """`t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>" in hex>`."""
    signed = f"{seconds}.".encode() + body
    return f"t={seconds},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever its name means by now."""

    def __init__(self, place: Place, to: str) -> None:
        super().__init__(place.host, place.port, timeout=SECONDS)
        self._place = place
        self._to = to
        if place.scheme == "https":
            self.default_port = 443  # so that the Host header leaves it out

    def connect(self) -> None:
        """Open it, encrypted where the address says so, with the certificate checked against the name."""
        plain: Any = socket.create_connection((self._to, self._place.port), SECONDS)
        if self._place.scheme == "https":
            try:
                context = ssl.create_default_context()
                plain = context.wrap_socket(plain, server_hostname=self._place.host)
            except BaseException:  # whatever it was, the socket must not stay open
                plain.close()
                raise
        self.sock = plain

    def cut(self) -> None:
        """End it from another thread; whoever reads from it gets an error."""
        if self.sock is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                self.sock.shutdown(socket.SHUT_RDWR)
