"""What the archive holds of one person, copied out: the archive is free again while somebody reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tracker.archive.parquet import Row
from tracker.errors import Unavailable
from tracker.ledger.reads import Stored, stored

_decode = msgspec.json.Decoder(tuple).decode


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be looked through: a month, or all there is (None), and why."""

    month: str | None
    problem: str


class Copy:
    """Rows of a person in a file that bears no name: it is gone with whoever reads it, whatever happens."""

    def __init__(self, unread: Sequence[Unread] = (), folder: Path | None = None) -> None:
        self.unread = list(unread)
        self.events = 0
        self._file = tempfile.TemporaryFile(dir=folder) if folder is not None else None  # noqa: SIM115 - `close`

    def take(self, rows: Iterable[list[Row]]) -> None:
        """Add rows, as `parquet.Work.whole` gives them. Raises Unavailable where the disk is full."""
        assert self._file is not None, "a copy of an archive has a file"
        try:
            for some in rows:
                self._file.write(msgspec.json.Encoder().encode_lines(some))
                self.events += len(some)
        except OSError as error:
            raise Unavailable(f"What is archived cannot be copied: {error.strerror}.") from error

    def read(self) -> Iterator[Stored]:
        """The events, oldest first, once; their ledger id is 0."""
        if self._file is None:
            return
        with self._file as file:
            file.seek(0)
            for line in file:
                yield stored((0, *_decode(line)))

    def close(self) -> None:
        """Let it go, if it was not read to its end."""
        if self._file is not None:
            self._file.close()
