"""Paths of visits, the slow way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.analytics.oracle import Happened, Visit


def turns(events: Sequence[Happened]) -> tuple[str, ...]:
    """The pages viewed one after the other, the same one in a row once."""
    pages = [str(e.page) for e in events if e.page_view]
    return tuple(page for n, page in enumerate(pages) if n == 0 or pages[n - 1] != page)


def common(visits: list[Visit]) -> list[tuple[Any, ...]]:
    """Rows (path, frequency, completion, drop-offs), the order of the question."""
    paths = [path for v in visits if (path := turns(v.events)[:5])]
    rows = []
    for path, frequency in Counter(paths).items():
        came = [sum(p[:n] == path[:n] for p in paths) for n in range(1, len(path) + 1)]
        lost = [round(100 * (came[n] - came[n + 1]) / came[n], 2) for n in range(len(path) - 1)]
        drops = tuple(zip(path, lost, strict=False))
        rows.append((path, frequency, round(100 * came[-1] / came[0], 2), drops))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def conversions(visits: list[Visit], goal: str) -> dict[tuple[str, ...], tuple[int, float]]:
    """By the pages before the goal: visits that reached it so, and their share of those that saw all."""
    found: Counter[tuple[str, ...]] = Counter()
    for visit in visits:
        reached = [e.at for e in visit.events if e.name == goal]
        if reached:
            found[turns([e for e in visit.events if e.at < reached[0]])[-5:]] += 1
    return {
        path: (n, round(100 * n / sum(set(path) <= set(turns(v.events)) for v in visits), 2))
        for path, n in found.items()
    }
