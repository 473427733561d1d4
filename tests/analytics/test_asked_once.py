"""Who asks what is being asked already waits for that answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from tracker.analytics.answers import Answers
from tracker.analytics.query import Query
from tracker.analytics.registry import question
from tracker.columns.duckdb import DuckDBStore
from tracker.errors import Invalid

LONG = 60
"""Seconds after which something is held to hang."""


@dataclass(frozen=True)
class Site:
    """Any site."""

    id: int = 1
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Told:
    """How often it was asked, this time included."""

    times: int


QUERY = Query.parse(Site(), {"timeframe": "7d"}, 1_775_000_000_000)


@pytest.fixture
def answers() -> Iterator[Answers]:
    store = DuckDBStore(None)
    store.open()
    yield Answers(store)
    store.close()


def slow(asked: list[int], enough: threading.Event, fails: int = 0) -> Callable[..., Told]:
    """A question that takes as long as one lets it, and fails so many times."""

    def answer(connection: sa.Connection, query: Query) -> Told:
        asked.append(1)
        assert enough.wait(LONG)
        if len(asked) <= fails:
            raise Invalid("Not today.")
        return Told(len(asked))

    return answer


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_is_asked_once_for_all_who_ask_meanwhile(answers: Answers) -> None:
    asked: list[int] = []
    enough = threading.Event()
    once = question(name="once", title="Once")(slow(asked, enough))
    with ThreadPoolExecutor(4) as pool:
        told = [pool.submit(answers.json, once, QUERY) for _ in range(4)]
        until(lambda: answers.hits == 3)  # the three others wait
        enough.set()
        assert [one.result(LONG) for one in told] == [b'{"times":1}'] * 4
    assert (len(asked), answers.misses) == (1, 1)


def test_whoever_waited_for_a_failure_asks_again(answers: Answers) -> None:
    asked: list[int] = []
    enough = threading.Event()
    once = question(name="once", title="Once")(slow(asked, enough, fails=1))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(answers.json, once, QUERY)
        until(lambda: len(asked) == 1)
        second = pool.submit(answers.json, once, QUERY)
        until(lambda: answers.hits == 1)
        enough.set()
        with pytest.raises(Invalid, match="Not today"):
            first.result(LONG)
        assert second.result(LONG) == b'{"times":2}'
