"""The spool: what cannot be sent waits on disk, survives restarts, and goes out once."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.far_end import FarEnd, Server
from tests.client.programs import run, start
from tracker.client import Tracker
from tracker.client.spool import Busy, Spool

New = Callable[..., Tracker]


def batches(folder: Path) -> list[Path]:
    """The files that wait."""
    return sorted(path for path in folder.glob("*-*") if path.suffix != ".new")


def until(true: Callable[[], object]) -> None:
    FarEnd().until(true)


def port(url: str) -> int:
    return int(url.rpartition(":")[2])


def test_down_then_up_again(nowhere: str, new_tracker: New, tmp_path: Path) -> None:
    tracker = new_tracker(nowhere, spool=tmp_path / "spool")
    for number in range(30):
        tracker.track("x", {"number": number})
        time.sleep(0.002)
    until(lambda: tracker.counts()["spooled"] == 30)
    assert tracker.counts()["waiting"] == 0, "memory is empty"
    assert not tracker.flush(0.2), "what is on disk still waits"
    server = Server(port=port(nowhere))
    tracker.track("after")
    assert tracker.flush()
    server.close()
    numbers = [event["properties"]["number"] for event in server.far_end.heard if event["eventName"] == "x"]
    assert sorted(numbers) == list(range(30)) and "after" in server.far_end.names
    assert batches(tmp_path / "spool") == []
    assert tracker.counts()["sent"] == 31


def test_what_a_program_leaves_the_next_one_sends(
    far_end: FarEnd, nowhere: str, new_tracker: New, tmp_path: Path
) -> None:
    first = new_tracker(nowhere, spool=tmp_path)
    for number in range(5):
        first.track("x", {"number": number})
    first.close(0.1)
    assert first.counts()["dropped"] == 0 and len(batches(tmp_path)) >= 1
    server = Server(port=port(nowhere))
    second = new_tracker(nowhere, spool=tmp_path)
    second.track("hello")
    server.far_end.until(lambda: len(server.far_end.heard) == 6)
    assert second.flush()
    server.close()
    assert batches(tmp_path) == []


def test_flush_alone_sends_what_waits(nowhere: str, new_tracker: New, tmp_path: Path) -> None:
    first = new_tracker(nowhere, spool=tmp_path)
    first.track("x")
    first.close(0.1)
    server = Server(port=port(nowhere))
    assert new_tracker(nowhere, spool=tmp_path).flush()
    server.close()
    assert server.far_end.names == ["x"]


def test_a_program_killed_while_it_spools_leaves_whole_batches(nowhere: str, tmp_path: Path) -> None:
    program = start(
        """
        import sys
        from tracker.client import Tracker
        tracker = Tracker(sys.argv[1], "sk_test", spool=sys.argv[2], interval=0, retry=(0.01, 0.01))
        number = 0
        while True:
            tracker.track("x", {"number": number})
            number += 1
            if number % 50 == 0:
                tracker.flush(0.01)
        """,
        nowhere,
        str(tmp_path),
    )
    until(lambda: len(batches(tmp_path)) > 10)
    program.send_signal(signal.SIGKILL)
    program.communicate()
    server = Server(port=port(nowhere))
    tracker = Tracker(nowhere, "sk_test", spool=tmp_path)
    assert tracker.flush(30)
    tracker.close()
    server.close()
    numbers = [event["properties"]["number"] for event in server.far_end.heard]
    assert len(numbers) > 50 and len(set(numbers)) == len(numbers)
    assert tracker.counts()["refused"] == 0


def test_several_processes_share_a_folder(nowhere: str, tmp_path: Path) -> None:
    code = """
        import sys
        from tracker.client import Tracker
        tracker = Tracker(sys.argv[1], "sk_test", spool=sys.argv[2], interval=0.01, retry=(0.05, 0.1))
        for number in range(200):
            tracker.track("x", {"who": sys.argv[3], "number": number})
            if number % 20 == 0:
                tracker.flush(0.02)
        sys.stdin.readline()
        tracker.flush(20)
        """
    programs = [start(code, nowhere, str(tmp_path), str(who)) for who in range(3)]
    until(lambda: len(batches(tmp_path)) >= 15)
    server = Server(port=port(nowhere))
    for program in programs:
        _, complaints = program.communicate("go\n", timeout=60)
        assert program.returncode == 0, complaints
    server.far_end.until(lambda: len(server.far_end.heard) == 600)
    server.close()
    found = {(event["properties"]["who"], event["properties"]["number"]) for event in server.far_end.heard}
    assert found == {(str(who), number) for who in range(3) for number in range(200)}
    assert batches(tmp_path) == []


def test_another_site_in_the_same_folder_is_left_alone(
    far_end: FarEnd, nowhere: str, new_tracker: New, tmp_path: Path
) -> None:
    theirs = new_tracker(nowhere, spool=tmp_path)
    theirs.track("theirs")
    until(lambda: len(batches(tmp_path)) == 1)
    ours = new_tracker(far_end.url, spool=tmp_path)
    ours.track("ours")
    assert ours.flush()
    assert far_end.names == ["ours"] and len(batches(tmp_path)) == 1


def test_the_spool_is_bounded_and_counts_what_it_loses(
    nowhere: str, new_tracker: New, tmp_path: Path
) -> None:
    tracker = new_tracker(nowhere, spool=tmp_path, spool_bytes=20_000, batch_size=10)
    for number in range(300):
        tracker.track("x", {"number": number, "text": "y" * 200})
        if number % 10 == 9:
            tracker.flush(0.02)
    until(lambda: tracker.counts()["spooled"] == 300)
    assert sum(path.stat().st_size for path in batches(tmp_path)) <= 20_000
    kept = sum(len(path.read_bytes().splitlines()) for path in batches(tmp_path))
    assert kept == 300 - tracker.counts()["dropped"] and 20 < kept < 100
    assert b'"number":299' in batches(tmp_path)[-1].read_bytes(), "the oldest went"


def test_only_the_owner_may_read_it(nowhere: str, new_tracker: New, tmp_path: Path) -> None:
    tracker = new_tracker(nowhere, spool=tmp_path / "new" / "spool")
    tracker.track("x")
    until(lambda: batches(tmp_path / "new" / "spool"))
    assert (tmp_path / "new" / "spool").stat().st_mode & 0o777 == 0o700
    assert batches(tmp_path / "new" / "spool")[0].stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_costs_nothing(
    nowhere: str, new_tracker: New, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    tracker = new_tracker(nowhere, spool=tmp_path / "file")
    tracker.track("x")
    until(lambda: "cannot be written" in caplog.text)
    server = Server(port=port(nowhere))
    tracker.track("y")
    server.far_end.until(lambda: server.far_end.names == ["x", "y"])
    server.close()


def test_rubbish_in_the_folder_is_no_obstacle(far_end: FarEnd, new_tracker: New, tmp_path: Path) -> None:
    spool = Spool(tmp_path, far_end.url, "sk_test", 10_000)
    spool.store([b'{"eventName":"good","id":"1"}'])
    (good,) = batches(tmp_path)
    tag = good.name.split("-")[0]
    (tmp_path / f"{tag}-0000000000000-1-empty").write_bytes(b"")
    (tmp_path / f"{tag}-0000000000001-1-half.new").write_bytes(b'{"eventNa')
    (tmp_path / "notes.txt").write_text("not ours")
    assert new_tracker(far_end.url, "sk_test", spool=tmp_path).flush()
    assert far_end.names == ["good"] and batches(tmp_path) == []
    spool.store([b'{"eventName":"next","id":"2"}'])
    assert not list(tmp_path.glob("*.new")), "what was left unfinished long ago is swept away"
    assert (tmp_path / "notes.txt").exists()


def test_one_at_a_time_sends(tmp_path: Path) -> None:
    one, other = (Spool(tmp_path, "http://x", "sk", 10_000) for _ in range(2))
    one.store([b"1"])
    with one.oldest() as batch:
        assert batch is not None and batch.events == (b"1",)
        with pytest.raises(Busy), other.oldest():
            pass
    with other.oldest() as batch:
        assert batch is not None
        other.remove(batch)
    with one.oldest() as batch:
        assert batch is None


def test_a_child_does_not_hold_its_parents_lock(tmp_path: Path) -> None:
    """Forked while the parent was sending, and living on after it."""
    said = run(
        """
        import os, sys, time
        from pathlib import Path
        from tracker.client.spool import Spool
        spool = Spool(Path(sys.argv[1]), "http://x", "sk", 10_000)
        spool.store([b"1"])
        with spool.oldest() as batch:
            child = os.fork()
            if child == 0:
                spool.after_fork()
                time.sleep(0.3)
                with Spool(Path(sys.argv[1]), "http://x", "sk", 10_000).oldest() as batch:
                    print(batch.events, flush=True)
                os._exit(0)
        os.waitpid(child, 0)
        """,
        str(tmp_path),
    )
    assert said.strip() == "(b'1',)"


def test_exit_while_the_server_hangs_leaves_everything_on_disk(far_end: FarEnd, tmp_path: Path) -> None:
    far_end.answering.clear()
    releases = threading.Timer(50, far_end.answering.set)
    releases.start()
    began = time.monotonic()
    run(
        """
        import sys
        from tracker.client import Tracker
        url, spool = sys.argv[1:]
        tracker = Tracker(url, "sk_test", spool=spool, batch_size=2, exit_seconds=0.5, timeout=50)
        for number in range(7):
            tracker.track("x", {"number": number})
        """,
        far_end.url,
        str(tmp_path),
    )
    releases.cancel()
    assert time.monotonic() - began < 40
    far_end.answering.set()
    lines = b"\n".join(path.read_bytes() for path in batches(tmp_path)).splitlines()
    assert len(lines) == 7, "also those that were on their way: nobody knows whether they arrived"
    assert os.listdir(tmp_path)
