"""Whatever a program hands over, as JSON."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any

MAX_DEPTH = 20
_SECONDS_BELOW = 10**11
"""A smaller number is seconds since 1970 (until the year 5138), a larger one milliseconds."""

Problem = Callable[[str], None]


def to_json(value: Any, problem: Problem) -> str:
    """`value` as JSON. What cannot be sent becomes null and is told to `problem`."""
    try:
        return _dump(value)
    except Exception:  # noqa: BLE001 - a program's own objects may raise anything; the careful way finds out which
        return _dump(_Search(problem).value(value, 0))


def epoch_ms(value: Any) -> int | str | None:
    """A moment as the server reads it; None where it is none. Naive datetimes are local time."""
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return round(value * 1000) if abs(value) < _SECONDS_BELOW else round(value)
    return None


def _dump(value: Any) -> str:
    return json.dumps(value, default=_plain, allow_nan=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """What JSON has no word for, in the one that keeps it exact. Raises TypeError."""
    if isinstance(value, Decimal):
        if value.is_finite():
            return format(value, "f")
    elif isinstance(value, datetime | date | time):
        return value.isoformat()
    elif isinstance(value, timedelta):
        return value.total_seconds()
    elif isinstance(value, uuid.UUID | PurePath):
        return str(value)
    elif isinstance(value, Enum):
        return value.value
    elif isinstance(value, set | frozenset):
        return list(value)
    raise TypeError(type(value).__name__)


class _Search:
    """Goes through a value and leaves out what cannot be sent."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._above: set[int] = set()

    def value(self, value: Any, depth: int) -> Any:
        """The same in plain values."""
        try:
            if isinstance(value, dict | list | tuple):
                return self._inside(value, depth)
            json.dumps(value, allow_nan=False)
            return value
        except (TypeError, ValueError):
            return self._other(value, depth)

    def _inside(self, value: dict[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> Any:
        if depth >= MAX_DEPTH or id(value) in self._above:
            self._problem("A value that nests too deeply, or holds itself, cannot be sent.")
            return None
        self._above.add(id(value))
        try:
            if isinstance(value, dict):
                pairs = ((self._key(key), item) for key, item in list(value.items()))
                return {key: self.value(item, depth + 1) for key, item in pairs if key is not None}
            return [self.value(item, depth + 1) for item in value]
        finally:
            self._above.discard(id(value))

    def _key(self, key: Any) -> str | None:
        if isinstance(key, str):
            return key
        if isinstance(key, int | float | date | uuid.UUID | Enum):
            return str(key.value if isinstance(key, Enum) else key)
        self._problem(f"A {type(key).__name__} cannot be the name of a property.")
        return None

    def _other(self, value: Any, depth: int) -> Any:
        try:
            plain = _plain(value)
        except Exception:  # noqa: BLE001 - the value's own methods ran, and may raise anything
            self._problem(f"A value of type {type(value).__name__} cannot be sent; it is left out.")
            return None
        return self.value(plain, depth + 1) if depth < MAX_DEPTH else None
