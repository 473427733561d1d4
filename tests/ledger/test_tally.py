"""Counting what a feed shows, also when there is too much to count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.events import NOON, event
from tracker.ledger import connect, tally
from tracker.ledger.reads import Filter
from tracker.ledger.writer import Writer

HOUR = 3_600_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[connect.Connection]:
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    writer.write(
        [
            event(at=NOON, visitor="v1"),
            event(at=NOON + 1, visitor="v1", user_id="42"),
            event(at=NOON + HOUR, name="clicked", visitor="v2", properties='{"plan":"pro"}'),
            event(at=NOON + HOUR + 1, name="clicked", visitor="v3", user_id="42", profile='{"name":"Alice"}'),
            event(at=NOON + HOUR + 2, visitor="crawls", bot="crawler"),
            event(at=NOON + 2 * HOUR, visitor="v2"),
            event(at=NOON, site_id=2, visitor="other"),
        ]
    )
    writer.stop()
    connection = connect.open_reader(tmp_path / "ledger.db")
    yield connection
    connection.close()


def test_counts_events_people_and_names(ledger: connect.Connection) -> None:
    found = tally.tally(ledger, Filter(site_id=1, bots=False))
    assert (found.total, found.people) == (5, 3)
    assert found.names == [("page_viewed", 3), ("clicked", 2)]
    assert found.counted_since is None


@pytest.mark.parametrize(
    ("wanted", "total"),
    [
        ({}, 6),
        ({"since": NOON + HOUR}, 4),
        ({"until": NOON + HOUR}, 2),
        ({"name": "clicked"}, 2),
        ({"person": "42"}, 2),
        ({"text": "alice"}, 1),
        ({"properties": (("plan", "pro"),)}, 1),
    ],
)
def test_honours_every_filter(ledger: connect.Connection, wanted: dict[str, object], total: int) -> None:
    assert tally.tally(ledger, Filter(site_id=1, **wanted)).total == total  # type: ignore[arg-type]


def test_names_are_those_one_could_ask_for_instead(ledger: connect.Connection) -> None:
    found = tally.tally(ledger, Filter(site_id=1, name="clicked", bots=False))
    assert (found.total, found.people) == (2, 2)
    assert found.names == [("page_viewed", 3), ("clicked", 2)]


def test_hours_are_half_open_and_cut_to_the_period(ledger: connect.Connection) -> None:
    hours = [(NOON, NOON + HOUR), (NOON + HOUR, NOON + 2 * HOUR), (NOON + 9 * HOUR, NOON + 10 * HOUR)]
    assert tally.tally(ledger, Filter(site_id=1), hours=hours).hours == [2, 3, 0]
    late = Filter(site_id=1, since=NOON + 1)
    assert tally.tally(ledger, late, hours=hours).hours == [1, 3, 0]


def test_counts_the_latest_only_when_there_are_too_many(ledger: connect.Connection) -> None:
    hours = [(NOON, NOON + HOUR), (NOON + 2 * HOUR, NOON + 3 * HOUR)]
    found = tally.tally(ledger, Filter(site_id=1), hours=hours, most=3)
    assert found.counted_since == NOON + HOUR + 1
    assert (found.total, found.hours) == (3, [None, 1])
    assert tally.names_of_latest(ledger, Filter(site_id=1), 1) == [("page_viewed", 1)]
