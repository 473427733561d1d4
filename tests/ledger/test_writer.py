"""The writer: what it acknowledged is on disk, once, whatever else happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2 as sqlite

from tests.ledger.events import event
from tracker.errors import Invalid, Unavailable
from tracker.ledger import connect
from tracker.ledger.writer import Receipt, Writer


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    yield writer
    writer.stop()


def rows(path: Path, sql: str = "SELECT count(*) FROM events") -> list[tuple[Any, ...]]:
    connection = connect.open_reader(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_an_acknowledged_event_can_be_read_at_once(writer: Writer, tmp_path: Path) -> None:
    receipt = writer.write([event(name="signed_up"), event()])
    assert (receipt.accepted, receipt.duplicates) == (2, 0)
    assert rows(tmp_path / "ledger.db", "SELECT id, name FROM events ORDER BY id") == [
        (receipt.ids[0], "signed_up"),
        (receipt.ids[1], "page_viewed"),
    ]


def test_the_same_id_counts_once_within_a_batch_and_between_batches(writer: Writer, tmp_path: Path) -> None:
    first, second = event(event_id=b"a" * 16), event(event_id="b")
    assert writer.write([first, first]).duplicates == 1
    receipt = writer.write([first, second, event(event_id=b"a" * 16, site_id=2)])
    assert (receipt.accepted, receipt.duplicates) == (2, 1)
    assert receipt.ids[0] is None and None not in receipt.ids[1:]
    assert rows(tmp_path / "ledger.db") == [(3,)]


def test_the_same_id_counts_once_after_a_restart(tmp_path: Path) -> None:
    again = event()
    for expected in (Receipt(1, 0, range(1, 2)), Receipt(0, 1, [None])):
        writer = Writer(tmp_path / "ledger.db")
        writer.start()
        assert writer.write([again]) == expected
        writer.stop()


def test_every_sender_in_a_group_is_told_of_its_own_duplicates(writer: Writer) -> None:
    """Many threads send overlapping ids: all answers together count every id exactly once."""
    batches = [[event(event_id=f"{n % 7}-{i}") for i in range(5)] for n in range(50)]
    receipts: list[Receipt] = []
    threads = [threading.Thread(target=lambda b=b: receipts.append(writer.write(b))) for b in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(r.accepted for r in receipts) == 35
    assert sum(r.duplicates for r in receipts) == 250 - 35


def test_a_large_batch_keeps_its_order(writer: Writer, tmp_path: Path) -> None:
    receipt = writer.write([event(name=f"n{i}") for i in range(500)])
    found = rows(tmp_path / "ledger.db", "SELECT name FROM events ORDER BY id")
    assert [name for (name,) in found] == [f"n{i}" for i in range(500)]
    assert list(receipt.ids) == list(range(1, 501))


def test_a_value_that_cannot_be_bound_fails_only_its_own_batch(writer: Writer, tmp_path: Path) -> None:
    outcomes: dict[str, Any] = {}
    done = threading.Semaphore(0)

    def sink(told: list[tuple[Any, Any]]) -> None:
        for token, outcome in told:
            outcomes[token] = outcome
            done.release()

    with writer._wake:  # keeps the writer from taking the first before the second is queued
        for token, name in (("good", "fine"), ("bad", "\ud800"), ("also good", "fine too")):
            writer._queue.append(_batch(name, sink, token))
            writer._waiting_events += 1
            writer._waiting_bytes += 1
        writer._wake.notify()
    for _ in range(3):
        assert done.acquire(timeout=60)
    assert isinstance(outcomes["bad"], Invalid)
    assert outcomes["good"].accepted == outcomes["also good"].accepted == 1
    assert rows(tmp_path / "ledger.db") == [(2,)]


def _batch(name: str, sink: Any, token: str) -> Any:
    from tracker.ledger.writer import _Batch

    return _Batch([event(name=name)], 1, sink, token)


def test_too_much_waiting_is_refused_at_once(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "ledger.db", queue_events=10)
    writer.start()
    blocker = sqlite.connect(str(tmp_path / "ledger.db"), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    try:
        writer.submit([event()], lambda told: None)
        while writer._queue:
            pass  # until the writer took it and waits for the lock
        writer.submit([event() for _ in range(9)], lambda told: None)
        with pytest.raises(Unavailable) as refused:
            writer.submit([event()], lambda told: None)
        assert refused.value.retry_after
    finally:
        blocker.execute("ROLLBACK")
        blocker.close()
    writer.stop()
    assert rows(tmp_path / "ledger.db") == [(10,)]


def test_a_batch_larger_than_the_queue_is_still_taken_when_nothing_waits(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "ledger.db", queue_events=10)
    writer.start()
    assert writer.write([event() for _ in range(50)]).accepted == 50
    writer.stop()


def test_a_locked_ledger_answers_unavailable_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "BUSY_TIMEOUT_MS", 50)
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    blocker = sqlite.connect(str(tmp_path / "ledger.db"), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        writer.write([event()])
    assert writer.last_error
    blocker.execute("ROLLBACK")
    blocker.close()
    assert writer.write([event()]).accepted == 1
    assert writer.last_error is None
    writer.stop()
    assert rows(tmp_path / "ledger.db") == [(1,)]


def test_an_empty_batch_is_a_probe_of_the_disk(writer: Writer) -> None:
    assert writer.write([]) == Receipt(0, 0, range(1, 1))
    writer.write([event(), event()])
    assert (writer.events, writer.commits) == (2, 2)


def test_stopping_commits_what_waits_and_refuses_what_comes_later(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    for _ in range(100):
        writer.submit([event()], lambda told: None)
    writer.stop()
    assert rows(tmp_path / "ledger.db") == [(100,)]
    with pytest.raises(Unavailable):
        writer.submit([event()], lambda told: None)


def test_a_sender_that_is_gone_does_not_stop_the_writer(writer: Writer) -> None:
    def gone(told: list[tuple[Any, Any]]) -> None:
        raise RuntimeError("Event loop is closed")

    writer.submit([event()], gone)
    assert writer.write([event()]).accepted == 1


def test_what_repeats_is_kept_once(writer: Writer, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    writer.write([event(user_id="1", profile='{"name":"Alice"}') for _ in range(10)])
    writer.write([event(user_id="1", profile='{"name":"Alice"}', client='{"browser":"Safari"}')])
    assert rows(path, "SELECT count(*) FROM clients") == [(2,)]
    assert rows(path, "SELECT count(*) FROM profiles") == [(1,)]


def test_the_wal_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracker.ledger import checkpoint

    monkeypatch.setattr(checkpoint, "BOUND_BYTES", 1 << 20)
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    for _ in range(400):
        writer.write([event(properties='{"x":"' + "y" * 200 + '"}') for _ in range(50)])
    assert (tmp_path / "ledger.db-wal").stat().st_size < 24 << 20
    writer.stop()
