"""What came in since a page last looked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.events import NOON, event
from tracker.ledger import arrivals, connect
from tracker.ledger.reads import Filter
from tracker.ledger.writer import Writer

ALL = Filter(site_id=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[connect.Connection]:
    """Ids 1-6 of site 1 in turns of two names, then one of site 2."""
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    writer.write([event(at=NOON - n, name=("clicked", "viewed")[n % 2]) for n in range(6)])
    writer.write([event(site_id=2)])
    writer.stop()
    connection = connect.open_reader(tmp_path / "ledger.db")
    yield connection
    connection.close()


def test_newest_arrivals_first_and_the_rest_counted(ledger: connect.Connection) -> None:
    found = arrivals.since(ledger, ALL, 1, limit=2)
    assert [e.id for e in found.events] == [6, 5]
    assert (found.more, found.last_id, found.skipped) == (3, 7, False)


def test_the_place_moves_on_though_nothing_matches(ledger: connect.Connection) -> None:
    found = arrivals.since(ledger, Filter(site_id=1, name="nothing"), 0)
    assert (found.events, found.more, found.last_id) == ([], 0, 7)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"name": "viewed"}, [6, 4, 2]),
        ({"since": NOON - 1}, [2, 1]),
        ({"until": NOON - 3}, [6, 5]),
        ({"text": "VIEWED", "until": NOON - 1}, [6, 4]),
    ],
)
def test_honours_the_filter_with_its_times(
    ledger: connect.Connection, wanted: dict[str, object], ids: list[int]
) -> None:
    found = arrivals.since(ledger, Filter(site_id=1, **wanted), 0)  # type: ignore[arg-type]
    assert [e.id for e in found.events] == ids


def test_a_page_that_fell_far_behind_gets_the_newest_and_is_told(
    ledger: connect.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "FAR", 3)
    found = arrivals.since(ledger, ALL, 1)
    assert ([e.id for e in found.events], found.skipped) == ([6, 5], True)


def test_an_id_beyond_the_end_begins_again_at_the_end(ledger: connect.Connection) -> None:
    found = arrivals.since(ledger, ALL, 99)
    assert (found.events, found.last_id) == ([], 7)
