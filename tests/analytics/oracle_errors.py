"""Errors and what came before them, the slow way."""

from __future__ import annotations

from collections import Counter

from tests.analytics.oracle import Happened, History
from tests.analytics.oracle_overview import Asked


def message_of(event: Happened) -> str | None:
    told = event.told.get("properties", {})
    if told.get("error_message") is not None:
        return str(told["error_message"])
    return "" if told.get("status") == "failed" else None


def errors(asked: Asked) -> list[Happened]:
    """Those in the stretch, of nobody known too."""
    visits = {e.place: v for v in asked.history.visits for e in v.events}
    found = [e for e in asked.history.events if asked.since <= e.at < asked.until and not e.bot]
    found = [e for e in found if message_of(e) is not None]
    return [e for e in found if not asked.wanted or (e.place in visits and asked.passes(e, visits[e.place]))]


def before(history: History, hits: list[Happened]) -> Counter[tuple[str, str | None]]:
    """Of the last five events of the visit before each hit: how often each name and page."""
    found: Counter[tuple[str, str | None]] = Counter()
    for visit in history.visits:
        line = [e for e in visit.events if e.interactive or message_of(e) is not None]
        for place, event in enumerate(line):
            if event in hits:
                earlier = line[max(0, place - 5) : place]
                found.update((e.name, e.page if e.page_view else None) for e in earlier)
    return found
