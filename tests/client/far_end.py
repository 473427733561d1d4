"""A server whose every answer the test decides; it records what the client sent."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.live_server import free_port

PATIENCE = 60
"""Seconds after which something that should have happened will not."""


@dataclass
class FarEnd:
    """What it says, and what it has heard."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    """Instead of what a Desirepath would say to this status."""
    most: int = 10_000
    """Events in a request; more are a 413."""
    batches: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """(status answered, body) of each request."""
    wire: list[dict[str, str]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    """When each request came, monotonic."""
    answering: threading.Event = field(default_factory=threading.Event)
    """Cleared, requests hang until it is set again."""

    @property
    def heard(self) -> list[dict[str, Any]]:
        """Events that were answered 200, each id once, in the order they came."""
        first: dict[str, dict[str, Any]] = {}
        for status, body in list(self.batches):
            if status == 200:
                for event in body["events"]:
                    first.setdefault(event["id"], event)
        return list(first.values())

    @property
    def names(self) -> list[str]:
        return [event["eventName"] for event in self.heard]

    @property
    def tries(self) -> Counter[str]:
        """How often each event was sent."""
        return Counter(event["id"] for _, body in list(self.batches) for event in body["events"])

    def until(self, true: Callable[[], object]) -> None:
        """Wait for something."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, f"it did not happen; heard {self.names}"
            time.sleep(0.01)


class _Handler(BaseHTTPRequestHandler):
    far_end: FarEnd
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def do_POST(self) -> None:
        far_end = self.far_end
        body = json.loads(gzip.decompress(self.rfile.read(int(self.headers["Content-Length"]))))
        status = 413 if len(body["events"]) > far_end.most else far_end.status
        far_end.at.append(time.monotonic())
        far_end.wire.append({key.lower(): value for key, value in self.headers.items()} | {"path": self.path})
        far_end.batches.append((status, body))
        far_end.answering.wait(PATIENCE)
        told = far_end.body or _told(status, len(body["events"]))
        text = told if isinstance(told, bytes) else json.dumps(told).encode()
        try:
            self.send_response(status)
            for name, value in {**far_end.headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)
        except OSError:
            self.close_connection = True  # the client has given up, which some tests are about

    def log_message(self, *args: object) -> None:
        """Quiet."""


def _told(status: int, events: int) -> dict[str, Any]:
    if status == 200:
        return {"success": True, "accepted": events, "duplicates": 0, "errors": []}
    return {"success": False, "error": {"code": "x", "message": f"No, {status}.", "field": None}}


class Server(ThreadingHTTPServer):
    """Runs a far end in a thread of its own; it may be stopped and started again on the same port."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, far_end: FarEnd | None = None, port: int = 0) -> None:
        self.far_end = far_end or FarEnd()
        self.far_end.answering.set()
        super().__init__(
            ("127.0.0.1", port or free_port()), type("Handler", (_Handler,), {"far_end": self.far_end})
        )
        self.far_end.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away mid-request is no news."""

    def close(self) -> None:
        """Stop serving."""
        self.far_end.answering.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
