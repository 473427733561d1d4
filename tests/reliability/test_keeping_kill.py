"""kill -9 while days are rolled up and details go, and events come in: charts stay, nothing young is lost."""

from __future__ import annotations

import random
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.live_server import Keys, LiveServer, serving
from tests.reliability.ledger_file import integrity
from tests.reliability.load import Load, pull_the_plug
from tracker import clock
from tracker.archive.archive import Archive

pytestmark = pytest.mark.reliability

DAY = 86_400_000
KILLS = 4
OLD = 3_000
PATIENCE = 120.0


def test_killed_while_old_details_go(tmp_path: Path) -> None:
    chance = random.Random(7)
    with serving(tmp_path / "data", ratelimit_enabled="0") as server:
        keys = server.create_site()
        now = clock.now_ms()
        send_history(server, keys, now)
        before = wait_for(lambda: told(server, keys, now), lambda found: found["pageViews"] >= OLD)
        load = Load(server, keys, senders=1)
        load.start()
        try:
            server.cli("keep", "set", str(keys.id), "--details", "40", "--archive", "--begin")
            for turn in range(KILLS):
                time.sleep(chance.uniform(0.0, 1.2))
                pull_the_plug(server, only_worker=turn % 2 == 1)
            wait_for(lambda: keeping(server, keys), lambda found: bool(found["lookedThroughAt"]))
        finally:
            load.stop()
        after = told(server, keys, now)
        assert after["series"] == before["series"], "days are as they were"
        young = {event["eventId"] for event in server.events(keys)}
        assert load.acknowledged <= young, "acknowledged, and gone"
        oldest = min(event["timestamp"] for event in server.events(keys))
        assert oldest >= keeping(server, keys)["closedBefore"], "what is older is gone"
        status, refused = server.track(
            {"events": [{"eventName": "late", "timestamp": now - 60 * DAY}]},
            Authorization=f"Bearer {keys.secret_key}",
        )
        assert status == 400 and refused["error"]["field"] == "timestamp"
        archived = sum(part.events for part in Archive(server.data).check(keys.id))
        assert archived == OLD, "all that went, once"
        server.stop()
        assert integrity(tmp_path / "data") == "ok"
        server.cli("columns", "rebuild")
        assert "no difference" in server.cli("columns", "check")
        server.start()
        rebuilt = wait_for(lambda: told(server, keys, now), lambda found: "series" in found)
        assert rebuilt["series"] == before["series"], "made anew, days are as they were"


def send_history(server: LiveServer, keys: Keys, now: int) -> None:
    """Page views of a hundred days, from 45 to 145 days ago."""
    events = [
        {
            "id": str(uuid.uuid4()),
            "eventName": "page_viewed",
            "timestamp": now - 45 * DAY - n * 100 * DAY // OLD,
            "properties": {"path": f"/{n % 7}"},
        }
        for n in range(OLD)
    ]
    for start in range(0, OLD, 300):
        body = {"visitor": f"v{start % 9}", "events": events[start : start + 300]}
        assert server.track(body, Authorization=f"Bearer {keys.secret_key}")[0] == 200


def told(server: LiveServer, keys: Keys, now: int) -> dict[str, Any]:
    """The overview by day, of days that are long over."""
    first, last = (time.strftime("%Y-%m-%d", time.gmtime((now - days * DAY) / 1000)) for days in (150, 42))
    status, found = server.get(
        f"/api/v1/sites/{keys.id}/overview?from={first}&to={last}&interval=day",
        Authorization=f"Bearer {keys.secret_key}",
    )
    return found if status == 200 else {"pageViews": 0}


def keeping(server: LiveServer, keys: Keys) -> dict[str, Any]:
    """How far letting go has come."""
    status, found = server.get(f"/api/v1/sites/{keys.id}/keeping", Authorization=f"Bearer {keys.secret_key}")
    return found if status == 200 else {"lookedThroughAt": None}


def wait_for(ask: Any, good: Any) -> Any:
    """What is answered as soon as it is good."""
    deadline = time.monotonic() + PATIENCE
    while not good(found := ask()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found
