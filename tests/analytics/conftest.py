"""Fixtures for tests of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from tests.analytics.stores import Copies, LoadedSite, World
from tracker.columns.clickhouse import ClickHouseStore

CLICKHOUSE_SHARE = 3
"""Of examples, one in so many is tried on ClickHouse too: a statement costs it ten times as much."""
_SETTINGS = "_hypothesis_internal_use_settings"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fewer examples on the second engine, which is to show that the SQL means the same there."""
    test = getattr(item, "obj", None)
    usual = getattr(test, _SETTINGS, None)
    if not item.name.endswith("[clickhouse]") or not isinstance(usual, settings):
        return (yield)
    setattr(test, _SETTINGS, settings(usual, max_examples=max(4, usual.max_examples // CLICKHOUSE_SHARE)))
    try:
        return (yield)
    finally:
        setattr(test, _SETTINGS, usual)


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
