"""A real `desirepath serve` in a process of its own, for tests and benchmarks."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BINARY = os.environ.get("BINARY")
"""A single-file executable to test instead of this checkout (`make test-binary`)."""
COMMAND = (str(Path(BINARY).resolve()),) if BINARY else (sys.executable, "-m", "tracker.cli")
PORTS = (20_000, 32_000)
_chance = random.SystemRandom()
START_SECONDS = 120
"""A busy machine is slow, not wrong."""


def environment() -> dict[str, str]:
    """What a server finds around it. The executable gets next to nothing: no programs, no home."""
    return {"PATH": "/nonexistent", "HOME": "/nonexistent"} if BINARY else dict(os.environ)


@dataclass(frozen=True)
class Keys:
    """What `desirepath site create` prints."""

    id: int
    site_key: str
    secret_key: str
    token_secret: str


class LiveServer:
    """Starts, kills and restarts the server on one data directory and one port."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environ = environment() | {"DESIREPATH_DATA": str(data), "PYTHONUNBUFFERED": "1"}
        self._environ |= {f"DESIREPATH_{key.upper()}": value for key, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self.log = data / "server.log"

    def start(self) -> None:
        """Start and wait until it answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "serve", "--bind", f"127.0.0.1:{self.port}"],
                env=self._environ,
                cwd=_workplace(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait()

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Wait until `/healthz` answers 200."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/healthz")[0] == 200:
                    return
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"the server does not answer:\n{self.log.read_text()[-4000:]}")

    @property
    def pid(self) -> int:
        """The parent process."""
        assert self._process is not None
        return self._process.pid

    def worker_pid(self) -> int:
        """The process that serves."""
        return _only_child(_only_child(self.pid)) if BINARY else _only_child(self.pid)

    def kill(self) -> None:
        """kill -9, parent and worker alike."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """Ask it to end and wait; its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(120)
        finally:
            self.kill()

    def cli(self, *arguments: str, given: str | None = None) -> str:
        """Run a `desirepath` command on the same data; what it printed."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=self._environ,
            cwd=_workplace(),
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def create_site(self, name: str = "Test", *options: str) -> Keys:
        """A site made by the command line."""
        return Keys(**json.loads(self.cli("site", "create", name, *options)))

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            told = {key.lower(): value for key, value in answer.getheaders()}
            return answer.status, told, answer.read()
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """Status and JSON (or text) of a GET."""
        status, told, body = self.request("GET", path, headers=headers)
        return status, _decoded(told, body)

    def track(self, body: Any, **headers: str) -> tuple[int, Any]:
        """Status and JSON of a native batch."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, told, answer = self.request("POST", "/api/v1/track", payload, headers)
        return status, _decoded(told, answer)

    def events(self, keys: Keys, **query: str) -> list[dict[str, Any]]:
        """All events of a site, as its secret key sees them."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            more = "".join(f"&{key}={value}" for key, value in query.items())
            status, page = self.get(
                f"/api/v1/sites/{keys.id}/events?limit=1000{more}{cursor}",
                Authorization=f"Bearer {keys.secret_key}",
            )
            assert status == 200, page
            found += page["events"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"


@contextlib.contextmanager
def serving(data: Path, **settings: str) -> Iterator[LiveServer]:
    """A running server, killed at the end whatever happens."""
    server = LiveServer(data, **settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _workplace() -> str | None:
    """Another directory than the checkout for the executable, which must not need one."""
    return "/" if BINARY else None


def _only_child(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def free_port() -> int:
    """A port nobody listens on.

    It is below those that systems give to connections, so that none of them takes it while a server restarts.
    """
    while True:
        port = _chance.randrange(*PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _decoded(headers: dict[str, str], body: bytes) -> Any:
    if headers.get("content-type", "").startswith("application/json"):
        return json.loads(body)
    return body.decode("utf-8", "replace")
