"""The process itself: how soon it answers, and how much memory it takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.report import Row
from tests.live_server import LiveServer

ROUNDS = 5


def rows() -> Iterator[Row]:
    """Start-up and memory."""
    with tempfile.TemporaryDirectory(prefix="desirepath-bench-", dir=Path.cwd()) as folder:
        server = LiveServer(Path(folder) / "data")
        server.start()
        server.kill()
        starts = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            server.start()
            starts.append(time.perf_counter() - begun)
            resident = memory(server)
            server.kill()
    yield Row("start to first answer", median(starts), "s", 1.5, False)
    yield Row("memory idle, parent and worker", resident, "MB", 150, False)


def memory(server: LiveServer) -> float:
    """Resident megabytes of both processes, shared pages counted once (proportional set size)."""
    return sum(_pss(pid) for pid in (server.pid, server.worker_pid())) / 1024


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
