"""Churn and risk, one person and one day at a time."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from tests.analytics.oracle import Happened, History


class Presence:
    """When persons with a lasting id were active, through events of a country if one is given."""

    def __init__(self, history: History, country: str | None = None) -> None:
        self.history = history
        self.all = defaultdict(list)
        self.passing: dict[str, list[Happened]] = defaultdict(list)
        for e in history.events:
            if e.active:
                self.all[str(e.person)].append(e)
                if country in (None, e.told.get("country")):
                    self.passing[str(e.person)].append(e)

    def stable(self, person: str) -> bool:
        return any(not e.daily for e in self.history.events if e.person == person)

    def between(self, since: int, until: int) -> set[str]:
        return {p for p, own in self.passing.items() if any(since <= e.at < until for e in own)}

    def lifetime(self, person: str) -> int:
        times = [e.at for e in self.all[person]]
        return max(times) - min(times)

    def state(self, person: str, day: date) -> tuple[str, str] | None:
        """Recency and habit on a day, in words."""
        days = {e.day(self.history.zone) for e in self.passing[person]}
        lately = [d for d in days if day - timedelta(days=30) < d <= day]
        if not lately:
            return None
        away = (day - max(lately)).days
        recency = "this week" if away < 7 else "a week" if away < 14 else "two weeks"
        return recency, "Once" if len(lately) == 1 else "Now and then" if len(lately) < 5 else "Often"

    def risks(self, day: date) -> dict[tuple[str, str], tuple[int, float | None]]:
        """How many persons are in each state, and what became of those in it thirty days before."""
        people = [p for p in list(self.passing) if self.stable(p)]
        before = day - timedelta(days=30)
        found = {}
        for state in {self.state(p, day) for p in people} - {None}:
            same = [p for p in people if self.state(p, before) == state]
            gone = [p for p in same if self.state(p, day) is None]
            users = sum(self.state(p, day) == state for p in people)
            found[state] = users, round(len(gone) / len(same), 4) if same else None
        return found  # type: ignore[return-value]
