"""Sites in memory: as they are on the disk, whoever changed them, and quick to ask."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import NOW
from tests.disk import on_disk
from tests.live_server import COMMAND, Keys
from tracker.accounts import database, keys, sites
from tracker.accounts.directory import LOOK_SECONDS, MISSES_PER_SECOND, SiteDirectory
from tracker.config import Settings

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def path(settings: Settings) -> Path:
    database.prepare(settings.meta_path)
    return settings.meta_path


@pytest.fixture
def directory(path: Path) -> Iterator[SiteDirectory]:
    directory = SiteDirectory(path)
    directory.start()
    yield directory
    directory.stop()


def in_another_process(path: Path, name: str, *options: str) -> Keys:
    done = subprocess.run(
        [*COMMAND, "site", "create", name, "--data", str(path.parent), *options],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Keys(**json.loads(done.stdout))


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_site_made_by_another_process_works_at_once(path: Path, directory: SiteDirectory) -> None:
    made = in_another_process(
        path, "Shop", "--domain", "https://www.Shop.example/cart", "--timezone", "Asia/Tokyo"
    )
    found = directory.by_public_key(made.site_key)
    assert found is not None and found.id == made.id and found.time_zone == "Asia/Tokyo"
    assert found.rules.domains == ("shop.example",)
    assert directory.by_secret_key(made.secret_key) == found == directory.by_id(made.id)
    assert found.token_secrets == (made.token_secret,)


def test_a_change_that_is_no_miss_is_seen_within_a_second(path: Path, app: Flask) -> None:
    """Two apps on one file: what one changes the other sees, though it asks for nothing unknown."""
    with app.app_context():
        made = sites.create("Shop", NOW)
    other = SiteDirectory(path)
    other.start()
    try:
        with app.app_context():
            sites.change(made.site.id, NOW, None, name="Bazaar")
        assert other.by_id(made.site.id).name == "Shop"  # type: ignore[union-attr]
        assert within(60.0, lambda: other.by_id(made.site.id).name == "Bazaar")  # type: ignore[union-attr]
        assert LOOK_SECONDS <= 1.0
    finally:
        other.stop()


def test_a_change_of_ones_own_is_seen_at_once(app: Flask, site: Keys) -> None:
    directory = app.extensions["desirepath"].sites
    with app.app_context():
        sites.change(site.id, NOW, None, name="Bazaar", visitor_rate=7)
        assert directory.by_id(site.id).name == "Bazaar"
        assert directory.by_id(site.id).rules.visitor_rate == 7
        sites.delete(site.id, NOW, None)
        assert directory.by_id(site.id) is None and directory.by_public_key(site.site_key) is None


def test_both_keys_work_for_a_day_after_a_rotation_and_then_only_the_new_one(app: Flask, site: Keys) -> None:
    now = [NOW]
    directory = SiteDirectory(app.extensions["desirepath"].settings.meta_path, lambda: now[0])
    with app.app_context():
        secret = sites.rotate_secret_key(site.id, NOW, None)
        signing = sites.rotate_token_secret(site.id, NOW + 1000, None)
    directory.refresh()
    for key in (secret, site.secret_key):
        assert directory.by_secret_key(key) is not None
    assert directory.by_id(site.id).token_secrets == (signing, site.token_secret)  # type: ignore[union-attr]

    now[0] = NOW + DAY_MS - 1
    directory.refresh()
    assert directory.by_secret_key(site.secret_key) is not None
    now[0] = NOW + DAY_MS
    directory.refresh()
    assert directory.by_secret_key(site.secret_key) is None
    assert directory.by_secret_key(secret) is not None
    assert len(directory.by_id(site.id).token_secrets) == 2  # type: ignore[union-attr]
    now[0] += 1000
    directory.refresh()
    assert directory.by_id(site.id).token_secrets == (signing,)  # type: ignore[union-attr]
    directory.stop()


def test_previous_keys_can_be_revoked_before_the_day_is_over(app: Flask, site: Keys) -> None:
    directory = app.extensions["desirepath"].sites
    with app.app_context():
        now_ms = int(time.time() * 1000)
        secret = sites.rotate_secret_key(site.id, now_ms, None)
        assert directory.by_secret_key(site.secret_key) is not None
        sites.revoke_previous(site.id, now_ms, None)
    assert directory.by_secret_key(site.secret_key) is None
    assert directory.by_secret_key(secret) is not None


def test_a_host_leads_to_the_one_site_that_lists_it_or_a_domain_above_it(
    app: Flask, new_site: Callable[..., Keys]
) -> None:
    shop = new_site("Shop", ("shop.example",))
    blog = new_site("Blog", ("blog.shop.example",))
    new_site("One", ("shared.example",))
    new_site("Two", ("shared.example",))
    directory = app.extensions["desirepath"].sites
    for host, expected in [
        ("shop.example", shop.id), ("WWW.Shop.Example.", shop.id), ("blog.shop.example", blog.id),
        ("a.blog.shop.example", blog.id), ("shared.example", None), ("x.shared.example", None),
        ("notshop.example", None), ("example", None), ("", None),
    ]:  # fmt: skip
        found = directory.by_domain(host)
        assert (found.id if found else None) == expected, host


def test_only_answers_while_there_is_exactly_one(app: Flask, new_site: Callable[..., Keys]) -> None:
    directory = app.extensions["desirepath"].sites
    assert directory.only() is None
    first = new_site("One")
    assert directory.only().id == first.id
    new_site("Two")
    assert directory.only() is None


def test_a_flood_of_wrong_keys_asks_the_file_a_few_times_a_second(path: Path) -> None:
    asked = 0

    def now_ms() -> int:
        nonlocal asked
        asked += 1
        return NOW

    directory = SiteDirectory(path, now_ms)
    began, tried = time.monotonic(), 0
    while time.monotonic() - began < 0.5 or tried < 500:
        assert directory.by_public_key(f"pk_{tried}") is None
        tried += 1
    assert asked <= (time.monotonic() - began) * MISSES_PER_SECOND + 3
    directory.stop()


def test_a_flood_of_wrong_tokens_asks_the_file_no_oftener(path: Path) -> None:
    directory = SiteDirectory(path)
    began = time.monotonic()
    answers = []
    while time.monotonic() - began < 0.5 or len(answers) < 500:
        answers.append(directory.look_again())
    assert 1 <= sum(answers) <= (time.monotonic() - began) * MISSES_PER_SECOND + 1
    directory.stop()


def test_the_first_site_made_elsewhere_is_the_only_one_at_once(
    app: Flask, new_site: Callable[..., Keys]
) -> None:
    directory = SiteDirectory(app.extensions["desirepath"].settings.meta_path)
    time.sleep(1 / MISSES_PER_SECOND)
    made = new_site("Shop")
    found = directory.only()
    assert found is not None and found.id == made.id
    directory.stop()


def test_keys_stay_valid_while_the_file_cannot_be_read(app: Flask, site: Keys) -> None:
    directory = SiteDirectory(app.extensions["desirepath"].settings.meta_path)
    directory.stop()
    directory.refresh()
    assert directory.by_public_key(site.site_key) is not None


def test_readers_never_see_half_a_change(app: Flask, site: Keys) -> None:
    """Keys and rules change together; whoever asks meanwhile sees one state or the other."""
    directory = app.extensions["desirepath"].sites
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            found = directory.by_id(site.id)
            if found is None or (found.name, found.rules.domains) not in {
                ("Shop", ()), ("A", ("a.example",)), ("B", ("b.example",)),
            }:  # fmt: skip
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    with app.app_context():
        for turn in range(30):
            name = "AB"[turn % 2]
            sites.change(site.id, NOW, None, name=name, domains=[f"{name}.example"])
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong


def test_keys_are_long_random_and_kept_as_hashes(app: Flask, site: Keys) -> None:
    for key, prefix in [(site.site_key, "pk_"), (site.secret_key, "sk_"), (site.token_secret, "ts_")]:
        assert key.startswith(prefix) and len(key) >= 3 + 32
    stored = on_disk(app.extensions["desirepath"].settings.meta_path)
    assert site.secret_key.encode() not in stored
    assert keys.digest(site.secret_key).encode() in stored
