"""A small machine: the server (or, with BINARY, the executable) under a memory limit."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import load, yardsticks
from benchmarks.ingest import CONNECTIONS, bodies
from benchmarks.process import memory
from benchmarks.report import Row
from tests.live_server import LiveServer

LIMIT_MB = 256
GROUPS = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))
FILES = ("memory.limit_in_bytes", "memory.max")
SECONDS = 5.0


def rows() -> Iterator[Row]:
    """Start, memory and ingest with 256 MB, where this machine lets us make a control group."""
    with tempfile.TemporaryDirectory(prefix="desirepath-bench-", dir=Path.cwd()) as folder:
        with yardsticks.bare_gunicorn() as port:
            plain = load.run(port, bodies("pk", 1), path="/", connections=CONNECTIONS, seconds=SECONDS).rate
        server = LiveServer(
            Path(folder) / "data", ratelimit_enabled="0", columns_memory_mb="64", ledger_cache_mb="8"
        )
        key = server.create_site("Bench", "--domain", "shop.example").site_key
        with _limited(LIMIT_MB) as limited:
            begun = time.perf_counter()
            server.start()
            start = time.perf_counter() - begun
            try:
                idle = memory(server)
                sent = load.run(
                    server.port,
                    bodies(key, 1),
                    path="/api/v1/track",
                    connections=CONNECTIONS,
                    seconds=SECONDS,
                )
            finally:
                server.kill()
    where = f"with {LIMIT_MB} MB" if limited else "no control group could be made: without a limit"
    yield Row(f"start to first answer, {where}", start, "s", 3.0, False)
    yield Row("  memory idle", idle, "MB", 150, False)
    yield Row("  durable single-event requests", sent.rate, "/s", 1_000, True, plain, "bare gunicorn ASGI")
    assert not sent.failed, "some requests were refused"


@contextlib.contextmanager
def _limited(megabytes: int) -> Iterator[bool]:
    """Whoever is started inside may use so much memory; False where that cannot be arranged."""
    group = _make(megabytes)
    own = str(os.getpid())
    if group is None:
        yield False
        return
    (group / "cgroup.procs").write_text(own)
    try:
        yield True
    finally:
        (group.parent / "cgroup.procs").write_text(own)
        _remove(group)


def _make(megabytes: int) -> Path | None:
    for root, file in zip(GROUPS, FILES, strict=True):
        group = root / f"desirepath-bench-{os.getpid()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            (group / file).write_text(str(megabytes << 20))
            return group
        with contextlib.suppress(OSError):
            group.rmdir()
    return None


def _remove(group: Path) -> None:
    for _ in range(50):
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)
