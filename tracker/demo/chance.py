"""Chance that can be repeated: wheels with unequal slices, and numbers mixed from numbers."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


def mix(number: int) -> int:
    """64 well-spread bits for a number, the same in every run (the finaliser of SplitMix64)."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ number >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ number >> 27) * 0x94D049BB133111EB) & _MASK
    return number ^ number >> 31


class Wheel(Generic[T]):
    """Picks an item by a number from 0 to 1; each item as often as its weight says."""

    __slots__ = ("_edges", "items")

    def __init__(self, slices: Iterable[tuple[T, float]]) -> None:
        pairs = list(slices)
        self.items: Sequence[T] = tuple(item for item, _ in pairs)
        total = sum(weight for _, weight in pairs)
        # The last edge is left out, so that rounding can never lead past the last item.
        self._edges = [edge / total for edge in accumulate(weight for _, weight in pairs[:-1])]

    def pick(self, chance: float) -> T:
        """The item at `chance`, 0 <= chance < 1."""
        return self.items[bisect(self._edges, chance)]

    def share_before(self, position: float) -> float:
        """Which part of the wheel lies before a position, such as 9.5 for half of the tenth item."""
        edges = (0.0, *self._edges, 1.0)
        item = min(int(position), len(edges) - 2)
        return edges[item] + (edges[item + 1] - edges[item]) * (position - item)


def words(text: str) -> Wheel[str]:
    """`jam:3 sea_salt:1` as a wheel of texts; an underscore stands for a space."""
    parts = (part.partition(":") for part in text.split())
    return Wheel((word.replace("_", " "), float(weight)) for word, _, weight in parts)


def fading(items: Iterable[T], power: float = 0.8) -> Wheel[T]:
    """A wheel on which the first items are favourites, as bestsellers are among goods."""
    return Wheel((item, 1 / rank**power) for rank, item in enumerate(items, 1))
