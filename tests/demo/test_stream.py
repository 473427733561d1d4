from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tracemalloc
from dataclasses import astuple
from itertools import islice

import msgspec
import pytest

from tests.demo.conftest import DAYS, END_MS, EVENTS, is_robot
from tracker.demo import SITES, DemoRequest, requests
from tracker.errors import Invalid

DAY_MS = 86_400_000

PRINT = """
import hashlib, msgspec
from dataclasses import astuple
from tracker.demo import requests
digest = hashlib.sha256()
for request in requests(3, 1794648600000, 20, 4000):
    digest.update(msgspec.json.encode(astuple(request)))
print(digest.hexdigest())
"""


def digest(seed: int, end_ms: int = END_MS, days: int = 20, events: int = 4_000) -> str:
    found = hashlib.sha256()
    for request in requests(seed, end_ms, days, events):
        found.update(msgspec.json.encode(astuple(request)))
    return found.hexdigest()


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert digest(3) == digest(3)


def test_another_seed_gives_others() -> None:
    assert digest(3) != digest(4)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_bytes_do_not_depend_on_the_process(hash_seed: str) -> None:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    printed = subprocess.run(
        [sys.executable, "-c", PRINT], env=environment, capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == digest(3, end_ms=1_794_648_600_000)


def test_two_streams_at_once_do_not_disturb_each_other() -> None:
    alone = list(islice(requests(5, END_MS, 10, 2_000), 300))
    first, second = requests(5, END_MS, 10, 2_000), requests(6, END_MS, 10, 2_000)
    mixed = [(next(first), next(second))[0] for _ in range(300)]
    assert mixed == alone


def test_requests_come_in_the_order_in_which_they_are_received(made: list[DemoRequest]) -> None:
    received = [request.received_at for request in made]
    assert received == sorted(received)


def test_everything_lies_in_the_period(made: list[DemoRequest]) -> None:
    start = END_MS - DAYS * DAY_MS
    for request in made:
        times = [event["timestamp"] for event in request.body["events"]]
        assert start <= min(times)
        assert max(times) <= request.received_at < END_MS


def test_most_requests_arrive_within_seconds_and_a_few_phones_were_offline(made: list[DemoRequest]) -> None:
    late = [request.received_at - request.body["events"][-1]["timestamp"] for request in made]
    assert sum(delay < 12_000 for delay in late) / len(late) > 0.99
    assert max(late) > 60_000


@pytest.mark.parametrize(("events", "days"), [(2_000, 1), (6_000, 7), (40_000, 30), (60_000, 400)])
def test_there_are_about_as_many_events_as_asked_for(events: int, days: int) -> None:
    count = sum(len(request.body["events"]) for request in requests(11, END_MS, days, events))
    assert abs(count - events) < events * 0.1


def test_every_site_has_its_share(made: list[DemoRequest]) -> None:
    for site in SITES:
        events = sum(len(request.body["events"]) for request in made if request.site == site.slug)
        assert 0.2 * EVENTS < events < 0.5 * EVENTS


def test_every_site_is_busy_on_every_day(made: list[DemoRequest]) -> None:
    for site in SITES:
        days = {request.received_at // DAY_MS for request in made if request.site == site.slug}
        assert len(days) >= DAYS


def test_two_to_three_requests_in_a_hundred_are_robots(made: list[DemoRequest]) -> None:
    for site in SITES:
        own = [is_robot(request) for request in made if request.site == site.slug]
        assert 0.018 < sum(own) / len(own) < 0.032


@pytest.mark.parametrize(("days", "events", "field"), [(0, 10, "days"), (10, 0, "events")])
def test_nothing_is_no_demo(days: int, events: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        requests(1, END_MS, days, events)
    assert refused.value.field == field


def test_memory_stays_small_however_many_events() -> None:
    stream = requests(1, END_MS, DAYS, 300_000)
    tracemalloc.start()
    try:
        count = sum(len(request.body["events"]) for request in stream)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count > 290_000
    assert peak < 8_000_000
