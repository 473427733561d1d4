"""The ASGI app from start to stop, in a process of its own as a worker has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.live_server import serving

WORKER = """
import asyncio, gc, json
from tracker.config import Settings
from tracker.server.serve import Server

application = Server(Settings.read({})).load()
told, steps, found = [], asyncio.Queue(), {}

async def send(message):
    told.append(message["type"])
    if message["type"] == "lifespan.startup.complete":
        found.update(frozen=gc.get_freeze_count(), enabled=gc.isenabled())
        steps.put_nowait({"type": "lifespan.shutdown"})

async def run():
    steps.put_nowait({"type": "lifespan.startup"})
    await application({"type": "lifespan"}, steps.get, send)
    print(json.dumps(found | {"told": told}))

asyncio.run(run())
"""


def test_a_server_that_stops_leaves_nothing_but_its_log(tmp_path: Path) -> None:
    """Libraries that take what is left at the end for leaks would say so, forty lines each time."""
    with serving(tmp_path / "data") as server:
        assert server.stop() == 0
        first, *lines = server.log.read_text().splitlines()
    assert first.startswith("Desirepath serves") and lines
    assert all(line.startswith(("{", "Create the owner here")) for line in lines)


def test_what_the_start_made_is_left_out_of_collections(tmp_path: Path) -> None:
    """They would stop every thread to look through it, and go on for what comes later."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        env=os.environ | {"DESIREPATH_DATA": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["told"] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert found["enabled"]
    assert found["frozen"] > 50_000
