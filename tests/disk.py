"""What really stands on the disk."""

from __future__ import annotations

import subprocess
from pathlib import Path


def on_disk(path: Path) -> bytes:
    """Every byte of a SQLite file and of what SQLite keeps beside it.

    Read by another process: closing a handle of our own would drop the locks SQLite holds here.
    """
    files = sorted(str(file) for file in path.parent.glob(path.name + "*"))
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout
