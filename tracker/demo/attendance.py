"""Who comes on which day: habits, leaving, coming back, and newcomers as far as there is room."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import log
from random import Random

from tracker.demo.chance import Wheel
from tracker.demo.days import Day
from tracker.demo.people import NO_DEVICE, People, Persona
from tracker.demo.places import COUNTRIES

LEAST_NEWCOMERS = 0.12
"""Share of a day's events that newcomers make at least."""
FULL = 0.9
"""Share of a day's events that people who were there before make at most."""
CATCHING_UP = 0.2
"""By which share a day may differ to make up for the days before it."""
GIVES_UP = 0.15
"""The chance that somebody who finds no time one day stays away for weeks."""
SECOND_DEVICE = 0.22
BREAK_DAYS = (27, 58)
APART_MS = 2 * 3_600_000
"""Visits of one person on one day begin at least this far apart."""

Start = tuple[int, int]
"""(epoch ms, who)"""


class Crowd:
    """What newcomers are drawn from."""

    __slots__ = ("countries", "devices", "personas", "seconds", "zone_hours")

    def __init__(
        self,
        personas: Sequence[Persona],
        countries: Wheel[int],
        devices: Wheel[int],
        seconds: Wheel[int],
        zone_hours: float,
    ) -> None:
        self.personas = personas
        self.countries = countries
        self.devices = devices
        self.seconds = seconds
        self.zone_hours = zone_hours
        """Hours from UTC where most people live: those elsewhere come at other hours of the site's day."""


class Attendance:
    """Plans one day after the other, and learns from `record` how many events a visit makes."""

    def __init__(
        self, people: People, crowd: Crowd, days: Sequence[Day], budget: Sequence[float], rng: Random
    ):
        self._people, self._crowd, self._days, self._budget, self._rng = people, crowd, days, budget, rng
        self._due = [array("I") for _ in days]
        self._arriving = Wheel((number, persona.share) for number, persona in enumerate(crowd.personas))
        # Running means of events a visit, for people on their first visit and later; first guesses.
        self._means = [9.0, 12.0]
        self._visits_a_day = 1.1
        self._made = 0.0
        self._wanted = 0.0

    def plan(self, day: Day) -> list[Start]:
        """The visits that begin on this day, in time order. The days must be asked for in their order."""
        starts: list[Start] = []
        if day.inside == 0:
            return starts
        budget = self._budget[day.index]
        most = budget * CATCHING_UP
        room = budget + max(-most, min(most, self._wanted - self._made))
        self._wanted += budget
        self._regulars(day, room, starts)
        room -= len(starts) * self._means[1]
        newcomers = max(room, budget * LEAST_NEWCOMERS) / self._means[0]
        for _ in range(int(newcomers + self._rng.random())):
            self._arrive(day, starts)
        starts.sort()
        return starts

    def record(self, is_new: bool, events: int) -> None:
        """Note how many events a visit made."""
        mean = self._means[not is_new]
        self._means[not is_new] = mean + (events - mean) * 0.002
        self._made += events

    def _regulars(self, day: Day, room: float, starts: list[Start]) -> None:
        """Those due today, as many as there is room for; the others find no time and come some other day."""
        random = self._rng.random
        due, self._due[day.index] = self._due[day.index], array("I")
        wanted = len(due) * day.inside * self._visits_a_day * self._means[1]
        chance = room * FULL / wanted if wanted else 1
        served = 0
        for who in due:
            if random() < chance:
                self._come(who, day, starts)
                served += 1
            elif random() < GIVES_UP:
                self._break(who, self._crowd.personas[self._people.persona[who]], day)
            else:
                persona = self._crowd.personas[self._people.persona[who]]
                self._schedule(who, day.index + self._gap(who, persona, day.index))
        if served and day.inside == 1:
            self._visits_a_day += (len(starts) / served - self._visits_a_day) * 0.3

    def _come(self, who: int, day: Day, starts: list[Start]) -> None:
        """One or several visits of somebody known, and when the next day will be."""
        random = self._rng.random
        persona = self._crowd.personas[self._people.persona[who]]
        latest = 0
        for at in self._moments(who, persona, day):
            if day.opens <= at < day.closes and at - latest >= APART_MS:
                starts.append((at, who))
                latest = at
        stays_away = persona.leaves * (1 + 3 / (1 + self._people.visits[who])) * (2.5 if day.incident else 1)
        if random() >= stays_away:
            self._schedule(who, day.index + self._gap(who, persona, day.index))
        else:
            self._break(who, persona, day)

    def _moments(self, who: int, persona: Persona, day: Day) -> list[int]:
        at = self._moment(who, persona, day)
        if self._rng.random() >= persona.again * (1.3 if day.payday else 1):
            return [at]
        moments = [at, self._moment(who, persona, day)]
        if self._rng.random() < persona.again:
            moments.append(self._moment(who, persona, day))
        return sorted(moments)

    def _arrive(self, day: Day, starts: list[Start]) -> None:
        random, crowd = self._rng.random, self._crowd
        number = self._arriving.pick(random())
        persona = crowd.personas[number]
        second = crowd.seconds.pick(random()) if random() < SECOND_DEVICE else NO_DEVICE
        who = self._people.add(number, crowd.countries.pick(random()), crowd.devices.pick(random()), second)
        at = self._moment(who, persona, day)
        if not day.opens <= at < day.closes:
            at = day.opens + int(random() * (day.closes - day.opens))
        starts.append((at, who))
        if random() >= persona.leaves_first:
            self._schedule(who, day.index + self._gap(who, persona, day.index))
        else:
            self._break(who, persona, day)

    def _moment(self, who: int, persona: Persona, day: Day) -> int:
        random = self._rng.random
        wheel = persona.rhythm.wheel(day.weekday)
        away = self._crowd.zone_hours - COUNTRIES[self._people.country[who]].hours
        return day.moment(int(wheel.pick(random()) + away) % 24, random())

    def _gap(self, who: int, persona: Persona, today: int) -> int:
        """Days until the next visit: exponential, shorter while it is new, moved on to a day that suits."""
        random = self._rng.random
        visits = self._people.visits[who]
        mean = (persona.gap - 0.5) * (0.35 if visits < 2 else 0.75 if visits < 5 else 1)
        gap = 1 + int(-log(1 - random()) * mean)
        for _ in range(3):
            if today + gap >= len(self._days):
                break
            day = self._days[today + gap]
            if random() < persona.rhythm.week[day.weekday] * day.pull:
                break
            gap += 1
        return gap

    def _break(self, who: int, persona: Persona, day: Day) -> None:
        if self._rng.random() < persona.comes_back:
            shortest, longest = BREAK_DAYS
            self._schedule(who, day.index + self._rng.randrange(shortest, longest))

    def _schedule(self, who: int, index: int) -> None:
        if index < len(self._due):
            self._due[index].append(who)
