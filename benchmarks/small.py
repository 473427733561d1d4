"""Small machines: the server (or, with BINARY, the executable) under a memory limit, with data to fit."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import load, yardsticks
from benchmarks.bigdata import EVENTS, BigData, demo
from benchmarks.ingest import CONNECTIONS, bodies
from benchmarks.pages import measure, until_answering
from benchmarks.process import memory
from benchmarks.report import Row
from benchmarks.signing_in import sign_in
from tests.live_server import COMMAND, LiveServer
from tracker.cli.demo import EMAIL, PASSWORD
from tracker.ledger import connect

GROUPS = (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup"))
FILES = ("memory.limit_in_bytes", "memory.max")
SECONDS = 5.0


@dataclass(frozen=True)
class Machine:
    """So many megabytes, the events kept on it, and the settings we recommend for it."""

    megabytes: int
    events: int
    settings: dict[str, str] = field(default_factory=dict)


MACHINES = (
    Machine(256, 100_000, {"columns_memory_mb": "64", "ledger_cache_mb": "8"}),
    Machine(512, 1_000_000, {"columns_memory_mb": "192"}),
    Machine(1024, EVENTS),
)


@dataclass(frozen=True)
class Group:
    """A control group; `path` is None where this machine lets us make none."""

    path: Path | None

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Who is started here is in the group; we ourselves are not when it is over."""
        if self.path is None:
            yield
            return
        own = str(os.getpid())
        (self.path / "cgroup.procs").write_text(own)
        try:
            yield
        finally:
            (self.path.parent / "cgroup.procs").write_text(own)


def rows() -> Iterator[Row]:
    """Each machine: making the column store, start, memory, pages, ingest, all within its limit."""
    with yardsticks.bare_gunicorn() as port:
        plain = load.run(port, bodies("pk", 1), path="/", connections=CONNECTIONS, seconds=SECONDS).rate
    for machine in MACHINES:
        data = demo(machine.events)
        with _limited(machine.megabytes) as group:
            where = f"{machine.megabytes} MB" if group.path else f"{machine.megabytes} MB NOT enforced"
            settings = ", ".join(f"{name}={value}" for name, value in machine.settings.items())
            print(f"  {where}, {machine.events:,} events, {settings or 'settings as they are'}", flush=True)
            yield _made_anew(machine, data, group)
            yield from _served(machine, data, group, plain)


def _made_anew(machine: Machine, data: BigData, group: Group) -> Row:
    """The column store from the ledger, in a process of its own; it dies where the limit is too low."""
    environ = {f"DESIREPATH_{key.upper()}": value for key, value in machine.settings.items()}
    command = [*COMMAND, "columns", "rebuild", "--data", str(data.folder)]
    begun = time.perf_counter()
    with group.inside():
        made = subprocess.Popen(command, env=dict(os.environ) | environ, stdout=sys.stderr)
    code = made.wait()
    assert code == 0, f"making the column store ended with {code}"
    seconds = time.perf_counter() - begun
    return Row("column store made anew", _kept(data) / seconds, "/s", 20_000)


def _kept(data: BigData) -> int:
    """Events there are, with those that earlier runs sent."""
    with contextlib.closing(connect.open_reader(data.folder / "ledger.db")) as reader:
        return int(reader.execute("SELECT count(*) FROM events").fetchone()[0])


def _served(machine: Machine, data: BigData, group: Group, plain: float) -> Iterator[Row]:
    server = LiveServer(data.folder, ratelimit_enabled="0", **machine.settings)
    key = server.create_site("Bench", "--domain", "shop.example").site_key
    begun = time.perf_counter()
    with group.inside():
        server.start()
    yield Row("start to first answer", time.perf_counter() - begun, "s", 3.0, False)
    try:
        until_answering(server, data.keys)
        yield Row("  memory before anybody asks", memory(server), "MB", machine.megabytes, False)
        sent = load.run(
            server.port, bodies(key, 1), path="/api/v1/track", connections=CONNECTIONS, seconds=SECONDS
        )
        assert not sent.failed, "some requests were refused"
        yield Row(
            "  durable single-event requests", sent.rate, "/s", 1_000, True, plain, "bare gunicorn ASGI"
        )
        until_answering(server, data.keys)
        _, wholes = measure(server, sign_in(server, EMAIL, PASSWORD), max(data.keys))
        yield Row("  all panels of a page, cold (median)", median(wholes), "s", 1, False)
        yield Row("  the slowest", max(wholes), "s", 2, False)
        yield Row("  memory after all pages", memory(server), "MB", machine.megabytes, False)
    finally:
        server.kill()


@contextlib.contextmanager
def _limited(megabytes: int) -> Iterator[Group]:
    path = _make(megabytes)
    try:
        yield Group(path)
    finally:
        if path is not None:
            _remove(path)


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
