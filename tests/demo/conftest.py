"""Ninety generated days, made once for all tests."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tracker.demo import SITES, DemoRequest, requests

END_MS = int(datetime(2026, 11, 14, 9, 30, tzinfo=UTC).timestamp() * 1000)
DAYS = 90
EVENTS = 60_000

ZONES = {site.slug: ZoneInfo(site.time_zone) for site in SITES}
ROBOT_WORDS = ("bot", "headless", "externalhit")


def is_robot(request: DemoRequest) -> bool:
    return any(word in request.user_agent.lower() for word in ROBOT_WORDS)


@dataclass
class Told:
    """One event with what its request says."""

    request: DemoRequest
    name: str
    at: int
    properties: dict[str, Any]

    @property
    def site(self) -> str:
        return self.request.site

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.at / 1000, ZONES[self.site]).date()

    @property
    def user(self) -> str | None:
        user = self.request.body["user"]
        return user and user["id"]


@pytest.fixture(scope="session")
def made() -> list[DemoRequest]:
    return list(requests(7, END_MS, DAYS, EVENTS))


@pytest.fixture(scope="session")
def told(made: list[DemoRequest]) -> list[Told]:
    return [
        Told(request, event["eventName"], event["timestamp"], event.get("properties", {}))
        for request in made
        for event in request.body["events"]
    ]


@pytest.fixture(scope="session")
def active_days(told: list[Told]) -> dict[tuple[str, str], set[date]]:
    """The days on which each person did something; who signed in is one person on all devices."""
    users = {
        (event.site, event.request.body["visitor"]): event.user
        for event in told
        if event.user and event.request.body["visitor"]
    }
    days: dict[tuple[str, str], set[date]] = defaultdict(set)
    for event in told:
        visitor = event.request.body["visitor"]
        who = event.user or users.get((event.site, visitor)) or visitor
        if who and event.request.trust != "secret":
            days[event.site, who].add(event.day)
    return days
