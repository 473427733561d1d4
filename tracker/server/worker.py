"""gunicorn's ASGI worker with the bounds it lacks: connections are capped, silent ones are closed."""

from __future__ import annotations

import asyncio
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers import gasgi

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
    b"Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
)


class BoundedProtocol(ASGIProtocol):  # type: ignore[misc]
    """One connection, which must speak soon and finds a place only while there is one."""

    header_seconds = 15.0
    """How long a new connection may take to send the headers of its first request."""
    _deadline: asyncio.TimerHandle | None = None
    _refused = False

    def connection_made(self, transport: Any) -> None:
        """Refuse when full, else wait for the first request, but not for ever."""
        if self.worker.nr_conns >= self.worker.worker_connections:
            # Not counted and not parsed: gunicorn's own set-up is what a flood must not cost.
            self._refused = True
            transport.write(FULL)
            transport.close()
            return
        super().connection_made(transport)
        self._deadline = self.worker.loop.call_later(self.header_seconds, self._too_slow)

    def data_received(self, data: bytes) -> None:
        """Parse, unless the connection is being refused."""
        if not self._refused:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline with the connection."""
        if self._refused:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _too_slow(self) -> None:
        if self.req_count <= 1 and self._awaiting_request:
            self._give_up()

    def _give_up(self) -> None:
        self._close_transport()
        if self._request_ready is not None:
            self._request_ready.set()


class Worker(gasgi.ASGIWorker):  # type: ignore[misc]
    """The serving process: gunicorn's own worker, over `BoundedProtocol`."""

    _queue_widened = False

    def init_process(self) -> None:
        """Put our protocol where the worker looks it up: it offers no other way to choose one."""
        # Looked for on the base class, where gunicorn keeps the answer; a subclass would keep it to itself
        # and the slow parser would be chosen.
        ASGIProtocol._check_h1c_protocol_available()
        gasgi.ASGIProtocol = BoundedProtocol
        super().init_process()

    def notify(self) -> None:
        """Called each second while serving; at the first time, make the queue of new connections longer.

        The event loop shortens it to 100 when it starts to listen, and 100 browsers that arrive at once
        would make the others wait a second for their next try.
        """
        super().notify()
        if not self._queue_widened:
            self._queue_widened = True
            for listener in self.sockets:
                listener.sock.listen(self.cfg.backlog)
