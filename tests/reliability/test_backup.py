"""Backups of a server under load: every event acknowledged before one began is in it, and commits go on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.live_server import serving
from tests.reliability.ledger_file import event_ids, integrity
from tests.reliability.load import Load

pytestmark = pytest.mark.reliability


def test_a_backup_under_load_is_restored_with_all_that_was_acknowledged(tmp_path: Path) -> None:
    with serving(tmp_path / "data", ratelimit_enabled="0") as server:
        load = Load(server, server.create_site("Shop"))
        load.start()
        try:
            load.until(lambda: load.acknowledged)
            for turn in range(2):
                before = set(load.acknowledged)
                backup = server.cli("backup", "--keep", "2").strip()
                new = tmp_path / f"new{turn}"
                server.cli("restore", backup, "--data", str(new))
                found = event_ids(new)
                assert not before - found.keys() and set(found.values()) == {1}
                assert integrity(new) == "ok"
        finally:
            load.stop()
        assert len(server.cli("backup", "list").splitlines()) == 2
        assert not load.unexpected
        assert not load.acknowledged - event_ids(tmp_path / "data").keys()
    with serving(tmp_path / "new1") as restored:
        assert restored.get("/readyz")[0] == 200
        assert "Shop" in restored.cli("site", "list")


def test_backups_by_the_clock_are_tried_and_told_of(tmp_path: Path) -> None:
    with serving(tmp_path / "data", backup_hours="1", backup_keep="1") as server:
        server.create_site("Shop")
        deadline = time.monotonic() + 120
        while "desirepath_backup_verified_seconds" not in server.get("/metrics")[1]:
            assert time.monotonic() < deadline, server.log.read_text()[-2000:]
            time.sleep(0.2)
        assert "could be restored" in server.cli("backup", "list")
        assert "last_verified" in server.get("/readyz")[1]
        assert "last verified" in server.cli("doctor")
