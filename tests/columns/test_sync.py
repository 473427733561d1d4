"""Following the ledger: freshness, restarts, damaged files, foreign ledgers, events nobody can read."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.columns.ledgers import TABLES, Ledger, contents
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.sync import Progress, Sync, belongs, catch_up
from tracker.errors import Unavailable
from tracker.ledger import deletions

NOON = 1_772_366_400_000
ROOT = Path(__file__).parents[2]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path / "ledger.db")
    found.add([{"at": NOON + n, "visitor": f"v{n % 5}", "user": "u" if n == 7 else None} for n in range(20)])
    yield found
    found.close()


@contextmanager
def following(ledger: Ledger) -> Iterator[tuple[Sync, DuckDBStore]]:
    """A sync thread on the ledger's store, caught up."""
    store = DuckDBStore(ledger.path.with_name("columns.duckdb"))
    sync = Sync(ledger.path, store)
    sync.start()
    try:
        assert sync.wait_for(last(ledger), 20)
        yield sync, store
    finally:
        sync.stop()


def last(ledger: Ledger) -> int:
    return int(ledger.reader.execute("SELECT max(id) FROM events").fetchone()[0])


def rebuilt(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """What a store in memory holds that reads the whole ledger at once."""
    store = DuckDBStore(None)
    store.open()
    ledger.sync(store)
    found = contents(store)
    store.close()
    return found


def test_what_is_committed_is_soon_there(ledger: Ledger) -> None:
    with following(ledger) as (sync, store):
        for _ in range(3):
            ledger.add([{"at": NOON, "visitor": "new"}])
            assert sync.wait_for(last(ledger), 60)  # how soon is for a benchmark to say
        assert contents(store) == rebuilt(ledger)


def test_a_restart_goes_on_where_it_stopped(ledger: Ledger) -> None:
    with following(ledger):
        pass
    ledger.add([{"at": NOON - 5_000, "visitor": "v1"}])
    with following(ledger) as (_, store):
        assert contents(store) == rebuilt(ledger)
    assert not list(ledger.path.parent.glob("*.broken"))


@pytest.mark.parametrize("damage", ["half", "garbage", "empty", "directory of pages"])
def test_a_damaged_file_is_set_aside_and_rebuilt_while_events_come_in(ledger: Ledger, damage: str) -> None:
    with following(ledger):
        pass
    path = ledger.path.with_name("columns.duckdb")
    whole = path.read_bytes()
    path.write_bytes(
        {
            "half": whole[: len(whole) // 2],
            "garbage": b"\xff" * len(whole),
            "empty": b"x",
            "directory of pages": whole[:12_288] + bytes(4_096) + whole[16_384:],
        }[damage]
    )
    ledger.add([{"at": NOON, "visitor": "meanwhile"}])
    with following(ledger) as (sync, store):
        assert contents(store) == rebuilt(ledger)
        assert sync.alive


def test_a_store_of_an_older_version_is_made_anew(ledger: Ledger) -> None:
    with following(ledger):
        pass
    path = ledger.path.with_name("columns.duckdb")
    with duckdb.connect(path) as older:
        older.execute("UPDATE cursor SET shape = shape - 1")
        older.execute("ALTER TABLE sessions DROP COLUMN uniform")
    with following(ledger) as (sync, store):
        assert contents(store) == rebuilt(ledger)
        assert sync.alive


def test_a_damaged_log_costs_nothing(ledger: Ledger) -> None:
    with following(ledger):
        pass
    ledger.path.with_name("columns.duckdb.wal").write_bytes(b"\x01nonsense" * 50)
    with following(ledger) as (sync, store):
        assert contents(store) == rebuilt(ledger)
        assert sync.alive


def test_a_store_of_another_ledger_is_rebuilt(ledger: Ledger, tmp_path: Path) -> None:
    with following(ledger):
        pass
    other = tmp_path / "other"
    other.mkdir()
    restored = Ledger(other / "ledger.db")
    restored.add([{"at": NOON, "visitor": "somebody else", "id": n} for n in range(30)])
    ledger.path.with_name("columns.duckdb").rename(other / "columns.duckdb")
    with following(restored) as (_, store):
        assert contents(store) == rebuilt(restored)
    restored.close()


def test_deletions_nobody_remembers_mean_a_rebuild(ledger: Ledger) -> None:
    store = DuckDBStore(None)
    store.open()
    ledger.sync(store)
    ledger.delete([3, 4])
    assert belongs(store, ledger.reader)
    ledger.connection.execute("BEGIN")
    deletions.forget(ledger.connection, 1)
    ledger.connection.execute("COMMIT")
    assert not belongs(store, ledger.reader)
    store.close()


def test_an_event_that_cannot_be_read_costs_only_what_it_says(ledger: Ledger) -> None:
    ledger.connection.execute("UPDATE events SET context = '{\"path\": nonsense' WHERE id = 12")
    with following(ledger) as (sync, store):
        found = contents(store)
        assert sync.alive
    assert len(found["events"]) == 20
    page = [column.name for column in TABLES["events"].columns].index("page")
    assert {row[0]: row[page] for row in found["events"]} == {
        n: None if n == 12 else "/" for n in range(1, 21)
    }


def test_line_breaks_and_odd_characters_arrive_whole(ledger: Ledger) -> None:
    odd = 'a\n"b"\t\\c\x00\x01 \x1e \x1f \u2028 é 😀 [{},'
    ledger.add(
        [{"at": NOON, "visitor": odd, "name": odd, "session": odd, "page": odd, "properties": {"k": odd}}]
    )
    ledger.connection.execute(
        "UPDATE events SET context = replace(context, '{', '{' || char(10)) WHERE id < 5"
    )
    store = DuckDBStore(None)
    store.open()
    ledger.sync(store)
    with store.connect() as connection:
        columns = TABLES["events"].c
        wanted = TABLES["events"].select().where(columns.id == last(ledger))
        row = connection.execute(wanted).mappings().one()
        assert len(connection.execute(TABLES["events"].select().where(columns.page == "/")).all()) == 20
    store.close()
    assert [row["visitor"], row["name"], row["client_session"], row["page"]] == [odd] * 4


def test_a_second_process_waits_for_the_first_one_to_end(ledger: Ledger) -> None:
    path = ledger.path.with_name("columns.duckdb")
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib\nfrom tracker.columns.duckdb import DuckDBStore\n"
            "store = DuckDBStore(pathlib.Path(sys.argv[1]))\nstore.open()\nprint('open', flush=True)\n"
            "sys.stdin.read()\nstore.close()",
            str(path),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None and holder.stdout.readline() == "open\n"
    store = DuckDBStore(path)
    sync = Sync(ledger.path, store)
    sync.start()
    assert not sync.wait_for(1, 1.0)
    with pytest.raises(Unavailable), store.connect():
        pass
    holder.communicate("")
    assert sync.wait_for(last(ledger), 20)
    assert contents(store) == rebuilt(ledger)
    sync.stop()
    assert not list(path.parent.glob("*.broken"))


def test_readers_see_one_moment_while_the_store_grows(ledger: Ledger) -> None:
    store = DuckDBStore(None)
    store.open()
    ledger.sync(store)
    with store.connect() as connection:
        before = connection.execute(TABLES["events"].select()).all()
        ledger.add([{"at": NOON, "visitor": "later"}])
        ledger.sync(store)
        assert connection.execute(TABLES["events"].select()).all() == before
        assert len(connection.execute(TABLES["sessions"].select()).all()) == 5
    with store.connect() as connection:
        assert len(connection.execute(TABLES["events"].select()).all()) == len(before) + 1
    store.close()


def test_the_version_changes_with_every_change_and_never_comes_back(ledger: Ledger) -> None:
    store = DuckDBStore(ledger.path.with_name("columns.duckdb"))
    seen = []
    for _ in range(2):
        store.open()
        seen.append(store.version())
        ledger.add([{"at": NOON, "visitor": "x"}])
        ledger.sync(store)
        seen.append(store.version())
        ledger.sync(store)
        seen.append(store.version())
        store.set_aside()
    assert seen[1] == seen[2] and seen[4] == seen[5]
    assert seen[0] < seen[1] < seen[3] < seen[4]


def test_a_rebuild_can_be_asked_for_while_it_follows(ledger: Ledger) -> None:
    with following(ledger) as (sync, store):
        sync.rebuild()
        ledger.add([{"at": NOON, "visitor": "meanwhile"}])
        assert sync.wait_for(last(ledger), 20)
        assert contents(store) == rebuilt(ledger)
    assert ledger.path.with_name("columns.duckdb.broken").exists()


def test_catching_up_tells_how_far_it_is_and_can_be_stopped(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.columns.sync.PROGRESS_S", 0.0)
    store = DuckDBStore(None)
    store.open()
    told: list[Progress] = []
    stop = threading.Event()

    def hear(progress: Progress) -> None:
        told.append(progress)
        if progress.done >= 10:
            stop.set()

    assert catch_up(store, ledger.reader, hear, chunk=5, stopping=stop.is_set) == 10
    assert [(p.done, p.last) for p in told] == [(5, 20), (10, 20)]
    assert catch_up(store, ledger.reader, chunk=5) == 10
    store.close()


@pytest.mark.parametrize("rebuilt", [False, True])
def test_waiting_ends_though_more_comes_in_than_is_taken_in(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, *, rebuilt: bool
) -> None:
    monkeypatch.setattr("tracker.columns.sync.PROGRESS_S", 0.0)
    monkeypatch.setattr("tracker.columns.duckdb.CHUNK", 10)
    monkeypatch.setattr("tracker.columns.duckdb.LEAST_CHUNK", 10)
    sender = Ledger(ledger.path)
    sender.number = ledger.number
    behind: list[int] = []

    def more(progress: Progress) -> None:
        """After each ten events that are taken in, twelve come."""
        sender.add([{"at": NOON, "visitor": "busy"}] * 12)
        behind.append(progress.last - progress.done)

    store = DuckDBStore(ledger.path.with_name("columns.duckdb"))
    sync = Sync(ledger.path, store, more)
    sync.start()
    try:
        assert sync.wait_for(20, 60)
        now = last(ledger)
        number = sync.rewrite(rebuilt=rebuilt)
        assert sync.wait_for(now, 60)
        assert sync.wait_rewritten(number, 60)
        assert sync.event >= now
        assert sync.event < last(ledger), "it ran after what came in"
    finally:
        sync.stop()
        sender.close()
    assert behind[-1] > behind[0]


def test_what_is_deleted_while_the_file_is_written_anew_is_meant_by_the_next_time(ledger: Ledger) -> None:
    """A number means what was in the ledger when it was given, whoever else waits."""
    with following(ledger) as (sync, store):
        numbers = []
        for victim in (3, 4, 5):
            ledger.delete([victim])
            numbers.append(sync.rewrite())
        assert sync.wait_rewritten(numbers[-1], 20)
        assert all(sync.wait_rewritten(one, 0) for one in numbers)
        assert not sync.wait_rewritten(numbers[-1] + 1, 0)
        assert contents(store) == rebuilt(ledger)
