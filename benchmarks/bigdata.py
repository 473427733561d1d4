"""Data to measure on: what `desirepath demo` makes, kept between runs under `benchmarks/data/`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SITE = re.compile(r"^(.+): (\{.*\})$", re.M)
KEPT = Path(__file__).parent / "data"
EVENTS = int(os.environ.get("EVENTS", "10000000"))
PERSON_SHARE = 50
"""The demo has a person for about so many events."""


@dataclass(frozen=True)
class BigData:
    """A data directory with about `events` events of three sites, and what the API wants to know of these."""

    events: int
    folder: Path
    keys: dict[int, str]
    """Secret key by site."""


def demo(events: int = EVENTS) -> BigData:
    """The directory for so many events; made now where there is none (ten million take a while)."""
    folder = Path(os.environ.get("BENCH_DATA", KEPT / str(events)))
    told = folder / "demo.txt"
    if not told.exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"  making {events:,} events in {folder} ...", flush=True)
        command = [
            sys.executable,
            "-m",
            "tracker.cli",
            "demo",
            "--events",
            str(events),
            "--data",
            str(folder),
        ]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        told.write_text(done.stdout)
    found = [json.loads(text) for _, text in SITE.findall(told.read_text())]
    return BigData(events, folder, {one["id"]: one["secret_key"] for one in found})
