"""How many examples property tests try, and which.

`make test` tries half of what a test names, the same ones every time, so that a change and nothing else turns
it red. `make explore` tries ten times what it names, other ones each time. What that finds becomes a test, by
hand or with `@example`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("EXAMPLES", "0"))
"""How many times what a test names, and at random; 0: half of it."""
FEWEST = 10
"""Examples of a test on the first engine at least."""
CLICKHOUSE_SHARE = 3
"""Of examples, one in so many is tried on ClickHouse too: a statement costs it ten times as much."""
_SETTINGS = "_hypothesis_internal_use_settings"

# A busy machine is slow: that says nothing of a test's examples.
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, **SLOW)
settings.register_profile("explore", print_blob=True, **SLOW)
settings.load_profile("explore" if TIMES else "same")


@contextmanager
def as_many_as_wanted(item: pytest.Item) -> Iterator[None]:
    """While a test runs it tries as many examples as its engine and the run want."""
    test = getattr(item, "obj", None)
    usual = getattr(test, _SETTINGS, None)
    if not isinstance(usual, settings):
        yield
        return
    wanted = usual.max_examples * TIMES if TIMES else max(FEWEST, usual.max_examples // 2)
    if item.name.endswith("[clickhouse]"):
        wanted = max(4, wanted // CLICKHOUSE_SHARE)
    setattr(test, _SETTINGS, settings(usual, max_examples=wanted))
    try:
        yield
    finally:
        setattr(test, _SETTINGS, usual)
