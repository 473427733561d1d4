"""Where the single-file executable begins."""

import contextlib
import os
import shutil
import sys
from pathlib import Path

from tracker.cli.main import main

OWNER = "desirepath.pid"


def take_over_sockets() -> None:
    """systemd hands its sockets to the process it started, which is the unpacker: our parent."""
    if os.environ.get("LISTEN_PID") == str(os.getppid()):
        os.environ["LISTEN_PID"] = str(os.getpid())


def sweep() -> None:
    """Remove what was unpacked for processes that were killed: they could not do it themselves."""
    own = Path(sys._MEIPASS)
    (own / OWNER).write_text(str(os.getpid()))
    for folder in own.parent.glob("_MEI*"):
        owner = folder / OWNER
        ours = folder != own and owner.is_file() and folder.stat().st_uid == os.getuid()
        if ours and not runs(owner.read_text()):
            shutil.rmtree(folder, ignore_errors=True)


def runs(process: str) -> bool:
    """Whether there is such a process; one that was killed stays as a zombie until somebody asks after it."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


if __name__ == "__main__":
    take_over_sockets()
    with contextlib.suppress(OSError):  # another start may sweep at the same moment
        sweep()
    main()
