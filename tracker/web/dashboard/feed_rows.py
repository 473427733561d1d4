"""An event as a line of the feed: words, links and marks, ready for a template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tracker.domain.event import Flag
from tracker.ledger.reads import Stored
from tracker.web.dashboard.local_time import LocalTime, local_time
from tracker.web.event_filter import EventFilter

DEVICES = {"desktop": "desktop", "mobile": "mobile", "tablet": "tablet"}
SHORT_ID = 6


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it. `trust` is "verified", "claimed", or "" for a visitor nobody named."""

    id: str
    label: str
    detail: str
    trust: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """One event of the feed."""

    id: int
    at: int
    cursor: str
    time: LocalTime
    name: str
    name_url: str
    person: Person | None
    page: str
    page_detail: str
    country: str
    device: str
    device_detail: str
    bot: str
    failed: bool


class Rows:
    """Makes rows for one page: its filter gives the links, its zone the times."""

    def __init__(self, base: str, wanted: EventFilter, zone: str, now_ms: int) -> None:
        self._base = base
        self._wanted = wanted
        self._zone = zone
        self._now_ms = now_ms
        self._names: dict[str, str] = {}

    def make(self, events: list[Stored]) -> list[Row]:
        """The lines of some events, in their order."""
        return [self.row(event) for event in events]

    def row(self, event: Stored) -> Row:
        """The line of one event."""
        client, context = event.client, event.context
        device = str(client.get("device") or "")
        return Row(
            id=event.id,
            at=event.at,
            cursor=event.cursor,
            time=local_time(event.at, self._zone, self._now_ms),
            name=event.name,
            name_url=self._name_url(event.name),
            person=self.person(event),
            page=str(context.get("path") or context.get("url") or ""),
            page_detail=" · ".join(str(context[key]) for key in ("title", "url") if context.get(key)),
            country=str(client.get("country") or ""),
            device=DEVICES.get(device, ""),
            device_detail=device_words(client),
            bot=event.bot or "",
            failed=event.properties.get("status") == "failed",
        )

    def person(self, event: Stored) -> Person | None:
        """Who did it, None for an event of nobody."""
        if event.person is None:
            return None
        label, detail, trust = _who(event)
        url = self._base + replace(self._wanted, person=event.person).query()
        return Person(event.person, label, detail, trust, url)

    def _name_url(self, name: str) -> str:
        if name not in self._names:
            self._names[name] = self._base + replace(self._wanted, name=name).query()
        return self._names[name]


def device_words(client: dict[str, Any]) -> str:
    """Device, browser and system in words: mobile, Chrome on Android."""
    browser, system = client.get("browser"), client.get("os")
    software = " on ".join(str(part) for part in (browser, system) if part)
    return ", ".join(part for part in (str(client.get("device") or ""), software) if part)


def visitor_label(visitor: str) -> str:
    """A name for somebody unknown that is short and stays the same."""
    return "Visitor " + visitor[-SHORT_ID:]


def _who(event: Stored) -> tuple[str, str, str]:
    if event.user_id is None:
        visitor = event.visitor or ""
        return visitor_label(visitor), f"Visitor {visitor}, not known by name", ""
    profile = event.profile
    label = str(profile.get("name") or profile.get("email") or event.user_id)
    known = [profile.get("name"), profile.get("email"), f"user {event.user_id}"]
    trust = "verified" if event.flags & Flag.VERIFIED else "claimed"
    return label, " · ".join(str(part) for part in known if part), trust
