"""Whole copies of a SQLite file that is in use: of one moment, and on disk before they bear their name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def whole(connection: Any, target: Path, finish: Callable[[Path], None] | None = None) -> None:
    """Copy what `connection` sees to `target`, for its owner only; `finish` may change the copy first.

    Through SQLite, never by plain file reads: closing such a handle would drop SQLite's locks. What was
    deleted is not in the copy. A copy that was cut off is called `….part` and is begun again.
    """
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(draft),))
    draft.chmod(0o600)
    if finish is not None:
        finish(draft)
    to_disk(draft)
    draft.rename(target)
    to_disk(target.parent)


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a directory, are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
