"""Something that happens, as people define it: an event of a name that passes filters, or a page view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics import definition
from tracker.analytics.filters import passing
from tracker.analytics.query import Filter, Query
from tracker.columns.schema import events
from tracker.domain.event import PAGE_VIEW, PAGE_VIEW_ALIASES
from tracker.errors import Invalid

FIELDS = ("event", "page", "filters")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event called `event` (None: any) that passes all `filters`."""

    event: str | None = None
    filters: tuple[Filter, ...] = ()

    @classmethod
    def parse(cls, value: Any, path: str) -> Occurrence:
        """Read the fields `event` and `filters`; `page` stands for a view of that page.

        Raises Invalid with the path of the part at fault.
        """
        found = {key: item for key, item in value.items() if key in FIELDS and item is not None}
        filters = definition.several(
            found.get("filters", []),
            definition.inside(path, "filters"),
            definition.filter_,
            0,
            definition.MAX_FILTERS,
        )
        if "page" in found:
            if "event" in found:
                raise Invalid("Give either event or page.", field=definition.inside(path, "page"))
            page = definition.text(found["page"], definition.inside(path, "page"), 2_000)
            return cls(PAGE_VIEW, (Filter("page", values=(page,)), *filters))
        name = definition.text(found.get("event"), definition.inside(path, "event"))
        return cls(PAGE_VIEW if name in PAGE_VIEW_ALIASES else name, filters)

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        filters = {"filters": [definition.filter_json(f) for f in self.filters]} if self.filters else {}
        return {"event": self.event, **filters}

    def condition(self, query: Query) -> sa.ColumnElement[bool]:
        """Whether a row of `events` in the query's period is one. Site, period and bots are the caller's."""
        named = [events.c.name == self.event] if self.event is not None else []
        return sa.and_(*named, *passing(query, self.filters))

    @property
    def words(self) -> str:
        """For people: `purchase`, `a view of /pricing`, `purchase (plan is pro)`."""
        rest = list(self.filters)
        name = self.event or "any event"
        if self.event == PAGE_VIEW and rest and rest[0].dimension == "page":
            name = f"a view of {_values(rest.pop(0))}"
        return f"{name} ({', '.join(comparison_words(f) for f in rest)})" if rest else name


def comparison_words(wanted: Filter) -> str:
    """A filter for people: `country is DE or AT`."""
    name = wanted.dimension.removeprefix("property.").removeprefix("trait.").replace("_", " ")
    return f"{name} {str(wanted.operator).replace('_', ' ')} {_values(wanted)}".rstrip()


def _values(wanted: Filter) -> str:
    return " or ".join(wanted.values)
