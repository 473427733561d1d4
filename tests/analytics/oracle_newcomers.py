"""Newcomers and the days they were active on, one person at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.analytics.oracle import History


@dataclass
class Newcomer:
    first: date
    stable: bool
    days: set[date] = field(default_factory=set)

    def back_after(self, n: int) -> bool:
        return self.first + timedelta(days=n) in self.days


def newcomers(history: History, since: int, until: int, country: str | None = None) -> list[Newcomer]:
    """Everybody first active between two moments; with a country, active from there meanwhile."""
    active = [e for e in history.events if e.active]
    found = []
    for person, first in history.first_ever().items():
        own = [e for e in active if e.person == person]
        there = [e for e in own if since <= e.at < until and country in (None, e.told.get("country"))]
        if since <= first < until and there:
            stable = any(not e.daily for e in history.events if e.person == person)
            days = {e.day(history.zone) for e in own}
            found.append(Newcomer(min(days), stable, days))
    return found


def rate(group: list[Newcomer], n: int) -> float | None:
    """Per cent of them back on the n-th day after their first."""
    return round(100 * sum(p.back_after(n) for p in group) / len(group), 2) if group else None
