"""`columns rebuild` and `columns check`, as somebody types them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb

from tests.backup import old_files
from tests.cli.test_main import run
from tests.ledger.events import NOON, event
from tests.live_server import serving
from tracker.ledger.writer import Writer

DAY = 86_400_000


def ledger(data: Path, count: int = 300) -> None:
    data.mkdir(exist_ok=True)
    writer = Writer(data / "ledger.db")
    writer.start()
    writer.write(
        [event(at=NOON + n * DAY // 50, name=f"n{n % 3}", visitor=f"v{n % 7}") for n in range(count)]
    )
    writer.stop()


def columns(data: Path, command: str) -> subprocess.CompletedProcess[str]:
    return run("columns", command, "--data", str(data))


def test_a_rebuilt_store_says_what_the_ledger_says(tmp_path: Path) -> None:
    ledger(tmp_path)
    assert "300 events read" in columns(tmp_path, "rebuild").stdout
    done = columns(tmp_path, "check")
    assert done.returncode == 0, done.stderr
    assert "300 events compared, no difference" in done.stdout


def test_a_store_that_lost_something_is_found_out_and_mended(tmp_path: Path) -> None:
    ledger(tmp_path)
    columns(tmp_path, "rebuild")
    with duckdb.connect(str(tmp_path / "columns.duckdb")) as store:
        store.execute("DELETE FROM events WHERE id = 7")
    done = columns(tmp_path, "check")
    assert done.returncode == 1 and "in the ledger" in done.stdout and "rebuild" in done.stderr
    columns(tmp_path, "rebuild")
    assert columns(tmp_path, "check").returncode == 0


def test_a_running_server_is_not_disturbed(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        site = server.create_site()
        bearer = {"Authorization": f"Bearer {site.secret_key}"}
        while server.get(f"/api/v1/sites/{site.id}/overview", **bearer)[0] == 503:
            pass
        done = columns(tmp_path, "check")
        assert done.returncode == 1 and "stop it first" in done.stderr


def test_a_ledger_of_an_older_version_is_upgraded_first(tmp_path: Path) -> None:
    old_files.ledger(tmp_path / "ledger.db", 1)
    assert "20 events read" in columns(tmp_path, "rebuild").stdout
    assert columns(tmp_path, "check").returncode == 0


def test_there_is_nothing_to_rebuild_without_a_ledger(tmp_path: Path) -> None:
    done = columns(tmp_path, "rebuild")
    assert done.returncode == 1 and "no ledger" in done.stderr and "Traceback" not in done.stderr
