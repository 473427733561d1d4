"""The figures beside the feed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.events import event
from tracker.ledger import connect
from tracker.ledger.writer import Writer
from tracker.web.dashboard.feed_figures import figures, last_hours
from tracker.web.event_filter import EventFilter

HOUR = 3_600_000
NOW = 1_760_011_800_000
"""2025-10-09T12:10:00Z."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[connect.Connection]:
    """Three events in the present hour, one an hour ago, two a day and an hour ago."""
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    ago = [0, 1, 2, HOUR, 25 * HOUR, 25 * HOUR + 1]
    writer.write([event(at=NOW - back, visitor=f"v{back}", name=f"n{back % 2}") for back in ago])
    writer.stop()
    connection = connect.open_reader(tmp_path / "ledger.db")
    yield connection
    connection.close()


def test_the_last_day_where_no_time_is_chosen(ledger: connect.Connection) -> None:
    found = figures(ledger, EventFilter(), 1, "UTC", NOW, "/feed")
    assert (found.total, found.people, found.period) == (4, 4, "last 24 hours")
    assert found.per_hour == pytest.approx(4 / 24)
    assert [bar.count for bar in found.bars] == [0] * 22 + [1, 3]
    assert [bar.height for bar in found.bars[-2:]] == [pytest.approx(1 / 3), 1]
    assert [bar.present for bar in found.bars] == [False] * 23 + [True]
    assert found.busiest is not None
    assert found.busiest.label == "12:00"


def test_the_chosen_time(ledger: connect.Connection) -> None:
    found = figures(ledger, EventFilter(timeframe="7d"), 1, "UTC", NOW, "/feed")
    assert (found.total, found.period) == (6, "last 7 days")
    past = figures(ledger, EventFilter(since="2025-10-08", until="2025-10-08"), 1, "UTC", NOW, "/feed")
    assert (past.total, past.period) == (2, "from 2025-10-08 to 2025-10-08")
    assert past.per_hour == pytest.approx(2 / 24)
    assert [bar.label for bar in past.bars][:2] == ["8 Oct 00:00", "8 Oct 01:00"]
    assert past.bars[11].count == 2
    assert not past.bars[-1].present


def test_popular_names_lead_to_themselves(ledger: connect.Connection) -> None:
    found = figures(ledger, EventFilter(text="page", bots=True), 1, "UTC", NOW, "/feed")
    assert found.popular == []
    found = figures(ledger, EventFilter(name="n1"), 1, "UTC", NOW, "/feed")
    assert [(p.name, p.count, p.current, p.url) for p in found.popular] == [
        ("n0", 3, False, "/feed?name=n0"),
        ("n1", 1, True, "/feed?name=n1"),
    ]


@pytest.mark.parametrize(("zone", "minute"), [("UTC", 0), ("Asia/Kolkata", 30), ("Asia/Kathmandu", 15)])
def test_hours_are_those_of_the_sites_clock(zone: str, minute: int) -> None:
    hours = last_hours(zone, NOW)
    assert len(hours) == 24
    assert all(end - start == HOUR for start, end in hours)
    assert hours[-1][0] < NOW <= hours[-1][1]
    assert {(start // 60_000) % 60 for start, _ in hours} == {minute}


def test_the_end_of_a_day_belongs_to_its_last_hour() -> None:
    midnight = 1_759_968_000_000
    assert last_hours("UTC", midnight)[-1] == (midnight - HOUR, midnight)
