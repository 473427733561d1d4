"""A goal: a name, and what happens when it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracker.analytics import definition
from tracker.analytics.occurrence import FIELDS, Occurrence

MAX_GOALS = 50


@dataclass(frozen=True, slots=True)
class Goal:
    """Reached with every event that is `what`."""

    name: str
    what: Occurrence

    @classmethod
    def parse(cls, value: Any, path: str = "") -> Goal:
        """Read `{"name": "Bought", "event": "purchase", "filters": […]}`, or with `page` for `event`.

        Raises Invalid with the path of the part at fault.
        """
        found = definition.fields(value, path, ("name", *FIELDS))
        return cls(
            definition.text(found.get("name"), definition.inside(path, "name")),
            Occurrence.parse(found, path),
        )

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return {"name": self.name, **self.what.to_json()}


def read(text: str) -> tuple[Goal, ...]:
    """Goals out of a request parameter: a list of them as JSON."""
    return definition.several(definition.from_text(text, "goals"), "goals", Goal.parse, 1, MAX_GOALS)
