"""How far everybody gets in a funnel, by trying each start and walking on from it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import median

from tests.analytics.oracle import Happened, History

Fits = Callable[[Happened], bool]


def walks(
    history: History, steps: list[Fits], since: int, until: int, window: int, per: str, started: Fits
) -> list[list[Happened]]:
    """For each person or session that starts: the events of the steps they got through."""
    groups: dict[object, list[Happened]] = {}
    if per == "session":
        groups = {id(v): [e for e in v.events if not e.bot] for v in history.visits}
    else:
        for event in history.events:
            if event.person is not None and not event.bot:
                groups.setdefault(event.person, []).append(event)
    found = []
    for own in groups.values():
        starts = [e for e in own if since <= e.at < until and steps[0](e) and started(e)]
        tries = [_walk(own, steps, start, window) for start in sorted(starts, key=lambda e: e.at)]
        if tries:
            found.append(max(tries, key=len))  # the first of the longest
    return found


def _walk(own: list[Happened], steps: list[Fits], start: Happened, window: int) -> list[Happened]:
    walked = [start]
    for before, fits in pairwise(steps):
        at = walked[-1].at
        later = [e for e in own if fits(e) and (e.at > at or (e.at == at and not before(e)))]
        if not later:
            break
        walked.append(min(later, key=lambda e: e.at))
    return [e for e in walked if e.at - start.at <= window]


def medians(found: list[list[Happened]], steps: int) -> list[float | None]:
    """Seconds from step to step, then from the first to the last."""
    gaps = [[w[n].at - w[n - 1].at for w in found if len(w) > n] for n in range(1, steps)]
    gaps.append([w[-1].at - w[0].at for w in found if len(w) == steps])
    return [median(gap) / 1000 if gap else None for gap in gaps]
