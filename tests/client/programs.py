"""Programs that use the client, run in a process of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a program; `sys.argv[1:]` are the arguments."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(code: str, *arguments: str, status: int = 0) -> str:
    """Run a program to its end; what it printed. It may complain of nothing but what the client logs."""
    program = start(code, *arguments)
    try:
        said, complaints = program.communicate(timeout=60)
    finally:
        program.kill()
        program.communicate()
    assert program.returncode == status, complaints
    assert "Traceback" not in complaints or status, complaints
    return said
