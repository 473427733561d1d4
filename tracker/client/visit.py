"""Whose request the program is answering just now, as the middleware knows it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Visit:
    """What events tracked meanwhile say of their own accord, unless they say otherwise."""

    context: dict[str, Any]
    user: Callable[[], Any]
    """Asked when an event is tracked: the program may find out only while it answers."""


current: ContextVar[Visit | None] = ContextVar("desirepath_visit", default=None)
