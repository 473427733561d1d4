"""What this machine can do without us: bare gunicorn, bare SQLite."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from tests.live_server import free_port

ANSWER = b'{"success":true,"accepted":1,"duplicates":0,"errors":[]}'


async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The least an ASGI app can do with a POST: read the body, answer JSON."""
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


@contextmanager
def bare_gunicorn() -> Iterator[int]:
    """gunicorn's ASGI worker with nothing behind it; yields its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", "1", "-k", "asgi", "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*command, "--log-level", "error", "benchmarks.yardsticks:bare"], start_new_session=True
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    import socket

    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("gunicorn does not answer")


def bare_sqlite(folder: Path, group: int, seconds: float = 3.0) -> float:
    """Rows a second into one plain table, `group` in a transaction, each synced to the disk."""
    path = folder / f"bare-{group}.db"
    connection = sqlite.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, key BLOB UNIQUE, at INT, body TEXT)")
    body, rates, end = "x" * 300, [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun, count = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds / 5:
            connection.execute("BEGIN")
            rows = [(os.urandom(16), 1_760_000_000_000, body) for _ in range(group)]
            connection.executemany("INSERT INTO events (key, at, body) VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
            count += group
        rates.append(count / (time.perf_counter() - begun))
    connection.close()
    return median(rates)
