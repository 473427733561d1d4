"""Reading back: order, filters, cursors and the time allowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.events import NOON, event
from tracker.errors import Invalid
from tracker.ledger import connect, reads
from tracker.ledger.reads import Filter
from tracker.ledger.writer import Writer

MINUTE = 60_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[connect.Connection]:
    """Six events of two people on site 1, one on site 2; the third came late."""
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    writer.write(
        [
            event(at=NOON, name="page_viewed", visitor="v1", context='{"path":"/pricing"}'),
            event(at=NOON + 2 * MINUTE, name="signed_up", visitor="v1", user_id="42",
                  profile='{"name":"Alice Müller"}', event_id="mine"),
            event(at=NOON + 1 * MINUTE, name="page_viewed", visitor="v2", properties='{"plan":{"seats":3}}'),
            event(at=NOON + 3 * MINUTE, name="clicked", visitor="v2", bot="crawler"),
            event(at=NOON + 4 * MINUTE, name="clicked", visitor=None, user_id="42",
                  properties='{"ok":true,"n":1.5}'),
            event(at=NOON + 4 * MINUTE, name="clicked", visitor=None, user_id="42",
                  properties='{"label":"100%_\\"a\\""}'),
            event(at=NOON + 5 * MINUTE, site_id=2),
        ]
    )  # fmt: skip
    writer.stop()
    connection = connect.open_reader(tmp_path / "ledger.db")
    yield connection
    connection.close()


def ids(ledger: connect.Connection, **wanted: object) -> list[int]:
    return [e.id for e in reads.newest(ledger, Filter(site_id=1, **wanted)).events]  # type: ignore[arg-type]


def test_newest_first_by_event_time_then_by_arrival(ledger: connect.Connection) -> None:
    assert ids(ledger) == [6, 5, 4, 2, 3, 1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"name": "page_viewed"}, [3, 1]),
        ({"since": NOON + MINUTE, "until": NOON + 3 * MINUTE}, [2, 3]),
        ({"person": "42"}, [6, 5, 2]),
        ({"person": "v1"}, [2, 1]),
        ({"bots": False}, [6, 5, 2, 3, 1]),
        ({"text": "alice"}, [2]),
        ({"text": "/PRIC"}, [1]),
        ({"text": "100%_"}, [6]),
        ({"text": "100_%"}, []),
        ({"properties": (("plan.seats", "3"),)}, [3]),
        ({"properties": (("ok", "true"), ("n", "1.5"))}, [5]),
        ({"properties": (("ok", "1"),)}, []),
        ({"name": "clicked", "text": "crawl"}, []),
    ],
)
def test_filters(ledger: connect.Connection, wanted: dict[str, object], expected: list[int]) -> None:
    assert ids(ledger, **wanted) == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
def test_pages_join_to_the_whole(ledger: connect.Connection, limit: int) -> None:
    seen: list[int] = []
    cursor = None
    for _ in range(10):
        found = reads.newest(ledger, Filter(site_id=1), limit=limit, cursor=cursor)
        seen += [e.id for e in found.events]
        cursor = found.cursor
        if cursor is None:
            break
    assert seen == [6, 5, 4, 2, 3, 1]


def test_a_search_that_takes_too_long_says_how_far_it_got(
    ledger: connect.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "SEARCH_ROWS", 2)
    found = reads.newest(ledger, Filter(site_id=1, text="/pricing"), seconds=-1)
    assert found.events == [] and found.searched_back_to == NOON + 4 * MINUTE
    seen = []
    while found.cursor:
        found = reads.newest(ledger, Filter(site_id=1, text="/pricing"), seconds=-1, cursor=found.cursor)
        seen += [e.id for e in found.events]
    assert seen == [1]


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", ".1", "1.2.3", "1.-2", "9" * 50 + ".1"])
def test_a_cursor_that_is_none_of_ours_is_refused(ledger: connect.Connection, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        reads.newest(ledger, Filter(site_id=1), cursor=cursor)
    assert refused.value.field == "cursor"


def test_following_by_id(ledger: connect.Connection) -> None:
    assert [e.id for e in reads.after(ledger, Filter(site_id=1), 3)] == [4, 5, 6]
    assert [e.id for e in reads.after(ledger, Filter(site_id=1, name="clicked"), 0, limit=2)] == [4, 5]
    assert reads.last_id(ledger) == 7


def test_ids_come_back_as_they_were_sent(ledger: connect.Connection) -> None:
    assert reads.get(ledger, 1, 2).event_id == "mine"  # type: ignore[union-attr]
    assert len(reads.get(ledger, 1, 1).event_id) == 36  # type: ignore[union-attr]
    assert reads.get(ledger, 2, 1) is None, "an event of another site is not shown"


def test_names_and_people(ledger: connect.Connection) -> None:
    assert reads.names(ledger, 1, 0, NOON * 2) == [("clicked", 3), ("page_viewed", 2), ("signed_up", 1)]
    assert reads.people(ledger, 1, 0, NOON * 2) == 3
