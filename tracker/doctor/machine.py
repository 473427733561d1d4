"""The machine: SQLite, memory, open files, the clock, room to unpack."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import tempfile
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from tracker.config import Settings
from tracker.doctor.finding import Finding, bad, ok, warn
from tracker.ledger.connect import OLDEST_SQLITE

TIME_ERROR = 5
"""What `adjtimex` answers while nobody keeps the clock."""
ODDEST_CLOCK_MS = 5 * 60_000
SMALL_MB = 256
OLDEST_NOW = 1_767_225_600_000
"""2026-01-01: no clock that is right says less."""


def sqlite_version(settings: Settings, now_ms: int) -> Finding:
    """SQLite without the WAL-reset bug."""
    wanted = ".".join(map(str, OLDEST_SQLITE))
    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        return bad(
            "SQLite",
            f"{sqlite.sqlite_version} can lose data in WAL mode.",
            f"Install {wanted} or newer: pip install pysqlite3.",
        )
    return ok("SQLite", f"{sqlite.sqlite_version}, {wanted} or newer is needed.")


def memory(settings: Settings, now_ms: int) -> Finding:
    """Whether what the settings allow fits into this machine, or the limit it is under."""
    have = min(_physical_mb(), _limit_mb())
    need = 150 + settings.columns_memory_mb + settings.ledger_cache_mb + settings.queue_mb
    told = f"{have:,} MB; up to about {need:,} MB may be used under load."
    if have < need:
        least = max(64, have - 150 - settings.ledger_cache_mb - settings.queue_mb)
        return warn(
            "Memory",
            told,
            f"Set DESIREPATH_COLUMNS_MEMORY_MB={least} or give it more; see docs/deploying.md.",
        )
    return ok("Memory", told)


def open_files(settings: Settings, now_ms: int) -> Finding:
    """Each connection is an open file."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    need = settings.connections + 200
    told = f"{limit:,} may be open, {need:,} are needed for {settings.connections:,} connections."
    if limit != resource.RLIM_INFINITY and limit < need:
        return warn("Open files", told, f"Raise the limit: ulimit -n {need}, or LimitNOFILE= in the unit.")
    return ok("Open files", told)


def clock(settings: Settings, now_ms: int) -> Finding:
    """Whether the time is kept, so that what clients send lies on the right day."""
    if now_ms < OLDEST_NOW:
        return bad(
            "Clock", "It shows a time that is long past.", "Set it, and install chrony or systemd-timesyncd."
        )
    ahead = _newest_file_ms(settings.data) - now_ms
    if ahead > ODDEST_CLOCK_MS:
        return bad(
            "Clock",
            f"Files in {settings.data} were written {ahead // 60_000} minutes in the future.",
            "The clock was set back, or was wrong before; check it with timedatectl.",
        )
    if _unsynchronised():
        return warn(
            "Clock", "Nobody keeps it.", "Install chrony or systemd-timesyncd (on the host, for a container)."
        )
    return ok("Clock", "It is right, as far as can be told from here.")


def unpacking(settings: Settings, now_ms: int) -> Finding | None:
    """The single-file executable unpacks itself at each start."""
    inside = getattr(sys, "_MEIPASS", None)
    if inside is None:
        return None
    folder = Path(tempfile.gettempdir())
    left = [path for path in folder.glob("_MEI*") if str(path) != inside]
    told = f"Unpacked in {inside}."
    if len(left) > 3:
        return warn(
            "Unpacking", f"{told} {len(left)} others are there.", f"Remove old {folder}/_MEI* directories."
        )
    return ok("Unpacking", told)


def _physical_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


def _limit_mb(path: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """The limit of the container or unit, a very large number where there is none."""
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    limits = [soft >> 20] if soft != resource.RLIM_INFINITY else []
    try:
        text = path.read_text().strip()
    except OSError:
        text = "max"
    if text.isdigit():
        limits.append(int(text) >> 20)
    return min(limits, default=1 << 40)


def _newest_file_ms(folder: Path) -> int:
    try:
        return max((int(path.stat().st_mtime * 1000) for path in folder.iterdir()), default=0)
    except OSError:
        return 0


def _unsynchronised() -> bool:
    buffer = ctypes.create_string_buffer(512)  # struct timex with modes=0: read only
    try:
        return int(ctypes.CDLL(None).adjtimex(buffer)) == TIME_ERROR
    except (OSError, AttributeError):
        return False  # not Linux
