"""A funnel: ordered steps, how long they may take, and whose they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tracker.analytics import definition
from tracker.analytics.occurrence import FIELDS, Occurrence
from tracker.domain.period import DAY, HOUR
from tracker.errors import Invalid

MINUTE = 60_000
UNITS = {"d": DAY, "h": HOUR, "m": MINUTE}
LONGEST = 365 * DAY
MAX_STEPS = 10
PER = ("person", "session")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name for people, and what must happen."""

    name: str
    what: Occurrence

    @classmethod
    def parse(cls, value: Any, path: str) -> Step:
        """Read `{"name": "Signed up", "event": "signup", "filters": […]}`, or with `page` for `event`."""
        found = definition.fields(value, path, ("name", *FIELDS))
        what = Occurrence.parse(found, path)
        name = definition.text(found["name"], definition.inside(path, "name")) if "name" in found else ""
        return cls(name or what.words[: definition.MAX_NAME], what)

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return {"name": self.name, **self.what.to_json()}


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps in order, all within `window` (milliseconds), by one person or in one session."""

    name: str
    steps: tuple[Step, ...]
    window: int = 14 * DAY
    per: str = "person"

    @classmethod
    def parse(cls, value: Any) -> Funnel:
        """Read `{"name": …, "steps": [{"event": …}, …], "window": "14d", "per": "person"}`.

        `window` is a number of days, hours or minutes (`14d`, `12h`, `30m`), a year at most; `per` is person
        or session. Raises Invalid with the path of the part at fault.
        """
        found = definition.fields(value, "", ("name", "steps", "window", "per"))
        return cls(
            definition.text(found.get("name"), "name"),
            definition.several(found.get("steps"), "steps", Step.parse, 2, MAX_STEPS),
            _window(found.get("window", "14d")),
            definition.choice(found.get("per", "person"), "per", PER),
        )

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return {
            "name": self.name,
            "steps": [step.to_json() for step in self.steps],
            "window": self.window_text,
            "per": self.per,
        }

    @property
    def window_text(self) -> str:
        """`14d`, `12h`, `30m`."""
        unit = next(unit for unit, length in UNITS.items() if self.window % length == 0)
        return f"{self.window // UNITS[unit]}{unit}"


def read(text: str) -> Funnel:
    """A funnel out of a request parameter: the name of a template, or its JSON."""
    known = TEMPLATES.get(text.strip().lower())
    return known or Funnel.parse(definition.from_text(text, "funnel"))


def _window(value: Any) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,5})([dhm])", value) if isinstance(value, str) else None
    length = int(found[1]) * UNITS[found[2]] if found else 0
    if not 0 < length <= LONGEST:
        raise Invalid("window must be like 14d, 12h or 30m, a year at most.", field="window")
    return length


def _steps(**named: str) -> tuple[Step, ...]:
    return tuple(Step(name.replace("_", " "), Occurrence(event)) for name, event in named.items())


TEMPLATES: dict[str, Funnel] = {
    "registration": Funnel(
        "Registration",
        _steps(
            Landing="page_viewed",
            Form_viewed="registration_form_viewed",
            Attempted="registration_attempted",
            Succeeded="registration_succeeded",
            Email_verified="email_verified",
        ),
    ),
    "payment": Funnel(
        "Payment",
        _steps(
            Fund_clicked="fund_clicked",
            Redirected="payment_redirected",
            Completed="payment_completed",
            Webhook_received="webhook_received",
            Credited="credits_added",
        ),
    ),
    "verification": Funnel(
        "Verification",
        _steps(
            Service_selected="service_selected",
            Created="verification_created",
            SMS_received="sms_received",
            Completed="verification_completed",
        ),
    ),
    "purchase": Funnel(
        "Purchase",
        _steps(
            Product_viewed="product_viewed",
            Clicked="product_clicked",
            Put_into_the_cart="cart_add",
            Bought="purchase",
        ),
    ),
}
"""Funnels every site may start from; the events are named as the documentation proposes."""
