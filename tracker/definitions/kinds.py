"""The kinds of definitions: how each is read, written, and which ones a site may start from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.analytics.funnels.funnel import TEMPLATES as FUNNELS
from tracker.analytics.funnels.funnel import Funnel
from tracker.analytics.goals.goal import MAX_GOALS, Goal
from tracker.analytics.goals.templates import TEMPLATES as GOALS
from tracker.analytics.listed_features import MAX_LISTED, ListedFeature
from tracker.analytics.segments.segment import Segment
from tracker.analytics.segments.templates import TEMPLATES as SEGMENTS
from tracker.errors import NotFound


class Defined(Protocol):
    """A segment, goal, funnel or feature: a value, so that it can be part of a cache key."""

    @property
    def name(self) -> str:
        """What people call it."""

    def to_json(self) -> dict[str, Any]:
        """What the kind's `parse` reads."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `name` is the word in addresses, `one` the word for people."""

    name: str
    one: str
    parse: Callable[[Any], Defined]
    most: int
    """How many a site may have."""
    templates: tuple[Defined, ...] = ()
    """Offered to every site; never made without being asked for."""


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("segments", "segment", Segment.parse, 100, SEGMENTS),
        Kind("goals", "goal", Goal.parse, MAX_GOALS, GOALS),
        Kind("funnels", "funnel", Funnel.parse, 100, tuple(FUNNELS.values())),
        Kind("features", "feature", ListedFeature.parse, MAX_LISTED),
    )
}


def kind(name: str) -> Kind:
    """The kind of that name. Raises NotFound."""
    found = KINDS.get(name)
    if found is None:
        raise NotFound(f"There are no {name[:60]!r} here; use one of {', '.join(KINDS)}.", field="kind")
    return found
