"""Names and shapes of countries and names of languages, as the asset build wrote them from public tables."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data" / "countries.json"


def name(code: str | None) -> str:
    """The English name of a country by its two letters; the letters themselves where there is none."""
    if not code:
        return "Unknown"
    return _names().get(code.upper(), code)


def names() -> dict[str, str]:
    """All names by code."""
    return dict(_names())


def languages() -> dict[str, str]:
    """English names of languages by their two letters."""
    return dict(_table().get("languages", {}))


def on_map() -> frozenset[str]:
    """The codes of those that the world map draws."""
    return frozenset(_table()["shapes"])


def _names() -> dict[str, str]:
    found: dict[str, str] = _table()["names"]
    return found


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads(DATA.read_text(encoding="utf-8"))
    except FileNotFoundError:
        # The assets are not built: figures are still right, countries go by their letters.
        return {"names": {}, "shapes": {}}
    return found
