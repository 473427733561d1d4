"""One task at a time on a site's archive, whichever thread or process it is in."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.errors import Unavailable

LOOK_SECONDS = 0.05


@contextmanager
def held(folder: Path, patience: float) -> Iterator[None]:
    """Have the folder alone; a process that dies lets it go. Raises Unavailable after `patience` seconds."""
    number = os.open(folder, os.O_RDONLY)
    try:
        deadline = time.monotonic() + patience
        while not _taken(number):
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"The archive in {folder} is being written; please try again soon.", retry_after=10
                )
            time.sleep(LOOK_SECONDS)
        yield
    finally:
        os.close(number)


def _taken(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
