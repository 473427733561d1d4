"""Daily salts: the same for every process, and gone from the disk after two days."""

from __future__ import annotations

from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as sqlite

from tests.conftest import NOW
from tests.disk import on_disk
from tracker.accounts import database, secrets
from tracker.config import Settings
from tracker.enrich.visitor import VisitorHash
from tracker.jobs.salts import SaltKeeper

DAY_MS = secrets.DAY_MS


@pytest.fixture
def path(settings: Settings) -> Path:
    database.prepare(settings.meta_path)
    return settings.meta_path


def test_a_day_has_one_salt_for_everybody(path: Path) -> None:
    first = secrets.daily_salts(path, NOW)
    assert first == secrets.daily_salts(path, NOW) and first.yesterday is None
    assert len(first.today) == secrets.SALT_BYTES
    midnight = (NOW // DAY_MS + 1) * DAY_MS
    assert secrets.daily_salts(path, midnight - 1) == first
    second = secrets.daily_salts(path, midnight)
    assert second.yesterday == first.today != second.today


def test_after_two_days_a_salt_is_in_no_byte_of_any_file(path: Path) -> None:
    server = sqlite.connect(path)
    server.execute("SELECT count(*) FROM daily_salts").fetchall()  # else the last to close empties the log
    first = secrets.daily_salts(path, NOW)
    assert first.today in on_disk(path)
    secrets.daily_salts(path, NOW + DAY_MS)
    assert secrets.forget(path) and first.today in on_disk(path)
    secrets.daily_salts(path, NOW + 2 * DAY_MS)
    assert first.today in on_disk(path), "the log still has it, which is why it is emptied"
    assert secrets.forget(path)
    assert first.today not in on_disk(path)
    server.close()


def test_somebody_who_reads_an_older_state_only_delays_it(path: Path) -> None:
    first = secrets.daily_salts(path, NOW)
    visitors = VisitorHash(first.today, None)
    keeper = SaltKeeper(path, visitors)
    keeper.turn(NOW)
    reader = sqlite.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM daily_salts").fetchone()
    keeper.turn(NOW + 2 * DAY_MS)
    assert first.today in on_disk(path)
    reader.execute("ROLLBACK")
    keeper.turn(NOW + 2 * DAY_MS + 1000)
    assert first.today not in on_disk(path)
    reader.close()


def test_the_keeper_gives_the_visitor_hash_the_salts_of_the_new_day(path: Path) -> None:
    first = secrets.daily_salts(path, NOW)
    visitors, fresh = VisitorHash(first.today, None), VisitorHash(first.today, None)
    keeper = SaltKeeper(path, visitors)
    keeper.turn(NOW)
    later = NOW + DAY_MS
    keeper.turn(later)
    second = secrets.daily_salts(path, later)
    fresh.rotate(second.today, second.yesterday)
    assert visitors.of(1, "203.0.113.9", "agent", later) == fresh.of(1, "203.0.113.9", "agent", later)
    assert visitors.of(1, "203.0.113.9", "agent", later) != VisitorHash(first.today, None).of(
        1, "203.0.113.9", "agent", later
    )


def test_the_cookie_key_is_made_once(path: Path) -> None:
    assert secrets.cookie_key(path) == secrets.cookie_key(path)
    assert len(secrets.cookie_key(path)) == 32
