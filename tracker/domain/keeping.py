"""How long a site keeps what: details, the words of errors, single event names; what it keeps for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tracker.domain import consent, payments
from tracker.domain.event import MAX_NAME, PAGE_VIEW, PAGE_VIEW_ALIASES
from tracker.domain.period import day_start, local_day
from tracker.errors import Invalid

DETAILS_DAYS = 90
ERRORS_DAYS = 30
LONGEST_DAYS = 36_500
MAX_NAMES = 100
FOR_EVER = frozenset({*payments.EVENTS, payments.DEDUCTED, "purchase", consent.NAME})
"""Events that payments, balances and sales are made of, and proofs of consent: no age, no full disk
takes them."""
FIGURES = frozenset(
    {"path", "feature", "category", "duration", "product_id", "product_name", "name", "amount", "revenue"}
    | {"currency", "reference", "status"}
)
"""Properties that stay when the words of an error go: figures are made of them."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a site keeps, in days; None is for ever.

    `errors` is how long the words of errors stay: their message and other properties. `names` holds what is
    kept shorter or longer than other details. `begun` tells whether anything goes at all: it does once
    somebody has seen these numbers and said so. `archive` is whether events are written to files outside the
    ledger before they go.
    """

    details: int | None = DETAILS_DAYS
    errors: int | None = ERRORS_DAYS
    names: Mapping[str, int | None] = field(default_factory=dict)
    begun: bool = False
    archive: bool = False

    def of(self, name: str) -> int | None:
        """Days an event of that name is kept."""
        return None if name in FOR_EVER else self.names.get(name, self.details)

    @property
    def shortest(self) -> int | None:
        """Days after which the first events of a day go, None where none ever do."""
        return min((days for days in (self.details, *self.names.values()) if days is not None), default=None)


def limit(days: int | None, zone: str, now_ms: int) -> int | None:
    """The local midnight (epoch ms) before which things kept so many days go; None: never."""
    if days is None:
        return None
    return day_start(zone, local_day(zone, now_ms) - timedelta(days=days))


def read(told: Mapping[str, Any]) -> dict[str, Any]:
    """Checked `details`, `errors`, `names` and `archive` out of what a form or a document says.

    Raises Invalid naming the field. Days are whole numbers; None stands for ever.
    """
    found: dict[str, Any] = {}
    for key, value in told.items():
        if key in ("details", "errors"):
            found[key] = days(value, key)
        elif key == "names":
            found[key] = names(value)
        elif key == "archive":
            if not isinstance(value, bool):
                raise Invalid("archive is true or false.", field=key)
            found[key] = value
        else:
            raise Invalid(
                f"There is nothing called {key[:60]!r} to keep; say details, errors, names or archive.",
                field=key[:60],
            )
    return found


def days(value: Any, where: str) -> int | None:
    """A number of days. Raises Invalid."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_DAYS:
        raise Invalid(
            f"{where} is a number of days from 1 to {LONGEST_DAYS:,}, or null for ever.", field=where
        )
    return value


def names(value: Any) -> dict[str, int | None]:
    """Days by event name. Raises Invalid."""
    if not isinstance(value, Mapping):
        raise Invalid("names is an object of days by event name.", field="names")
    if len(value) > MAX_NAMES:
        raise Invalid(f"{MAX_NAMES} names may be kept longer or shorter.", field="names")
    found: dict[str, int | None] = {}
    for text, number in value.items():
        name = _name(text)
        found[name] = days(number, f"names.{name}")
    return dict(sorted(found.items()))


def from_text(text: str, where: str) -> int | None:
    """Days as people type them: a number, or `ever`. Raises Invalid."""
    word = text.strip().lower()
    if word in ("ever", "for ever", "forever"):
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise Invalid("Say a number of days, or: ever.", field=where)
    return days(int(word), where)


def from_lines(lines: Iterable[str], where: str = "names") -> dict[str, int | None]:
    """Days by event name out of lines such as `signup = 365`. Raises Invalid."""
    found: dict[str, int | None] = {}
    for line in lines:
        if not line.strip():
            continue
        name, sign, number = line.rpartition("=")
        if not sign:
            raise Invalid(f"{line.strip()[:80]!r}: write one a line, such as signup = 365.", field=where)
        found[_name(name, where)] = from_text(number, where)
    return names(found)


def to_text(number: int | None) -> str:
    """Days as `from_text` reads them."""
    return "ever" if number is None else str(number)


def _name(text: Any, where: str = "names") -> str:
    name = text.strip() if isinstance(text, str) else ""
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise Invalid(f"An event name has 1 to {MAX_NAME} characters.", field=where)
    name = PAGE_VIEW if name in PAGE_VIEW_ALIASES else name
    if name in FOR_EVER:
        raise Invalid(
            f"{name} is kept for ever: payments, credits, sales or proofs of consent are made of it.",
            field=where,
        )
    return name
