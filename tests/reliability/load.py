"""Senders that remember every id the server acknowledged, and kill -9."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.live_server import Keys, LiveServer

BATCH = 4
PATIENCE_SECONDS = 120


@dataclass
class Load:
    """Threads that send batches until told to stop, and send again what was not answered."""

    server: LiveServer
    keys: Keys
    senders: int = 6
    acknowledged: set[str] = field(default_factory=set)
    unexpected: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to send."""
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(self.senders)]
        for thread in self._threads:
            thread.start()

    def until(self, enough: Callable[[], object]) -> None:
        """Go on until something holds: how much is sent within a second says nothing of the server."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not enough():
            assert time.monotonic() < deadline, f"{len(self.acknowledged)} acknowledged"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop and wait for every sender."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        connection: http.client.HTTPConnection | None = None
        waiting: list[str] = []
        while not self._stop.is_set():
            waiting = waiting or [str(uuid.uuid4()) for _ in range(BATCH)]
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
                status = self._post(connection, waiting, number)
            except (OSError, http.client.HTTPException):
                # Killed in the middle: nobody knows whether it was kept, so it is sent again.
                connection = _closed(connection)
                self._stop.wait(0.02)
                continue
            if status == 200:
                self.acknowledged.update(waiting)
                waiting = []
            elif status == 503:
                self._stop.wait(0.05)
            else:
                self.unexpected.append(str(status))
                waiting = []
        _closed(connection)

    def _post(self, connection: http.client.HTTPConnection, ids: list[str], number: int) -> int:
        events = [{"id": i, "eventName": "load", "properties": {"sender": number}} for i in ids]
        body = json.dumps({"user": {"id": f"u{number}"}, "events": events})
        connection.request("POST", "/api/v1/track", body, {"Authorization": f"Bearer {self.keys.secret_key}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status


def _closed(connection: http.client.HTTPConnection | None) -> None:
    if connection is not None:
        connection.close()


def pull_the_plug(server: LiveServer, only_worker: bool) -> None:
    """kill -9 everything and start anew; or the worker alone, which the server starts anew itself."""
    if only_worker:
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.worker_pid(), signal.SIGKILL)
        server.wait()
    else:
        server.kill()
        server.start()
