"""All requests of all sites in the order in which they arrive, made as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush, merge
from random import Random

from tracker.demo import robots
from tracker.demo.attendance import Attendance, Start
from tracker.demo.days import DAY_MS, Day, local_days
from tracker.demo.people import People
from tracker.demo.request import DemoRequest
from tracker.demo.stories import STORIES, Story
from tracker.demo.visit import Visit
from tracker.errors import Invalid

MOST_VISITS = 65_535
"""People's visits are counted no further."""

SETTLING_MS = 30 * 60_000
"""After a visit, its slowest webhooks come within this time."""

Waiting = list[tuple[int, int, DemoRequest]]
"""(received_at, number, request): requests of visits that go on, a heap."""


def requests(seed: int, end_ms: int, days: int, events: int) -> Iterator[DemoRequest]:
    """About `events` events from `days` times 24 hours before `end_ms` until just before it.

    In the order of `received_at`, the same ones for the same arguments. Memory holds a few bytes for
    each person and the visits of one day. Raises Invalid where `days` or `events` is less than 1.
    """
    if days < 1:
        raise Invalid("days must be 1 or more.", field="days")
    if events < 1:
        raise Invalid("events must be 1 or more.", field="events")
    start_ms = end_ms - days * DAY_MS
    streams = [_Stream(story, seed, start_ms, end_ms, events).run() for story in STORIES]
    return merge(*streams, key=_received)


def _received(request: DemoRequest) -> int:
    return request.received_at


class _Stream:
    """The requests of one site."""

    def __init__(self, story: Story, seed: int, start_ms: int, end_ms: int, events: int) -> None:
        self._story, self._end_ms = story, end_ms
        # Seeded with a text, which random turns into a number by SHA-512: the same in every run.
        self._rng = Random(f"desirepath {seed} {story.site.slug}")  # noqa: S311 - play, not secrecy
        self._people = People(self._rng.getrandbits(64))
        self._days = local_days(story.site.time_zone, start_ms, end_ms, story.season)
        budget = _budget(story, self._days, events, self._rng)
        self._attendance = Attendance(self._people, story.crowd, self._days, budget, self._rng)
        self._waiting: Waiting = []
        self._number = 0
        self._robots_due = 0.0

    def run(self) -> Iterator[DemoRequest]:
        for day in self._days:
            starts = self._attendance.plan(day)
            self._crawl(day, starts)
            for at, who in starts:
                yield from self._until(at)
                self._visit(who, at, day)
        yield from self._until(self._end_ms - 1)

    def _until(self, at: int) -> Iterator[DemoRequest]:
        """What was received by then. Visits that begin later send later."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= at:
            yield heappop(waiting)[2]

    def _visit(self, who: int, at: int, day: Day) -> None:
        people = self._people
        if at < people.busy_until[who]:
            return
        visit = Visit(self._story.site, people, who, at, day, self._rng)
        self._story.perform(visit)
        visit.close()
        people.busy_until[who] = visit.at + SETTLING_MS
        people.visits[who] = min(MOST_VISITS, people.visits[who] + 1)
        self._attendance.record(visit.is_new, visit.made)
        self._robots_due += len(visit.requests) * robots.SHARE
        for request in visit.requests:
            self._wait(request)

    def _crawl(self, day: Day, starts: Sequence[Start]) -> None:
        """Robots come as often as people did the day before; on the first day, as they are going to."""
        if day.index == 0:
            self._robots_due = len(starts) * 3 * robots.SHARE
        count = int(self._robots_due)
        self._robots_due -= count
        for request in robots.crawl(self._story.site, self._story.pages, day, count, self._rng):
            self._wait(request)

    def _wait(self, request: DemoRequest) -> None:
        if request.received_at < self._end_ms:
            self._number += 1
            heappush(self._waiting, (request.received_at, self._number, request))


def _budget(story: Story, days: Sequence[Day], events: int, rng: Random) -> list[float]:
    """How many events people make on each day."""
    weights = [day.inside * day.busy * story.week[day.weekday] * (0.94 + 0.12 * rng.random()) for day in days]
    total = sum(weights)
    # Robots make a page view a request, of which people make about every second event.
    of_people = events * story.share * (1 - robots.SHARE / 2)
    return [of_people * weight / total for weight in weights]
