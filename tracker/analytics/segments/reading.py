"""Criteria from JSON. Every error names the path of the part at fault, such as `criteria.and[1].times`.

A criterion is one of::

    {"and": [criterion, …]}   {"or": [criterion, …]}   {"not": criterion}
    {"event": "purchase", "filters": ["property.plan:pro"], "times": 3, "days": 30, "done": true}
    {"page": "/pricing", "times": 2}
    {"trait": "plan", "operator": "is", "values": ["pro", "team"]}
    {"property": "plan", "value": "pro", "days": 30}
    {"dimension": "country", "value": "DE"}
    {"first_seen": {"after": "2026-01-01", "before": "2026-02-01"}}
    {"last_seen": {"not_within_days": 30}}
    {"total": "sessions", "at_least": 5, "at_most": 20}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from tracker.analytics import definition
from tracker.analytics.definition import inside
from tracker.analytics.occurrence import Occurrence
from tracker.analytics.segments.criteria import (
    OF_PERSON,
    Criterion,
    Did,
    Either,
    Every,
    Has,
    Not,
    Seen,
    Total,
)
from tracker.errors import Invalid

MAX_DEPTH = 6
MAX_PARTS = 50
MAX_DAYS = 3_650
COMPARING = ("operator", "values", "value")
SEEN = ("after", "before", "within_days", "not_within_days")
TOTALS = ("sessions", "events", "page_views")


def criterion(value: Any, path: str, depth: int = 1) -> Criterion:
    """One criterion with all its parts. Raises Invalid."""
    if not isinstance(value, dict):
        raise Invalid(f"{path} must be an object, such as {{'event': 'purchase'}}.", field=path)
    kinds = [kind for kind in READERS if kind in value]
    if len(kinds) != 1:
        wrong = inside(path, kinds[1]) if kinds else path
        raise Invalid(f"{path} must have one of {', '.join(READERS)}.", field=wrong)
    if depth > MAX_DEPTH:
        raise Invalid(f"Criteria may be nested {MAX_DEPTH} deep at most.", field=path)
    return READERS[kinds[0]](value, path, depth)


def count(found: Criterion) -> int:
    """How many single criteria there are in it."""
    if isinstance(found, Every | Either):
        return sum(count(part) for part in found.parts)
    return count(found.part) if isinstance(found, Not) else 1


def _every(value: Any, path: str, depth: int) -> Criterion:
    return Every(_parts(definition.fields(value, path, ("and",)).get("and"), inside(path, "and"), depth))


def _either(value: Any, path: str, depth: int) -> Criterion:
    return Either(_parts(definition.fields(value, path, ("or",)).get("or"), inside(path, "or"), depth))


def _parts(value: Any, path: str, depth: int) -> tuple[Criterion, ...]:
    return definition.several(value, path, lambda item, at: criterion(item, at, depth + 1), 1, MAX_PARTS)


def _not(value: Any, path: str, depth: int) -> Criterion:
    found = definition.fields(value, path, ("not",))
    return Not(criterion(found.get("not"), inside(path, "not"), depth + 1))


def _did(value: Any, path: str, depth: int) -> Criterion:
    found = definition.fields(value, path, ("event", "page", "filters", "times", "days", "done"))
    return Did(
        Occurrence.parse(found, path),
        definition.whole(found.get("times", 1), inside(path, "times"), 1, 1_000_000),
        _days(found, path, "days"),
        definition.flag(found.get("done", True), inside(path, "done")),
    )


def _trait(value: Any, path: str, depth: int) -> Criterion:
    found = definition.fields(value, path, ("trait", *COMPARING))
    name = definition.text(found.get("trait"), inside(path, "trait"), 200)
    return Has(definition.comparison(found, path, f"trait.{name}", "trait"), field="trait")


def _property(value: Any, path: str, depth: int) -> Criterion:
    found = definition.fields(value, path, ("property", *COMPARING, "days"))
    name = definition.text(found.get("property"), inside(path, "property"), 200)
    wanted = definition.comparison(found, path, f"property.{name}", "property")
    return Has(wanted, _days(found, path, "days"), "property")


def _dimension(value: Any, path: str, depth: int) -> Criterion:
    found = definition.fields(value, path, ("dimension", *COMPARING, "days"))
    name = definition.text(found.get("dimension"), inside(path, "dimension"), 220)
    days = _days(found, path, "days")
    if name not in OF_PERSON and not name.startswith("trait."):
        return Has(definition.comparison(found, path, name, "dimension"), days)
    if days is not None:
        raise Invalid(f"days cannot be said of {name}: the latest is known only.", field=inside(path, "days"))
    # What is known of persons only is compared like any other text.
    known = name if name.startswith("trait.") else "country"
    return Has(replace(definition.comparison(found, path, known, "dimension"), dimension=name))


def _seen(which: str) -> Callable[[Any, str, int], Criterion]:
    def read(value: Any, path: str, depth: int) -> Criterion:
        outer = definition.fields(value, path, (which,))
        at = inside(path, which)
        found = definition.fields(outer.get(which), at, SEEN)
        if not found:
            raise Invalid(f"{at} needs one of {', '.join(SEEN)}.", field=at)
        return Seen(
            which,
            after=_day(found, at, "after"),
            before=_day(found, at, "before"),
            within_days=_days(found, at, "within_days"),
            not_within_days=_days(found, at, "not_within_days"),
        )

    return read


def _total(value: Any, path: str, depth: int) -> Criterion:
    found = definition.fields(value, path, ("total", "at_least", "at_most"))
    if len(found) < 2:
        raise Invalid("Say at_least, at_most or both.", field=path)
    least = definition.whole(found.get("at_least", 0), inside(path, "at_least"), 0, 10**9)
    most = inside(path, "at_most")
    return Total(
        definition.choice(found.get("total"), inside(path, "total"), TOTALS),
        least,
        definition.whole(found["at_most"], most, least, 10**9) if "at_most" in found else None,
    )


def _day(found: Mapping[str, Any], path: str, name: str) -> date | None:
    return definition.day(found[name], inside(path, name)) if name in found else None


def _days(found: Mapping[str, Any], path: str, name: str) -> int | None:
    return definition.whole(found[name], inside(path, name), 1, MAX_DAYS) if name in found else None


READERS: dict[str, Callable[[Any, str, int], Criterion]] = {
    "and": _every,
    "or": _either,
    "not": _not,
    "event": _did,
    "page": _did,
    "trait": _trait,
    "property": _property,
    "dimension": _dimension,
    "first_seen": _seen("first_seen"),
    "last_seen": _seen("last_seen"),
    "total": _total,
}
