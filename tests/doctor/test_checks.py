"""What the doctor finds, on machines and data made for it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite

from tests.live_server import free_port, serving
from tracker.accounts import database
from tracker.backup import kept, make, restore
from tracker.config import Settings
from tracker.doctor import backups, machine, network, storage
from tracker.doctor.checks import examine
from tracker.doctor.finding import Level
from tracker.ledger import connect

NOW = 1_790_000_000_000


def settings_of(folder: Path, **given: str) -> Settings:
    return Settings.read({}, **{"data": str(folder), "bind": f"127.0.0.1:{free_port()}"} | given)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


def test_a_fresh_machine_is_fine(tmp_path: Path) -> None:
    found = list(examine(settings_of(tmp_path / "new"), NOW))
    assert [finding for finding in found if finding.level is Level.BAD] == []
    assert "will be made" in next(f.told for f in found if f.what == "Data directory")


def test_every_complaint_says_what_to_do(data: Path) -> None:
    (data / "ledger.db").write_bytes(b"no database at all, but long enough to be one" * 40)
    settings = settings_of(data, public_url="http://stats.example.org", bind="127.0.0.1:1")
    found = list(examine(settings, NOW))
    assert any(finding.level is not Level.OK for finding in found)
    assert [f for f in found if (f.level is Level.OK) == bool(f.remedy)] == []


def test_a_directory_that_cannot_be_written() -> None:
    assert storage.directory(settings_of(Path("/proc")), NOW).level is Level.BAD


def test_others_may_not_look_in(data: Path) -> None:
    assert storage.permissions(settings_of(data), NOW).level is Level.OK
    data.chmod(0o755)
    finding = storage.permissions(settings_of(data), NOW)
    assert finding.level is Level.WARN and finding.remedy == f"chmod 700 {data}"


def test_a_ledger_of_another_program_or_a_newer_version(data: Path) -> None:
    settings = settings_of(data)
    assert storage.ledger(settings, NOW) is None
    connect.open_writer(settings.ledger_path).close()
    assert storage.ledger(settings, NOW).level is Level.OK
    newer = sqlite.connect(str(settings.ledger_path))
    newer.execute("PRAGMA user_version=9999")
    newer.close()
    assert "newer" in storage.ledger(settings, NOW).told
    settings.ledger_path.unlink()
    foreign = sqlite.connect(str(settings.ledger_path))
    foreign.execute("CREATE TABLE theirs (x)")
    foreign.close()
    assert storage.ledger(settings, NOW).level is Level.BAD


def test_a_port_somebody_else_has(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = settings_of(data, bind=f"127.0.0.1:{other.getsockname()[1]}")
        other.settimeout(0)
        assert network.port(settings, NOW).level is Level.BAD
    assert network.port(settings_of(data), NOW).level is Level.OK


def test_a_server_that_runs_is_known(data: Path) -> None:
    with serving(data) as server:
        settings = settings_of(data, bind=f"127.0.0.1:{server.port}", public_url=server.url)
        assert "is serving" in network.port(settings, NOW).told
        assert "not https" in network.public_address(settings, NOW).told


def test_a_proxy_nobody_was_told_of(data: Path) -> None:
    told = settings_of(data, public_url="https://stats.example.org", trusted_proxies="127.0.0.1")
    untold = settings_of(data, public_url="https://stats.example.org")
    assert network.proxies(told, NOW).level is Level.OK
    assert "DESIREPATH_TRUSTED_PROXIES" in network.proxies(untold, NOW).remedy


def test_a_clock_that_was_set_back(data: Path) -> None:
    file = data / "ledger.db"
    file.touch()
    os.utime(file, (NOW / 1000 - 60, NOW / 1000 - 60))
    assert machine.clock(settings_of(data), NOW).level is not Level.BAD
    os.utime(file, (NOW / 1000 + 3600, NOW / 1000 + 3600))
    assert "60 minutes in the future" in machine.clock(settings_of(data), NOW).told
    assert machine.clock(settings_of(data), 0).level is Level.BAD


def test_the_limit_of_a_container_counts(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{256 << 20}\n")
    assert machine._limit_mb(limit) == 256
    limit.write_text("max\n")
    assert machine._limit_mb(limit) > 1 << 20
    greedy = settings_of(tmp_path, columns_memory_mb="1000000")
    assert "DESIREPATH_COLUMNS_MEMORY_MB" in machine.memory(greedy, NOW).remedy


def test_backups_that_are_missing_old_untried_or_broken_are_told(data: Path) -> None:
    settings = settings_of(data)
    assert backups.backups(settings, NOW) is None
    connect.open_writer(settings.ledger_path).close()
    database.prepare(settings.meta_path)
    assert "There is none" in backups.backups(settings, NOW).told
    make.backup(settings, settings.backup_path, NOW)
    (made,) = kept.listed(settings.backup_path)
    assert "not tried" in backups.backups(settings, NOW).told
    assert "long ago" in backups.backups(settings, NOW + 8 * 24 * backups.HOUR).told
    restore.verify(made, NOW)
    finding = backups.backups(settings, NOW)
    assert finding.level is Level.OK and "last verified 2026-" in finding.told
    kept.note(made.path, kept.Verified(NOW, 1.0, 0, "It is damaged."))
    assert backups.backups(settings, NOW).level is Level.BAD
