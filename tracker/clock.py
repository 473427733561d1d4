"""The only reader of the time. Everything else takes the time as an argument."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Milliseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
