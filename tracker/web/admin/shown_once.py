"""Secrets on their way from the form that made them to the one page that shows them."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, session

KEPT_MS = 10 * 60 * 1000
MOST = 200


@dataclass(slots=True)
class _Shelf:
    """Values by a random name, in memory only; the oldest go first."""

    values: dict[str, tuple[int, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def keep(purpose: str, value: Any, now_ms: int) -> None:
    """Keep a value for the next page of this session that takes this purpose.

    Not in the cookie: that is signed but can be read, and stays in the browser.
    """
    shelf, name = _shelf(), secrets.token_urlsafe(16)
    with shelf.lock:
        while len(shelf.values) >= MOST:
            del shelf.values[next(iter(shelf.values))]
        shelf.values[name] = (now_ms + KEPT_MS, value)
    session[f"once:{purpose}"] = name


def take(purpose: str, now_ms: int) -> Any:
    """The value, this once; None when there is none, or it waited for too long."""
    name = session.pop(f"once:{purpose}", None)
    shelf = _shelf()
    with shelf.lock:
        until, value = shelf.values.pop(name, (0, None))
    return value if until > now_ms else None


def _shelf() -> _Shelf:
    shelf: _Shelf = current_app.extensions.setdefault("desirepath_shown_once", _Shelf())
    return shelf
