"""kill -9 at random moments under load: every acknowledged event is there, exactly once."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.live_server import serving
from tests.reliability.ledger_file import event_ids, integrity
from tests.reliability.load import Load, pull_the_plug

pytestmark = pytest.mark.reliability


def kill_under_load(data: Path, times: int, seed: int) -> None:
    chance = random.Random(seed)
    with serving(data, ratelimit_enabled="0") as server:
        load = Load(server, server.create_site())
        load.start()
        try:
            for turn in range(times):
                time.sleep(chance.uniform(0.02, 0.5))
                pull_the_plug(server, only_worker=turn % 3 == 2)
            load.until(lambda: len(load.acknowledged) > 50 * times / 20)
        finally:
            load.stop()
        _account(data, load, times)


def _account(data: Path, load: Load, times: int) -> None:
    kept = event_ids(data)
    lost = load.acknowledged - kept.keys()
    doubled = [i for i, count in kept.items() if count > 1]
    print(f"{times} kills, {len(load.acknowledged)} acknowledged, {len(lost)} lost, {len(doubled)} doubled")
    assert not lost and not doubled and not load.unexpected
    assert integrity(data) == "ok"


def test_nothing_acknowledged_is_lost_in_twenty_kills(tmp_path: Path) -> None:
    kill_under_load(tmp_path / "data", 20, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_nothing_acknowledged_is_lost_in_three_hundred_kills(tmp_path: Path) -> None:
    kill_under_load(tmp_path / "data", 300, seed=2)


def test_a_polite_stop_answers_everybody_and_loses_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, ratelimit_enabled="0") as server:
        load = Load(server, server.create_site())
        load.start()
        try:
            load.until(lambda: len(load.acknowledged) >= 100)
            code = server.stop()
        finally:
            load.stop()
        assert code == 0
        assert load.acknowledged and not load.acknowledged - event_ids(tmp_path).keys()
