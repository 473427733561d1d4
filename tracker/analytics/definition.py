"""Reading what people define (segments, funnels, goals) from JSON, with errors that name the part at fault.

Every function takes the value and its path, such as `criteria.and[1].times`, and raises Invalid with that
path for its field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec

from tracker.analytics import filters
from tracker.analytics.query import WITHOUT_VALUES, Filter, Operator, parse_filter
from tracker.errors import Invalid

T = TypeVar("T")
MAX_NAME = 120
MAX_FILTERS = 20


def fields(value: Any, path: str, known: Iterable[str]) -> Mapping[str, Any]:
    """An object with no fields but those known; fields that are null count as left out."""
    if not isinstance(value, dict):
        raise Invalid(f"{path or 'The definition'} must be an object.", field=path or None)
    allowed = tuple(known)
    for key in value:
        if key not in allowed:
            raise Invalid(
                f"There is no field {str(key)[:60]!r} here; use {', '.join(allowed)}.",
                field=inside(path, key),
            )
    return {key: item for key, item in value.items() if item is not None}


def inside(path: str, key: Any) -> str:
    """The path of a field: `criteria` and `and` make `criteria.and`."""
    return f"{path}.{str(key)[:60]}" if path else str(key)[:60]


def text(value: Any, path: str, limit: int = MAX_NAME) -> str:
    """Text that is not blank, trimmed."""
    if not isinstance(value, str) or not value.strip():
        raise Invalid(f"{path} must be text that is not empty.", field=path)
    if len(value.strip()) > limit:
        raise Invalid(f"{path} may have {limit} characters at most.", field=path)
    return value.strip()


def whole(value: Any, path: str, low: int, high: int) -> int:
    """A whole number between two others, both included."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid(f"{path} must be a whole number from {low} to {high}.", field=path)
    return value


def flag(value: Any, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Invalid(f"{path} must be true or false.", field=path)
    return value


def day(value: Any, path: str) -> date:
    """A date written YYYY-MM-DD."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or not date(1970, 1, 2) <= found <= date(2200, 1, 1):
        raise Invalid(f"{path} must be a date such as 2026-03-29.", field=path)
    return found


def choice(value: Any, path: str, known: Iterable[str]) -> str:
    """One of several words."""
    allowed = tuple(known)
    if value not in allowed:
        raise Invalid(f"{path} must be one of {', '.join(allowed)}.", field=path)
    return str(value)


def several(
    value: Any, path: str, read: Callable[[Any, str], T], low: int = 1, high: int = 50
) -> tuple[T, ...]:
    """A list whose items `read` reads."""
    if not isinstance(value, list) or not low <= len(value) <= high:
        raise Invalid(f"{path} must be a list of {low} to {high} items.", field=path)
    return tuple(read(item, f"{path}[{index}]") for index, item in enumerate(value))


def comparison(value: Mapping[str, Any], path: str, dimension: str, where: str) -> Filter:
    """The filter on `dimension` that the fields `operator`, `values` or `value` of an object make.

    `where` is the field that names the dimension.
    """
    operator = Operator(choice(value.get("operator", "is"), inside(path, "operator"), list(Operator)))
    at = inside(path, "value" if "value" in value else "values")
    if "value" in value and "values" in value:
        raise Invalid("Give either value or values.", field=at)
    if operator in WITHOUT_VALUES:
        if "value" in value or "values" in value:
            raise Invalid(f"The operator {operator} takes no values.", field=at)
        return _checked(Filter(dimension, operator), inside(path, where), at)
    given = [value["value"]] if "value" in value else value.get("values")
    return _checked(Filter(dimension, operator, several(given, at, _scalar, 1, 100)), inside(path, where), at)


def filter_(value: Any, path: str) -> Filter:
    """A filter: text such as `page:is:/pricing`, or an object of `dimension`, `operator` and `values`."""
    if isinstance(value, str):
        return _checked(parse_filter(value), path, path)
    found = fields(value, path, ("dimension", "operator", "values", "value"))
    return comparison(found, path, text(found.get("dimension"), inside(path, "dimension"), 220), "dimension")


def filter_json(wanted: Filter) -> dict[str, Any]:
    """The object `filter_` reads."""
    values = {"values": list(wanted.values)} if wanted.values else {}
    return {"dimension": wanted.dimension, "operator": str(wanted.operator), **values}


def from_text(document: str, name: str) -> Any:
    """JSON out of a request parameter."""
    try:
        return msgspec.json.decode(document)
    except msgspec.DecodeError as error:
        raise Invalid(f"{name} is not JSON: {error}.", field=name) from error


def _scalar(value: Any, path: str) -> str:
    """Numbers and truth values are compared as the text they are kept as."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return msgspec.json.encode(value).decode()
    return text(value, path, 2_000)


def _checked(wanted: Filter, named: str, valued: str) -> Filter:
    """The filter, if it can be applied: a wrong dimension is `named`'s fault, the rest `valued`'s."""
    try:
        return filters.check(wanted)
    except Invalid as error:
        error.field = valued if filters.known(wanted.dimension) else named
        raise
