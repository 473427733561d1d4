"""Fixtures for tests of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.analytics.stores import LoadedSite, World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One ledger and store for all tests; every list of events gets a site of its own."""
    found = World(tmp_path_factory.mktemp("world"))
    yield found
    found.close()


@pytest.fixture(scope="session", params=["duckdb"])
def store_with(world: World, request: pytest.FixtureRequest) -> Callable[..., LoadedSite]:
    """`store_with(events, zone="UTC")`: the events on a new site, in a store of each engine.

    It may be called any number of times, so hypothesis may call it for every example. See `stores.py`.
    """
    return world.load
