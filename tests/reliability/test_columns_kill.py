"""The column sync killed at any moment: what it committed stays, and it goes on from there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.columns.ledgers import Ledger, contents
from tracker.columns.duckdb import DuckDBStore

pytestmark = pytest.mark.reliability
ROOT = Path(__file__).parents[2]
NOON = 1_772_366_400_000
EVENTS = 20_000
FOLLOWER = """
import pathlib, sys
from tracker.columns import sync
from tracker.columns.duckdb import DuckDBStore
from tracker.ledger import connect
sync.PROGRESS_S = 0.0
store = DuckDBStore(pathlib.Path(sys.argv[2]))
store.open()
print(store.place().event, flush=True)
reader = connect.open_reader(pathlib.Path(sys.argv[1]))
sync.catch_up(store, reader, lambda p: print(p.done, flush=True), chunk=700)
print("done", flush=True)
"""


def test_kill_during_sync_loses_and_doubles_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    draw = random.Random(7)
    ledger.add([happening(draw, n) for n in range(EVENTS)])
    path = tmp_path / "columns.duckdb"
    kills = 0
    while not killed_in_time(ledger.path, path, draw):
        kills += 1
    assert kills > 5
    followed, rebuilt = DuckDBStore(path), DuckDBStore(None)
    for store in (followed, rebuilt):
        store.open()
        ledger.sync(store)
    assert contents(followed) == contents(rebuilt)
    for store in (followed, rebuilt):
        store.close()
    ledger.close()
    assert not list(tmp_path.glob("*.broken"))


def killed_in_time(ledger: Path, columns: Path, draw: random.Random) -> bool:
    """Follow the ledger and be killed a few merges later, anywhere in one; True: it was done first."""
    child = subprocess.Popen(
        [sys.executable, "-c", FOLLOWER, str(ledger), str(columns)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        for _ in range(draw.randrange(2, 6)):
            if child.stdout.readline() == "done\n":
                return True
        time.sleep(draw.random() * 0.15)
        return False
    finally:
        child.kill()
        child.communicate()


def happening(draw: random.Random, number: int) -> dict[str, object]:
    return {
        "at": NOON + number * 9_000 - draw.randrange(3) * draw.randrange(7_200_000),
        "visitor": f"v{draw.randrange(300)}",
        "user": f"u{draw.randrange(40)}" if draw.random() < 0.05 else None,
        "session": f"s{draw.randrange(900)}" if draw.random() < 0.3 else None,
        "name": draw.choice(["page_viewed", "click"]),
    }
