"""`desirepath archive` beside a server: looked through, and brought back into another site."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live_server import COMMAND, Keys, LiveServer, serving
from tracker import clock
from tracker.archive import rows
from tracker.archive.archive import Archive
from tracker.cli.data import opened

FIRST = 1_770_000_000_000
"""2026-02-02, 02:40 UTC."""
DAY = 86_400_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("archive") / "data", ratelimit_enabled="0") as server:
        yield server


@pytest.fixture(scope="module")
def shop(server: LiveServer) -> Keys:
    """A site with forty events of four people, two days apart, all of them archived."""
    keys = server.create_site("Shop")
    for who in ("ann", "ben", "cid", "dan"):
        events = [
            {
                "eventName": "page_viewed",
                "timestamp": FIRST + n * 2 * DAY,
                "id": str(uuid.uuid4()),
                "interactive": True,
            }
            for n in range(10)
        ]
        body = {"user": {"id": who}, "events": events}
        assert server.track(body, Authorization=f"Bearer {keys.secret_key}")[1]["accepted"] == 10
    with opened(str(server.data)) as desk, desk.readers.read() as connection:
        found = rows.of(connection, keys.id, range(1, 100))
        assert Archive(server.data).add(keys.id, found, clock.now_ms()) == 40
    return keys


def run(server: LiveServer, *arguments: str) -> tuple[int, str, str]:
    command = [*COMMAND, "archive", *arguments, "--data", str(server.data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


def visits(server: LiveServer, keys: Keys) -> Any:
    path = f"/api/v1/sites/{keys.id}/overview?from=2026-02-01&to=2026-02-28"
    return server.get(path, Authorization=f"Bearer {keys.secret_key}")[1]["visits"]


def settled(server: LiveServer, keys: Keys, wanted: int) -> Any:
    deadline = time.monotonic() + 120
    while (found := visits(server, keys)) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_it_tells_what_there_is(server: LiveServer, shop: Keys) -> None:
    code, told, _ = run(server, "list")
    (line,) = told.splitlines()
    assert code == 0 and line.split("\t")[:3] == [str(shop.id), "2026-02", "40 events"]
    assert run(server, "verify")[1] == f"Site {shop.id}: 1 files, 40 events, all as they were written.\n"
    code, _, problem = run(server, "verify", str(shop.id), "--month", "2026-07")
    assert code == 1 and "2026-07" in problem
    code, _, problem = run(server, "verify", "--month", "July")
    assert code == 2 and "2026-03" in problem


def test_it_comes_back_into_another_site_once(server: LiveServer, shop: Keys) -> None:
    other = server.create_site("Shop, the past")
    told = run(server, "restore", str(shop.id), "--into", str(other.id))[1]
    assert told == f"40 events brought into site {other.id}, 0 were there already.\n"
    told = run(server, "restore", str(shop.id), "--into", str(other.id), "--month", "2026-02")[1]
    assert told == f"0 events brought into site {other.id}, 40 were there already.\n"
    assert settled(server, other, 40) == 40
    assert settled(server, shop, 40) == 40


def test_what_cannot_be_is_said(server: LiveServer, shop: Keys, tmp_path: Path) -> None:
    code, _, problem = run(server, "restore", str(shop.id), "--into", str(shop.id))
    assert code == 1 and "another site" in problem
    code, _, problem = run(server, "restore", str(shop.id), "--into", "99")
    assert code == 1 and "no site 99" in problem
    code, _, problem = run(server, "restore", "98", "--into", str(shop.id))
    assert code == 1 and "no archive of site 98" in problem


def test_an_older_copy_brings_back_nobody_who_was_erased(server: LiveServer, shop: Keys) -> None:
    folder = Archive(server.data).folder(shop.id)
    copy = {path.name: path.read_bytes() for path in folder.iterdir()}
    path = f"/api/v1/sites/{shop.id}/people/ann"
    status, _, _ = server.request("DELETE", path, headers={"Authorization": f"Bearer {shop.secret_key}"})
    assert status == 200
    for name, told in copy.items():
        (folder / name).write_bytes(told)
    other = server.create_site("Shop, once more")
    told = run(server, "restore", str(shop.id), "--into", str(other.id))[1]
    assert told.startswith("30 events brought")
    assert server.events(other, person="ann") == []
