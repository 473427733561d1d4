"""Against the real server: killed, restarted, limited."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.live_server import LiveServer, serving
from tracker.client import Tracker

pytestmark = pytest.mark.reliability


def test_killed_in_mid_flight_each_event_is_there_once(tmp_path: Path) -> None:
    """With a spool and without."""
    with serving(tmp_path / "data", ratelimit_enabled="0") as server:
        keys = server.create_site()
        options: dict[str, Any] = {"interval": 0.01, "batch_size": 20, "retry": (0.05, 0.3)}
        spooling = Tracker(server.url, keys.secret_key, spool=tmp_path / "spool", **options)
        trackers = [spooling, Tracker(server.url, keys.secret_key, **options)]
        ids = [str(uuid.uuid4()) for _ in range(4000)]
        for number, event_id in enumerate(ids):
            tracker = trackers[number % 2]
            tracker.track("order", {"number": number}, user=f"u{number % 7}", event_id=event_id)
            if number in (901, 2602):
                server.kill()
            elif number in (1500, 3200):
                server.start()
            elif number % 20 == 0:
                time.sleep(0.002)
        for tracker in trackers:
            assert tracker.flush(30)
            tracker.close()
            assert tracker.counts()["dropped"] == tracker.counts()["refused"] == 0
        assert Counter(event["eventId"] for event in server.events(keys)) == Counter(ids)
        assert spooling.counts()["spooled"] > 0


def test_what_the_server_keeps_is_what_was_meant(live: LiveServer) -> None:
    keys = live.create_site()
    with Tracker(live.url, keys.secret_key) as tracker:
        tracker.identify("42", {"plan": "pro"}, name="Ada", email="ada@example.org")
        tracker.track(
            "purchase",
            {"amount": Decimal("1234567890123.4567"), "product_id": "P-1"},
            user="42",
            session="s-1",
            context={"url": "https://shop.example/pay?token=secret", "ip": "203.0.113.9"},
        )
        tracker.track("cron_ran")
    assert tracker.counts()["sent"] == 3
    ran, purchase, identified = sorted(live.events(keys), key=lambda event: event["eventName"])
    assert (ran["user"], ran["visitor"]) == (None, None)
    assert purchase["properties"] == {"amount": "1234567890123.4567", "product_id": "P-1"}
    assert purchase["user"]["id"] == "42" and purchase["session"] == "s-1"
    assert "secret" not in purchase["context"]["url"]
    assert identified["user"]["email"] == "ada@example.org" and identified["bot"] is None


def test_limits_of_the_public_key_only_delay(live: LiveServer) -> None:
    keys = live.create_site()
    tracker = Tracker(live.url, keys.site_key, interval=0.01, batch_size=50, retry=(0.05, 0.2))
    for number in range(200):
        tracker.track("x", {"number": number}, visitor=f"v{number}")
    assert tracker.flush(5), "a request that begins under the limit is taken whole"
    for number in range(200, 260):
        tracker.track("x", {"number": number}, visitor=f"v{number}")
    assert not tracker.flush(0.5)
    counts = tracker.counts()
    assert (counts["sent"], counts["waiting"]) == (200, 60), "the rest goes out when the minute is over"
    assert counts["refused"] == counts["dropped"] == 0
    tracker.close(0)


def test_a_wrong_key_is_said_once(live: LiveServer, caplog: pytest.LogCaptureFixture) -> None:
    with Tracker(live.url, "sk_wrong") as tracker:
        tracker.track("x")
        tracker.flush()
        tracker.track("y")
    assert tracker.counts()["refused"] == 2
    assert caplog.text.count("This secret key is not valid") == 1
