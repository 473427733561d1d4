"""Forms that define things: what they say as the JSON that definitions are read from, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tracker.errors import Invalid

Json = dict[str, Any]
Fields = Callable[[str], Sequence[str]]
"""All values of a field, in order, as `request.form.getlist` tells them."""

DID, DID_NOT, SAW, TRAIT, HAS, FIRST, LAST, AWAY, TOTAL = (
    "event", "not_event", "page", "trait", "dimension", "first_seen", "last_seen", "away", "total",
)  # fmt: skip
KINDS: dict[str, str] = {
    DID: "did the event",
    DID_NOT: "did not do the event",
    SAW: "saw the page",
    TRAIT: "has the trait",
    HAS: "had (country, device, source …)",
    FIRST: "first seen in the last … days",
    LAST: "last seen in the last … days",
    AWAY: "not seen for … days",
    TOTAL: "has at least so many (sessions, events, page_views)",
}
"""Kinds of rows of a segment's form."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a segment's form, all texts."""

    kind: str = ""
    what: str = ""
    value: str = ""
    number: str = ""
    days: str = ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a funnel's form, or a goal."""

    name: str = ""
    kind: str = "event"
    what: str = ""
    filter: str = ""


def from_form(kind: str, fields: Fields) -> Json:
    """The definition a form says. Raises Invalid where a field cannot be read."""
    name: Json = {"name": _one(fields, "name")}
    if kind == "features":
        return {**name, "category": _one(fields, "category") or None}
    if kind == "goals":
        (step,) = _steps(fields)[:1] or [{"event": ""}]
        return {**step, **name}
    if kind == "funnels":
        window = f"{_one(fields, 'window_number') or '14'}{_one(fields, 'window_unit') or 'd'}"
        return {**name, "steps": _steps(fields), "window": window, "per": _one(fields, "per") or "person"}
    return {**name, "criteria": _criteria(fields)}


def rows_of(criteria: Json) -> tuple[str, list[Row]] | None:
    """How criteria are matched (`and` or `or`) and their rows; None where a form cannot show them."""
    how = next((word for word in ("and", "or") if word in criteria), "and")
    parts = criteria.get(how, [criteria])
    rows = [_row(part) for part in parts]
    return None if any(row is None for row in rows) else (how, [row for row in rows if row is not None])


def step_row(step: Json) -> StepRow:
    """A step or goal as its row; filters one after the other."""
    filters = list(step.get("filters", ()))
    kind, what = "event", step.get("event") or ""
    if filters and step.get("event") == "page_viewed" and _is_page(filters[0]):
        kind, what = "page", filters.pop(0)["values"][0]
    return StepRow(step.get("name", ""), kind, what, ", ".join(_filter_text(one) for one in filters))


def pretty(value: Any) -> str:
    """JSON for people to change."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _steps(fields: Fields) -> list[Json]:
    columns = (fields("step_name"), fields("step_kind"), fields("step_what"), fields("step_filter"))
    return [_step(*row) for row in zip(*columns, strict=False) if row[2].strip()]


def _step(name: str, kind: str, what: str, filters: str) -> Json:
    told = [text.strip() for text in filters.split(",") if text.strip()]
    step: Json = {"name": name.strip()} if name.strip() else {}
    step["page" if kind == "page" else "event"] = what.strip()
    return step | ({"filters": told} if told else {})


def _criteria(fields: Fields) -> Any:
    if _one(fields, "advanced"):
        try:
            return msgspec.json.decode(_one(fields, "criteria"))
        except msgspec.DecodeError as error:
            raise Invalid(f"The criteria are not JSON: {error}.", field="criteria") from error
    names = ("row_kind", "row_what", "row_value", "row_number", "row_days")
    rows = [Row(*(text.strip() for text in row)) for row in zip(*map(fields, names), strict=False)]
    parts = [_part(row, place) for place, row in enumerate(rows) if row.kind]
    if not parts:
        raise Invalid("Say at least one thing that is true of them.", field="criteria")
    how = "or" if _one(fields, "match") == "or" else "and"
    return parts[0] if len(parts) == 1 else {how: parts}


def _part(row: Row, place: int) -> Json:
    days: Json = {"days": _whole(row.days, f"days of row {place + 1}")} if row.days else {}
    if row.kind in (DID, DID_NOT, SAW):
        part: Json = {"page" if row.kind == SAW else "event": row.what, **days}
        if row.kind == DID_NOT:
            return {**part, "done": False}
        return part | ({"times": _whole(row.number, f"times of row {place + 1}")} if row.number else {})
    if row.kind in (TRAIT, HAS):
        values = [text.strip() for text in row.value.split(",") if text.strip()]
        told: Json = {"operator": "is", "values": values} if values else {"operator": "known"}
        return {row.kind: row.what, **told, **(days if row.kind == HAS else {})}
    if row.kind == TOTAL:
        return {"total": row.what, "at_least": _whole(row.number, f"number of row {place + 1}")}
    field = "first_seen" if row.kind == FIRST else "last_seen"
    within = "not_within_days" if row.kind == AWAY else "within_days"
    return {field: {within: _whole(row.days, f"days of row {place + 1}")}}


def _row(part: Json) -> Row | None:
    days = str(part.get("days", ""))
    if "event" in part or "page" in part:
        return _event_row(part, days)
    for kind in (TRAIT, HAS):
        if kind in part and part.get("operator", "is") in ("is", "known"):
            return Row(kind, part[kind], ", ".join(part.get("values", ())), "", days)
    if "total" in part and "at_most" not in part:
        return Row(TOTAL, part["total"], "", str(part.get("at_least", "")))
    for name, kind in (("first_seen", FIRST), ("last_seen", LAST)):
        if name in part and len(part[name]) == 1:
            if "within_days" in part[name]:
                return Row(kind, days=str(part[name]["within_days"]))
            if "not_within_days" in part[name] and kind == LAST:
                return Row(AWAY, days=str(part[name]["not_within_days"]))
    return None


def _event_row(part: Json, days: str) -> Row | None:
    shown = step_row(part)
    if shown.filter:
        return None
    times = part.get("times", 1)
    number = str(times) if times != 1 else ""
    if part.get("done", True):
        return Row(SAW if shown.kind == "page" else DID, shown.what, "", number, days)
    return Row(DID_NOT, shown.what, "", "", days) if shown.kind == "event" and not number else None


def _is_page(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and one.get("dimension") == "page"
        and one.get("operator") == "is"
        and len(one.get("values", ())) == 1
    )


def _filter_text(one: Any) -> str:
    if isinstance(one, str):
        return one
    return f"{one['dimension']}:{one['operator']}:{'|'.join(one.get('values', ()))}".rstrip(":")


def _one(fields: Fields, name: str) -> str:
    return (fields(name) or [""])[0].strip()


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(f"{name} must be a whole number.", field="criteria")
    return int(text)
