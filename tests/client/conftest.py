"""What tests of the Python client share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.client.far_end import FarEnd, Server
from tests.live_server import LiveServer, free_port, serving
from tracker.client import Tracker

KEY = "sk_test"


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    """A server that does as the test says."""
    server = Server()
    yield server.far_end
    server.close()


@pytest.fixture
def nowhere() -> str:
    """An address where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def new_tracker() -> Iterator[Callable[..., Tracker]]:
    """Make trackers that hurry; they are closed at the end."""
    made: list[Tracker] = []

    def make(url: str, key: str = KEY, **options: Any) -> Tracker:
        made.append(Tracker(url, key, **{"interval": 0.02, "retry": (0.05, 0.2), **options}))
        return made[-1]

    yield make
    for tracker in made:
        tracker.close(0)


@pytest.fixture
def tracker(far_end: FarEnd, new_tracker: Callable[..., Tracker]) -> Tracker:
    """A tracker whose server is the far end."""
    return new_tracker(far_end.url)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A real server for all tests of a module; public keys are limited, secret ones are not."""
    with serving(tmp_path_factory.mktemp("live") / "data", address_rate="200") as server:
        yield server
