"""Asking: as many at once as there is memory for, and want of memory said in words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.analytics.stores import NOW, ms
from tracker.analytics.answers import Answers
from tracker.analytics.query import Query
from tracker.analytics.registry import questions
from tracker.columns.duckdb import DuckDBStore
from tracker.errors import Unavailable


class Site:
    id = 1
    time_zone = "UTC"


@pytest.fixture
def store() -> Iterator[DuckDBStore]:
    found = DuckDBStore(None, memory_mb=64)
    found.open()
    yield found
    found.close()


@pytest.mark.parametrize(("memory_mb", "most"), [(64, 1), (192, 2), (4096, 4), (None, 4)])
def test_as_many_are_asked_at_once_as_there_is_memory_for(
    store: DuckDBStore, memory_mb: int | None, most: int
) -> None:
    usual = questions()["overview"]
    query = Query.parse(Site(), {"timeframe": "7d"}, ms(NOW))
    lock, full = threading.Lock(), threading.Barrier(most)
    now = highest = 0

    def counted(*asked: Any, **options: Any) -> Any:
        nonlocal now, highest
        with lock:
            now += 1
            highest = max(highest, now)
        full.wait(20)  # goes on once so many are here: fewer would time out
        found = usual.function(*asked, **options)
        with lock:
            now -= 1
        return found

    answers = Answers(store, memory_mb=memory_mb)
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(answers.ask, replace(usual, function=counted), query) for _ in range(8)]
        assert {one.result(30).visitors for one in told} == {0}
    assert highest == most


def test_want_of_memory_is_said_in_words(store: DuckDBStore) -> None:
    with pytest.raises(Unavailable, match="DESIREPATH_COLUMNS_MEMORY_MB"), store.connect() as connection:
        connection.execute(sa.text("SELECT list(i) FROM range(50000000) t(i)"))
    with store.connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1, "and others are answered"
