"""The far end of the browser script: serves pages and the built script, records what is sent to it.

Three names lead here: `shop.test` has the pages, `stats.test` the script and its door (so every request
crosses origins, as it does in life), and `localhost` is what a developer would use.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "static" / "build" / "tracker.js"
SITE = "pk_test"
PATIENCE = 60
"""Seconds after which something that should have happened will not."""


@dataclass(frozen=True)
class Batch:
    """One request to `/api/v1/track`."""

    body: dict[str, Any]
    headers: dict[str, str]
    status: int
    """What it was answered."""

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(self.body["events"])

    @property
    def names(self) -> list[str]:
        return [event["eventName"] for event in self.events]


@dataclass
class FarEnd:
    """What the server says, and what it has heard."""

    port: int = 0
    status: int = 200
    """The answer to every batch."""
    headers: dict[str, str] = field(default_factory=dict)
    pages: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)
    """{path: (headers, HTML)}; every other path is a page with the tag on it."""
    batches: list[Batch] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    """Paths of the scripts that were fetched."""
    rubbish: list[bytes] = field(default_factory=list)
    """Bodies that are no batch."""
    preflights: int = 0
    answering: threading.Event = field(default_factory=threading.Event)
    """Cleared, requests hang until it is set again."""

    def shop(self, path: str = "/") -> str:
        """Where a page is."""
        return f"http://shop.test:{self.port}{path}"

    @property
    def stats(self) -> str:
        """The server's own address."""
        return f"http://stats.test:{self.port}"

    def tag(self, more: str = "", host: str = "") -> str:
        """The script tag, with more attributes."""
        return f'<script defer src="{host or self.stats}/js/tracker.js" data-site="{SITE}" {more}></script>'

    def page(self, path: str, html: str, **headers: str) -> None:
        """Serve a page of its own."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (told, f"<!doctype html><title>{path}</title>{html}")

    def html(self, path: str) -> tuple[dict[str, str], str]:
        """The page at a path."""
        ordinary = f"<!doctype html><title>{path}</title>{self.tag()}<h1>{path}</h1><a href=/next>Next</a>"
        return self.pages.get(path, ({}, ordinary))

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """The events a server would count: those answered 200, each id once."""
        first: dict[str, dict[str, Any]] = {}
        for batch in self.batches:
            if batch.status == 200:
                for event in batch.events:
                    first.setdefault(event["id"], event)
        return list(first.values())

    @property
    def names(self) -> list[str]:
        """The names of the accepted events, sorted."""
        return sorted(event["eventName"] for event in self.accepted)

    def until(self, true: Callable[[], object], wait: Callable[[float], None] | None = None) -> None:
        """Wait for something; fails with what was heard so far.

        Pass `page.wait_for_timeout` as `wait` when the page's own handlers must run meanwhile.
        """
        deadline = time.monotonic() + PATIENCE
        while not true():
            heard = [(batch.status, batch.names) for batch in self.batches]
            assert time.monotonic() < deadline, f"it did not happen; heard {heard}"
            if wait:
                wait(20)
            else:
                time.sleep(0.02)

    def heard(self, *names: str) -> None:
        """Wait until exactly these events are accepted."""
        self.until(lambda: self.names == sorted(names))


class _Handler(BaseHTTPRequestHandler):
    far_end: FarEnd
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path in ("/js/tracker.js", "/js/auto.js", "/js/consent.js"):
            self.far_end.scripts.append(path)
            text = SCRIPT.with_name(path.rpartition("/")[2]).read_bytes()
            # As the server does: a module from another origin needs leave.
            self._answer(200, text, {"Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*"})
            return
        if path == "/favicon.ico":
            self._answer(404, b"", {})
            return
        headers, html = self.far_end.html(path)
        self._answer(200, html.encode(), {"Content-Type": "text/html; charset=utf-8", **headers})

    def do_OPTIONS(self) -> None:
        self.far_end.preflights += 1
        self._answer(204, b"", {})

    def do_POST(self) -> None:
        far_end = self.far_end
        text = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            body = json.loads(text)
        except ValueError:
            far_end.rubbish.append(text)
            self._answer(400, b"", {"Access-Control-Allow-Origin": "*"})
            return
        status, headers = far_end.status, dict(far_end.headers)
        far_end.batches.append(Batch(body, {k.lower(): v for k, v in self.headers.items()}, status))
        far_end.answering.wait(PATIENCE)
        cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "retry-after"}
        self._answer(status, b"{}", {"Content-Type": "application/json", **cors, **headers})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the tab was closed, which some tests are about

    def log_message(self, *args: object) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    """Runs a far end in a thread of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        self.far_end = FarEnd()
        self.far_end.answering.set()
        handler = type("Handler", (_Handler,), {"far_end": self.far_end})
        super().__init__(("127.0.0.1", 0), handler)
        self.far_end.port = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away mid-request is no news."""

    def close(self) -> None:
        """Stop serving."""
        self.far_end.answering.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
