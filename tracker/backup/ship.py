"""The owner's own command, run on each new backup to carry it elsewhere."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from tracker.errors import Unavailable

HOURS = 6
TOLD = 300


def ship(command: str, backup: Path) -> None:
    """Run it with the backup's path as its last argument. Raises Unavailable with what it said last.

    No shell: `rclone copy --max-age 1d` gets the path appended; a script can do anything else.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the owner's own words, from the settings
            [*shlex.split(command), str(backup)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=HOURS * 3600,
            env=dict(os.environ, DESIREPATH_BACKUP=str(backup)),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(
            f"The backup command did not end within {HOURS} hours; the backup is in {backup}."
        ) from None
    except OSError as error:
        raise Unavailable(
            f"The backup command cannot be run ({error}); the backup is in {backup}."
        ) from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-TOLD:]
        raise Unavailable(
            f"The backup command ended with code {done.returncode}: {said or 'it said nothing'}. "
            f"The backup is in {backup}."
        )
