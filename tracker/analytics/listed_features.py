"""The feature catalogue: events that count as uses of a feature by their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracker.analytics import definition
from tracker.errors import Invalid

MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class ListedFeature:
    """An event of that name is a use; `category` is its category where the event itself names none."""

    name: str
    category: str | None = None

    @classmethod
    def parse(cls, value: Any, path: str = "") -> ListedFeature:
        """Read `{"name": "export_created", "category": "Files"}`. Raises Invalid with the path at fault."""
        found = definition.fields(value, path, ("name", "category"))
        name = definition.text(found.get("name"), definition.inside(path, "name"))
        category = found.get("category")
        if category is not None:
            category = definition.text(category, definition.inside(path, "category"))
        return cls(name, category)

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return {"name": self.name, **({"category": self.category} if self.category else {})}


def names(text: str) -> tuple[ListedFeature, ...]:
    """Event names out of `signed,exported`, each once. Raises Invalid."""
    found = dict.fromkeys(name.strip() for name in text.split(",") if name.strip())
    if len(found) > MAX_LISTED:
        raise Invalid(f"{MAX_LISTED} event names may be listed at most.", field="listed")
    return tuple(map(ListedFeature, found))
