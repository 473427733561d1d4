"""Shares and changes, said the same everywhere."""

from __future__ import annotations

from typing import Literal

Trend = Literal["increasing", "stable", "decreasing"]
STEADY = 10
"""Per cent by which a figure may move and still be stable."""


def share(part: float, whole: float) -> float | None:
    """`part` of `whole` in per cent, two decimals; None of nothing."""
    return round(100 * part / whole, 2) if whole else None


def ratio(part: float, whole: float) -> float | None:
    """`part` for each of `whole`, two decimals; None of nothing."""
    return round(part / whole, 2) if whole else None


def change(now: float | None, before: float | None) -> float | None:
    """Per cent by which a figure grew, two decimals. From nothing: 0 to nothing, else None."""
    if now is None or before is None:
        return None
    if not before:
        return None if now else 0.0
    return round(100 * (now - before) / before, 2)


def trend(now: float, before: float) -> Trend:
    """Whether a figure moved by more than ten per cent. Anything after nothing is an increase."""
    difference = 100 * (now - before)
    if difference > STEADY * before:
        return "increasing"
    return "decreasing" if difference < -STEADY * before else "stable"
