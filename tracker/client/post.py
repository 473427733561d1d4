"""One request to the server, on a connection that stays open."""

from __future__ import annotations

# Sockets look their codec up by name at the first connection. A fork in the middle of that import would leave
# the child with half a module, and no connection ever.
import encodings.idna  # noqa: F401
import gzip
import http.client
import json
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tracker.clock import now, now_ms

AGENT = "desirepath-client"
RETRY = frozenset({408, 425, 429})
LONGEST_WAIT = 15 * 60
"""Seconds; a server that asks for more patience is asked again after so many."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to a batch."""

    status: int
    accepted: int = 0
    duplicates: int = 0
    refused: tuple[str, ...] = ()
    """One sentence for each event that was refused beside accepted ones."""
    message: str = ""
    retry_after: float | None = None
    """Seconds."""
    by_us: bool = True
    """False where something in between answered, or where the address leads elsewhere."""

    @property
    def is_done(self) -> bool:
        """Whether what was accepted is on the server's disk."""
        return self.status == 200 and not self.message

    @property
    def is_final(self) -> bool:
        """Whether sending the same again would be answered the same."""
        return self.by_us and 400 <= self.status < 500 and self.status not in RETRY


class Post:
    """Sends batches. Used by one thread at a time."""

    def __init__(self, url: str, key: str, timeout: float) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._path = parts.path.rstrip("/") + "/api/v1/track"
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "User-Agent": AGENT,
        }
        self.timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def send(self, events: Sequence[bytes]) -> Answer:
        """Send one batch. Raises OSError or HTTPException where the server cannot be reached."""
        batch = b'{"sent_at":%d,"events":[%s]}' % (now_ms(), b",".join(events))
        body = gzip.compress(batch, 6, mtime=0)
        if self._connection is not None:
            try:
                return self._exchange(self._connection, body)
            except (OSError, http.client.HTTPException):
                self.close()  # it was open for long and may be closed at the other end; a new one will tell
        self._connection = self._connect()
        try:
            return self._exchange(self._connection, body)
        except BaseException:  # whatever it was, an exchange that broke off leaves no usable connection
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next batch opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def after_fork(self) -> None:
        """In a child: give up the parent's connection.

        Not by closing it: the parent's thread may have been reading, and its lock would never be free.
        """
        socket = self._connection.sock if self._connection is not None else None
        if socket is not None:
            os.close(socket.detach())

    def _connect(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=self.timeout)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=self.timeout, context=context)

    def _exchange(self, connection: http.client.HTTPConnection, body: bytes) -> Answer:
        connection.request("POST", self._path, body, self._headers)
        response = connection.getresponse()
        text = response.read()
        if response.will_close:
            self.close()
        return _read(response.status, text, response.headers.get("Retry-After"))


def _read(status: int, text: bytes, retry_after: str | None) -> Answer:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or "success" not in told:
        # A proxy, or no Desirepath at all. Even a 200 of theirs acknowledges nothing.
        message = f"status {status}, not by Desirepath"
        return Answer(status, message=message, retry_after=_wait(retry_after), by_us=False)
    if status == 200 and told["success"] is True:
        refused = tuple(str(error.get("message")) for error in told.get("errors") or ())
        return Answer(200, int(told.get("accepted") or 0), int(told.get("duplicates") or 0), refused)
    error = told.get("error")
    said = error.get("message") if isinstance(error, dict) else None
    return Answer(status, message=str(said or f"status {status}"), retry_after=_wait(retry_after))


def _wait(header: str | None) -> float | None:
    """Seconds to wait as `Retry-After` says, in seconds or as a date."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            until = parsedate_to_datetime(header)
        except ValueError:
            return None
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now()).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None
