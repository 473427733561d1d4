"""Fixtures for tests of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.analytics.stores import Copies, LoadedSite, World
from tracker.columns.clickhouse import ClickHouseStore


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One ledger and store for all tests; every list of events gets a site of its own."""
    found = World(tmp_path_factory.mktemp("world"))
    yield found
    found.close()


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseStore]:
    """ClickHouse inside this process: one for all tests, since there can be one only."""
    found = ClickHouseStore(interface="chdb", path=str(tmp_path_factory.mktemp("clickhouse")))
    found.create()
    yield found
    found.close()


@pytest.fixture(scope="session", params=["duckdb", "clickhouse"])
def store_with(world: World, request: pytest.FixtureRequest) -> Callable[..., LoadedSite]:
    """`store_with(events, zone="UTC")`: the events on a new site, in a store of each engine.

    It may be called any number of times, so hypothesis may call it for every example. See `stores.py`.
    """
    if request.param == "duckdb":
        return world.load
    return Copies(world, request.getfixturevalue("clickhouse")).load
