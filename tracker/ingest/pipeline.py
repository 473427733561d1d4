"""The road of an event: a tuple of named steps, each filling in a part of it or refusing it.

Every door sends its events through here and nowhere else. Cheap refusals stand first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tracker.domain.arrival import Arrival
from tracker.domain.event import Drop, Event, RawEvent
from tracker.ingest import consent, place, what, when, who
from tracker.ingest.tools import Tools

Step = Callable[[Event, RawEvent, Arrival, Tools], Drop | None]

STEPS: tuple[Step, ...] = (
    who.may_track,
    what.name,
    what.event_id,
    when.event_time,
    when.still_open,
    who.user,
    who.visitor,
    who.session,
    who.not_erased,
    what.interactive,
    consent.readable,
    what.properties,
    place.page,
    who.pseudonymised,
    place.device,
)


@dataclass(frozen=True, slots=True)
class Passed:
    """What came through, and what was refused and why."""

    events: list[Event]
    drops: list[Drop]


class Pipeline:
    """The steps with the tools they work with."""

    def __init__(self, tools: Tools, steps: tuple[Step, ...] = STEPS) -> None:
        self._tools = tools
        self._steps = steps

    def run(self, arrival: Arrival, raw_events: Iterable[RawEvent]) -> Passed:
        """Take each event through all steps. A refused one never costs its neighbours."""
        events: list[Event] = []
        drops: list[Drop] = []
        steps, tools, site_id = self._steps, self._tools, arrival.site.id
        for raw in raw_events:
            event = Event(site_id=site_id, received_at=arrival.received_at)
            for step in steps:
                drop = step(event, raw, arrival, tools)
                if drop is not None:
                    drops.append(drop)
                    break
            else:
                events.append(event)
        return Passed(events, drops)
