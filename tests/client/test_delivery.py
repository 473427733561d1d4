"""Batches, retries and bounds: what is sent when, and that nobody is lost, doubled or kept waiting."""

from __future__ import annotations

import signal
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest

from tests.client.conftest import KEY
from tests.client.far_end import FarEnd, Server
from tracker.client import Tracker

New = Callable[..., Tracker]


def test_an_event_with_all_that_is_known(far_end: FarEnd, tracker: Tracker) -> None:
    before = time.time() * 1000
    at = datetime(2026, 3, 1, tzinfo=UTC)
    tracker.track(
        "paid",
        {"amount": Decimal("9.90"), "at": at},
        user={"id": 42, "name": "Ada"},
        visitor="v-1",
        session="s-1",
        timestamp=at,
        context={"url": "https://shop.example/pay"},
        interactive=False,
        event_id="order-7",
    )
    assert tracker.flush()
    ((status, body),) = far_end.batches
    assert status == 200 and before - 1 <= body["sent_at"] <= time.time() * 1000 + 1
    assert body["events"] == [
        {
            "id": "order-7",
            "eventName": "paid",
            "timestamp": 1_772_323_200_000,
            "properties": {"amount": "9.90", "at": "2026-03-01T00:00:00+00:00"},
            "context": {"url": "https://shop.example/pay"},
            "visitor": "v-1",
            "session": "s-1",
            "user": {"id": "42", "name": "Ada"},
            "interactive": False,
        }
    ]
    (wire,) = far_end.wire
    assert (wire["path"], wire["authorization"]) == ("/api/v1/track", f"Bearer {KEY}")
    assert wire["content-encoding"] == "gzip"


def test_identifying(far_end: FarEnd, tracker: Tracker) -> None:
    tracker.identify(7, {"plan": "pro"}, email="ada@example.org", visitor="v-1")
    tracker.flush()
    (event,) = far_end.heard
    assert event["eventName"] == "user_identified" and event["interactive"] is False
    assert event["user"] == {"id": "7", "email": "ada@example.org", "traits": {"plan": "pro"}}
    assert event["visitor"] == "v-1"


def test_the_program_may_change_what_it_handed_over(far_end: FarEnd, tracker: Tracker) -> None:
    properties = {"n": 1}
    tracker.track("x", properties)
    properties["n"] = 2
    tracker.flush()
    assert far_end.heard[0]["properties"] == {"n": 1}


def test_a_batch_goes_when_it_is_full(far_end: FarEnd, new_tracker: New) -> None:
    tracker = new_tracker(far_end.url, interval=60, batch_size=5)
    for number in range(4):
        tracker.track(f"e{number}")
    time.sleep(0.1)
    assert far_end.batches == []
    tracker.track("e4")
    far_end.until(lambda: far_end.names == [f"e{number}" for number in range(5)])
    assert len(far_end.batches) == 1


def test_a_batch_goes_after_a_while(far_end: FarEnd, new_tracker: New) -> None:
    tracker = new_tracker(far_end.url, interval=0.5)
    began = time.monotonic()
    tracker.track("one")
    tracker.track("two")
    far_end.until(lambda: far_end.names == ["one", "two"])
    assert len(far_end.batches) == 1 and far_end.at[0] - began >= 0.49


def test_ten_thousand_events_take_seconds(far_end: FarEnd, new_tracker: New) -> None:
    tracker = new_tracker(far_end.url)
    began = time.monotonic()
    for number in range(10_000):
        tracker.track("tick", {"number": number}, user=str(number % 100))
    spent = time.monotonic() - began
    assert tracker.flush(30)
    numbers = sorted(event["properties"]["number"] for event in far_end.heard)
    assert numbers == list(range(10_000)) and set(far_end.tries.values()) == {1}
    assert max(len(body["events"]) for _, body in far_end.batches) <= 500
    assert spent < 10, "about 0.2 s on an idle machine"
    assert tracker.counts()["sent"] == tracker.counts()["tracked"] == 10_000


def test_large_events_share_no_request_that_would_be_too_large(far_end: FarEnd, tracker: Tracker) -> None:
    for number in range(40):
        tracker.track("large", {"text": f"{number} " + "x" * 60_000})
    assert tracker.flush(20)
    assert len(far_end.heard) == 40
    sizes = [sum(len(str(event)) for event in body["events"]) for _, body in far_end.batches]
    assert max(sizes) < 900_000


def test_many_threads(far_end: FarEnd, new_tracker: New) -> None:
    tracker = new_tracker(far_end.url, batch_size=20)

    def work(name: int) -> None:
        for number in range(250):
            tracker.track("work", {"n": name * 1000 + number})

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tracker.flush(20)
    assert sorted(event["properties"]["n"] for event in far_end.heard) == sorted(
        name * 1000 + number for name in range(8) for number in range(250)
    )
    assert tracker.counts()["tracked"] == 2000


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_fails_is_sent_again_with_the_same_ids(far_end: FarEnd, tracker: Tracker, status: int) -> None:
    far_end.status = status
    tracker.track("one")
    far_end.until(lambda: len(far_end.batches) >= 3)
    tracker.track("two")
    far_end.status = 200
    assert tracker.flush()
    assert far_end.names == ["one", "two"]
    assert len(far_end.tries) == 2 and far_end.tries[far_end.heard[0]["id"]] >= 3


def test_pauses_grow_and_are_never_quite_the_same(far_end: FarEnd, new_tracker: New) -> None:
    tracker = new_tracker(far_end.url, retry=(0.1, 5))
    far_end.status = 503
    tracker.track("x")
    far_end.until(lambda: len(far_end.at) >= 5)
    pauses = [later - earlier for earlier, later in zip(far_end.at[:4], far_end.at[1:5], strict=True)]
    for attempt, pause in enumerate(pauses):
        assert 0.05 * 2**attempt <= pause < 0.15 * 2**attempt + 20, "half to one and a half of 0.1 s, doubled"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_server_is_left_alone_for_as_long_as_it_asks(
    far_end: FarEnd, new_tracker: New, form: str
) -> None:
    tracker = new_tracker(far_end.url, retry=(0.01, 0.02))
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)
    due = time.monotonic() + (until - datetime.now(UTC)).total_seconds()
    far_end.status, far_end.headers = (
        429,
        {"Retry-After": "2" if form == "seconds" else format_datetime(until)},
    )
    tracker.track("x")
    far_end.until(lambda: far_end.at)
    far_end.status = 200
    assert not tracker.flush(0.3), "not even flush() hurries it"
    assert tracker.flush(60)
    assert far_end.at[1] >= (far_end.at[0] + 2 if form == "seconds" else due) - 0.1
    assert len(far_end.at) == 2


def test_a_pause_of_our_own_ends_with_flush(far_end: FarEnd, new_tracker: New) -> None:
    tracker = new_tracker(far_end.url, retry=(60, 60))
    far_end.status = 503
    tracker.track("x")
    far_end.until(lambda: far_end.at)
    far_end.status = 200
    began = time.monotonic()
    assert tracker.flush(30)
    assert time.monotonic() - began < 30 and far_end.names == ["x"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_can_never_succeed_is_let_go_and_said(
    far_end: FarEnd, tracker: Tracker, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    far_end.status = status
    tracker.track("bad")
    assert tracker.flush()
    far_end.status = 200
    tracker.track("good")
    assert tracker.flush()
    assert far_end.names == ["good"] and len(far_end.batches) == 2
    assert tracker.counts()["refused"] == 1
    assert f"The server refused a batch: No, {status}." in caplog.text


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>Welcome to the hotel</html>"), (404, b"not here"), (302, b""), (200, {"ok": True})],
)
def test_what_did_not_come_from_desirepath_acknowledges_nothing(
    far_end: FarEnd, tracker: Tracker, status: int, body: Any
) -> None:
    far_end.status, far_end.body = status, body
    tracker.track("x")
    far_end.until(lambda: len(far_end.batches) >= 2)
    far_end.status, far_end.body = 200, None
    far_end.batches.clear()
    assert tracker.flush()
    assert far_end.names == ["x"] and tracker.counts()["sent"] == 1


def test_refused_events_are_counted_beside_the_good_ones(far_end: FarEnd, tracker: Tracker) -> None:
    far_end.body = {
        "success": True,
        "accepted": 1,
        "duplicates": 1,
        "errors": [{"index": 2, "field": "eventName", "message": "No such name."}],
    }
    for name in ("a", "b", "c"):
        tracker.track(name)
    assert tracker.flush()
    counts = tracker.counts()
    assert (counts["tracked"], counts["sent"], counts["duplicates"], counts["refused"]) == (3, 1, 1, 1)


def test_a_proxy_that_takes_less_gets_less(far_end: FarEnd, new_tracker: New) -> None:
    tracker = new_tracker(far_end.url, interval=0.2)
    far_end.most, far_end.body = 3, None
    for number in range(20):
        tracker.track(f"e{number}")
    assert tracker.flush()
    assert sorted(far_end.names) == sorted(f"e{number}" for number in range(20))
    far_end.most = 0
    tracker.track("hopeless")
    assert tracker.flush()
    assert tracker.counts()["refused"] == 1


def test_too_many_drop_the_oldest_and_are_counted(
    nowhere: str, new_tracker: New, caplog: pytest.LogCaptureFixture
) -> None:
    tracker = new_tracker(nowhere, queue_size=50)
    for number in range(200):
        tracker.track("x", {"number": number})
    deadline = time.monotonic() + 60
    while tracker.counts()["waiting"] > 50 and time.monotonic() < deadline:
        time.sleep(0.01)
    counts = tracker.counts()
    assert (counts["tracked"], counts["dropped"], counts["waiting"]) == (200, 150, 50)
    assert caplog.text.count("the oldest are dropped") == 1
    server = Server(port=int(nowhere.rpartition(":")[2]))
    assert tracker.flush()
    server.close()
    assert [event["properties"]["number"] for event in server.far_end.heard] == list(range(150, 200))


def test_the_bytes_that_wait_are_bounded_too(nowhere: str, new_tracker: New) -> None:
    tracker = new_tracker(nowhere, interval=60, batch_size=500)
    for _ in range(400):
        tracker.track("large", {"text": "x" * 95_000})
    assert tracker.counts()["waiting"] < 340 and tracker.counts()["dropped"] > 60


@pytest.mark.parametrize("broken", ["hanging", "nowhere", "no such host"])
def test_nobody_waits(far_end: FarEnd, nowhere: str, new_tracker: New, broken: str) -> None:
    far_end.answering.clear()
    url = {"hanging": far_end.url, "nowhere": nowhere, "no such host": "https://nowhere.invalid"}[broken]
    tracker = new_tracker(url, batch_size=10)
    longest = 0.0
    for number in range(2000):
        began = time.perf_counter()
        tracker.track("x", {"number": number})
        longest = max(longest, time.perf_counter() - began)
    assert longest < 5, "an answer would take far longer"
    began = time.monotonic()
    tracker.close(0.3)
    assert time.monotonic() - began < 9, "a request may take ten seconds"


def test_closing_sends_what_waits_and_then_takes_nothing(far_end: FarEnd, new_tracker: New) -> None:
    others = set(threading.enumerate())  # a test before may have left one that waits for its answer
    with new_tracker(far_end.url, interval=60) as tracker:
        tracker.track("one")
    assert far_end.names == ["one"]
    tracker.track("late")
    tracker.close()
    assert tracker.flush(0.1)
    assert tracker.counts()["dropped"] == 1
    time.sleep(0.05)
    assert far_end.names == ["one"]
    assert not [one for one in set(threading.enumerate()) - others if one.name == "desirepath-client"]


def test_closing_counts_what_it_loses(
    nowhere: str, new_tracker: New, caplog: pytest.LogCaptureFixture
) -> None:
    tracker = new_tracker(nowhere)
    for _ in range(3):
        tracker.track("x")
    tracker.close(0.2)
    assert tracker.counts()["dropped"] == 3 and "3 events could not be sent in time" in caplog.text


def test_trouble_is_said_once_and_its_end(
    far_end: FarEnd, tracker: Tracker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="tracker.client")
    for _ in range(2):
        far_end.status = 503
        before = len(far_end.batches)
        tracker.track("x")
        far_end.until(lambda before=before: len(far_end.batches) >= before + 3)
        far_end.status = 200
        assert tracker.flush()
    said = [record.getMessage() for record in caplog.records]
    assert len([text for text in said if "cannot be reached" in text]) == 2
    assert len([text for text in said if "reached again" in text]) == 2


@pytest.mark.parametrize(
    ("url", "key"),
    [(None, None), ("", ""), ("ftp://x", "sk"), ("stats.example.org", "sk"), ("http://", "sk"),
     ("http://x:99999", "sk"), ("http://x", "two words"), ("http://x", "line\nbreak"), (7, 7)],
)  # fmt: skip
def test_a_wrong_address_or_key_switches_it_off(url: Any, key: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="tracker.client")
    tracker = Tracker(url, key)
    tracker.track("x")
    tracker.identify("7")
    assert tracker.flush() and tracker.counts()["tracked"] == 0
    tracker.close()
    assert caplog.text.count("Nothing is tracked:") == 1


def test_switched_off_says_nothing(far_end: FarEnd) -> None:
    tracker = Tracker(far_end.url, KEY, enabled=False)
    tracker.track("x")
    tracker.close()
    assert far_end.batches == []


def test_whatever_is_handed_over_nothing_is_raised(far_end: FarEnd, tracker: Tracker) -> None:
    class Hostile(dict[str, Any]):
        def keys(self) -> Any:
            raise RuntimeError("no")

        __iter__ = items = keys

    bad: Any
    for bad in (object(), 7, b"x", [1], Hostile(a=1), float("nan"), {"a": object()}):
        tracker.track(bad)
        tracker.track("x", bad, user=bad, visitor=bad, session=bad, timestamp=bad, context=bad, event_id=bad)
        tracker.identify(bad, bad, name=bad, visitor=bad)
    assert tracker.counts()["bad"] > 20
    tracker.track("good")
    assert tracker.flush()
    assert "good" in far_end.names


def test_a_signal_handler_may_track(far_end: FarEnd, new_tracker: New) -> None:
    """In the middle of a call of track() in the same thread, where a plain lock would wait for itself."""
    tracker = new_tracker(far_end.url)
    handler = signal.signal(signal.SIGALRM, lambda *_: tracker.track("alarm"))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        for _ in range(4000):
            tracker.track("x")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    assert tracker.flush(20)
    assert far_end.names.count("x") == 4000 and far_end.names.count("alarm") > 3
    assert len({uuid.UUID(event["id"]) for event in far_end.heard}) == len(far_end.heard)
