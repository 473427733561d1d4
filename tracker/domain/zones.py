"""Time zones by name."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """All names there are. Read once: the table is a few hundred files."""
    return frozenset(zoneinfo.available_timezones())
