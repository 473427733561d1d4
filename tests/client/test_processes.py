"""Forks, the program's end, and what importing the client costs."""

from __future__ import annotations

import sys
import time
from collections import Counter

import pytest

from tests.client.far_end import FarEnd
from tests.client.programs import run


def test_it_imports_the_standard_library_only() -> None:
    """So that it can be used in any program at little cost."""
    said = run(
        """
        import sys
        before = set(sys.modules)
        import tracker.client
        print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
        print(*sorted(name for name in sys.modules if name.startswith("tracker.")))
        """
    )
    tops, ours = said.splitlines()
    assert set(tops.split()) - {"tracker"} <= sys.stdlib_module_names
    assert {name for name in ours.split() if not name.startswith("tracker.client")} == {"tracker.clock"}


def test_what_waits_goes_out_when_the_program_ends(far_end: FarEnd) -> None:
    run(
        """
        import sys
        from tracker.client import Tracker
        tracker = Tracker(sys.argv[1], "sk_test", interval=60)
        for number in range(1234):
            tracker.track("x", {"number": number})
        """,
        far_end.url,
    )
    assert sorted(event["properties"]["number"] for event in far_end.heard) == list(range(1234))


def test_also_when_it_ends_by_an_error(far_end: FarEnd) -> None:
    run(
        """
        import sys
        from tracker.client import Tracker
        Tracker(sys.argv[1], "sk_test", interval=60).track("x")
        raise SystemExit(3)
        """,
        far_end.url,
        status=3,
    )
    assert far_end.names == ["x"]


def test_events_tracked_at_exit_go_out_too(far_end: FarEnd) -> None:
    """`atexit` runs the other way round: what the program registered later runs earlier."""
    run(
        """
        import atexit, sys
        from tracker.client import Tracker
        tracker = Tracker(sys.argv[1], "sk_test", interval=60)
        atexit.register(tracker.track, "program_ended")
        """,
        far_end.url,
    )
    assert far_end.names == ["program_ended"]


@pytest.mark.parametrize("server", ["hangs", "is down"])
def test_the_end_is_not_put_off_for_long(far_end: FarEnd, nowhere: str, server: str) -> None:
    far_end.answering.clear()
    began = time.monotonic()
    run(
        """
        import sys
        from tracker.client import Tracker
        tracker = Tracker(sys.argv[1], "sk_test", exit_seconds=0.5, timeout=50)
        tracker.track("x")
        """,
        far_end.url if server == "hangs" else nowhere,
    )
    assert time.monotonic() - began < 40, "half a second and what Python itself takes, not 50"


def test_forked_workers_each_send_their_own(far_end: FarEnd) -> None:
    """As gunicorn does: the tracker is made, and has sent, before the fork."""
    run(
        """
        import os, sys
        from tracker.client import Tracker
        tracker = Tracker(sys.argv[1], "sk_test", interval=0.05)
        for number in range(20):
            tracker.track("parent", {"number": number})
        children = []
        for worker in range(4):
            pid = os.fork()
            if pid == 0:
                for number in range(50):
                    tracker.track("child", {"number": worker * 100 + number})
                assert tracker.counts()["tracked"] == 50, "counters begin anew"
                sys.exit(0)
            children.append(pid)
        for number in range(20, 40):
            tracker.track("parent", {"number": number})
        assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0] * 4
        """,
        far_end.url,
    )
    names = Counter(far_end.names)
    assert names == {"parent": 40, "child": 200}
    assert set(far_end.tries.values()) == {1}, "a child sends nothing of its parent's"


def test_a_fork_in_the_middle_of_everything(far_end: FarEnd) -> None:
    """Threads hold locks at that moment; a child must not wait for them for ever."""
    run(
        """
        import os, sys, threading
        from tracker.client import Tracker
        tracker = Tracker(sys.argv[1], "sk_test", interval=0, batch_size=1)
        stop = threading.Event()
        def work():
            while not stop.is_set():
                tracker.track("noise", {"bad": object()})
                stop.wait(0.001)
        threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        for child in range(25):
            pid = os.fork()
            if pid == 0:
                tracker.track("child", {"number": child})
                os._exit(0 if tracker.flush(20) else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        stop.set()
        for thread in threads:
            thread.join()
        tracker.close(0)
        """,
        far_end.url,
    )
    numbers = [event["properties"]["number"] for event in far_end.heard if event["eventName"] == "child"]
    assert sorted(numbers) == list(range(25))
