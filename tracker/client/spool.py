"""Batches on disk, for when the server cannot be reached: they survive a restart of the program.

One file for each batch, one event a line. Several processes may use one folder: files appear whole, and
whoever holds the lock sends. What is sent twice nevertheless is counted once, because its ids are the same.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tracker.clock import now_ms

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows; there two processes may send the same batch
    fcntl = None  # type: ignore[assignment]

UNFINISHED = ".new"
HOUR_MS = 3_600_000


class Busy(Exception):
    """Another process is sending what waits."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A file and the events in it."""

    path: Path
    events: tuple[bytes, ...]


class Spool:
    """The batches of one server and key in a folder, `most_bytes` of them at most."""

    def __init__(self, folder: Path, url: str, key: str, most_bytes: int) -> None:
        self._folder = folder
        self._tag = sha256(f"{url} {key}".encode()).hexdigest()[:12]
        self._most_bytes = most_bytes
        self._lock: int | None = None

    def store(self, events: Sequence[bytes]) -> int:
        """Keep a batch. The answer: how many older events had to go. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = b"\n".join(events)
        dropped = self._make_room(len(text))
        path = self._folder / f"{self._tag}-{now_ms():013d}-{len(events)}-{uuid.uuid4().hex[:12]}"
        unfinished = path.with_suffix(UNFINISHED)
        try:
            _write(unfinished, text)
            unfinished.rename(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        return dropped

    @contextlib.contextmanager
    def oldest(self) -> Iterator[Batch | None]:
        """The batch that waits longest, nobody else's meanwhile; None where nothing waits.

        Raises Busy where another process is at it.
        """
        if not self._files():
            yield None
            return
        with self._alone():
            yield self._read()

    def remove(self, batch: Batch) -> None:
        """The batch is settled."""
        batch.path.unlink(missing_ok=True)

    def after_fork(self) -> None:
        """In a child: let go of the parent's lock, which would outlive it otherwise."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                os.close(self._lock)
            self._lock = None

    def _read(self) -> Batch | None:
        for path in self._files():
            with contextlib.suppress(OSError):  # sent by another process meanwhile, or not ours to read
                return Batch(path, tuple(line for line in path.read_bytes().split(b"\n") if line))
        return None

    def _files(self) -> list[Path]:
        """Whole batches, oldest first."""
        try:
            found = list(self._folder.glob(f"{self._tag}-*"))
        except OSError:
            return []
        return sorted(path for path in found if path.suffix != UNFINISHED)

    def _make_room(self, needed: int) -> int:
        self._sweep()
        sizes = {path: _size(path) for path in self._files()}
        excess, dropped = sum(sizes.values()) + needed - self._most_bytes, 0
        for path, size in sizes.items():
            if excess <= 0:
                break
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                dropped += int(path.name.split("-")[2])
            excess -= size
        return dropped

    def _sweep(self) -> None:
        """Remove what a process left unfinished when it was killed."""
        for path in self._folder.glob(f"{self._tag}-*{UNFINISHED}"):
            if now_ms() - int(path.name.split("-")[1]) > HOUR_MS:
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        if fcntl is None:  # pragma: no cover
            yield
            return
        lock = self._lock = os.open(self._folder / f"{self._tag}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
            yield
        finally:
            self._lock = None
            # A child forked meanwhile holds the file open, too: closing alone would not unlock it.
            fcntl.flock(lock, fcntl.LOCK_UN)
            os.close(lock)


def _write(path: Path, text: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        view = memoryview(text)
        while view:
            view = view[os.write(file, view) :]
        os.fsync(file)
    finally:
        os.close(file)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
