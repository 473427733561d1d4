"""Lines of a file with their numbers: plain or gzip, and none of them fills the memory."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from tracker.errors import Invalid

MAX_LINE = 1_000_000
"""Bytes of a line; an event is far smaller."""
GZIP_MAGIC = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"

Line = tuple[int, bytes | None]
"""(number from 1 on, its bytes); None for a line that is too long."""


def unpacked(stream: io.BufferedReader) -> BinaryIO:
    """The stream, unpacked where it is gzip."""
    if stream.peek(2)[:2] == GZIP_MAGIC:
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    return stream


def numbered(stream: BinaryIO) -> Iterator[Line]:
    """Each line. Raises Invalid where a packed file is damaged."""
    number = 0
    try:
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            if number == 1:
                line = line.removeprefix(BOM)
            if len(line) <= MAX_LINE or line.endswith(b"\n"):
                yield number, line
                continue
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield number, None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Invalid(f"The file cannot be unpacked after line {number}: {error}.", field="body") from error
