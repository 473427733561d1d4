"""Which events of a site are meant, as written in an address: the same words on pages and in the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from tracker.analytics.query import FRAMES
from tracker.domain import times
from tracker.domain.period import day_start
from tracker.errors import Invalid
from tracker.ledger.reads import Filter

PROPERTY = "property."
MAX_TEXT = 200
MAX_PROPERTIES = 10
FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """What an address asks for, kept as it was written. Empty means: any.

    `since` and `until` are days of the site's zone (YYYY-MM-DD, both included), or moments (ISO 8601
    or epoch milliseconds, `until` itself left out). `bots` None means: as the page or door has it.
    """

    name: str = ""
    timeframe: str = ""
    since: str = ""
    until: str = ""
    person: str = ""
    text: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    bots: bool | None = None

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> EventFilter:
        """Read (name, value) pairs of a query string, names as in NAMES. Raises Invalid."""
        plain: dict[str, str] = {}
        properties: list[tuple[str, str]] = []
        for key, value in pairs:
            if key.startswith(PROPERTY):
                properties.append((_key(key), _short(key, value)))
            elif key in plain:
                raise Invalid(f"{key} may be given once only.", field=key)
            else:
                plain[key] = _short(key, value.strip())
        if len(properties) > MAX_PROPERTIES:
            raise Invalid(f"{MAX_PROPERTIES} properties can be asked for at most.", field=PROPERTY + "*")
        return cls(
            **{NAMES[key]: value for key, value in plain.items() if key in NAMES},
            properties=tuple(properties),
            bots=_flag(plain),
        )

    def ledger(self, site_id: int, zone: str, now_ms: int, *, bots: bool) -> Filter:
        """What the ledger is to look for; `bots` is what an address that says nothing means."""
        since, until = self.range(zone, now_ms)
        return Filter(
            site_id=site_id,
            name=self.name or None,
            since=since,
            until=until,
            person=self.person or None,
            text=self.text or None,
            properties=self.properties,
            bots=bots if self.bots is None else self.bots,
        )

    def range(self, zone: str, now_ms: int) -> tuple[int | None, int | None]:
        """From when until when (epoch ms, half-open). Raises Invalid naming the parameter at fault."""
        if self.timeframe:
            return self._of_timeframe(zone, now_ms)
        since = _moment(self.since, "from", zone, 0) if self.since else None
        until = _moment(self.until, "to", zone, 1) if self.until else None
        if since is not None and until is not None and since >= until:
            raise Invalid("to must not be before from.", field="to")
        return since, until

    def with_property(self, key: str, value: str) -> EventFilter:
        """The same, and this property with this value."""
        others = tuple(pair for pair in self.properties if pair[0] != key)
        return replace(self, properties=(*others, (key, value)))

    def without_property(self, key: str) -> EventFilter:
        """The same without this property."""
        return replace(self, properties=tuple(pair for pair in self.properties if pair[0] != key))

    def pairs(self) -> list[tuple[str, str]]:
        """The (name, value) pairs that `parse` reads."""
        pairs = [(name, getattr(self, attribute)) for name, attribute in NAMES.items()]
        found = [(name, value) for name, value in pairs if value]
        found += [(PROPERTY + key, value) for key, value in self.properties]
        if self.bots is not None:
            found.append(("bots", "1" if self.bots else "0"))
        return found

    def query(self, **more: Any) -> str:
        """The query string with its question mark, "" when nothing is asked for."""
        pairs = self.pairs() + [(key, str(value)) for key, value in more.items() if value is not None]
        return "?" + urlencode(pairs) if pairs else ""

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.pairs())

    def _of_timeframe(self, zone: str, now_ms: int) -> tuple[int, None]:
        if self.since or self.until:
            raise Invalid("Give either timeframe, or from and to.", field="timeframe")
        frame = FRAMES.get(self.timeframe)
        if frame is None:
            raise Invalid(
                f"timeframe is one of {', '.join(FRAMES)}; for other dates use from and to.",
                field="timeframe",
            )
        # All of them reach to the present, and what comes in next belongs to them too.
        return frame(zone, now_ms).since, None


NAMES: Mapping[str, str] = {
    "name": "name",
    "timeframe": "timeframe",
    "from": "since",
    "to": "until",
    "person": "person",
    "q": "text",
}
"""Parameters and the fields they fill; besides them `property.<key>` and `bots`."""


def is_known(key: str) -> bool:
    """Whether an EventFilter reads a parameter of this name."""
    return key in NAMES or key == "bots" or key.startswith(PROPERTY)


def _key(parameter: str) -> str:
    key = parameter.removeprefix(PROPERTY)
    if not 1 <= len(key) <= MAX_TEXT:
        raise Invalid("Name the property: property.<key>=<value>.", field=parameter)
    return key


def _short(parameter: str, value: str) -> str:
    if len(value) > MAX_TEXT:
        raise Invalid(f"{parameter} may have {MAX_TEXT} characters at most.", field=parameter)
    return value


def _flag(plain: Mapping[str, str]) -> bool | None:
    if "bots" not in plain:
        return None
    try:
        return FLAGS[plain["bots"].lower()]
    except KeyError:
        raise Invalid("bots must be 1 or 0.", field="bots") from None


def _moment(text: str, parameter: str, zone: str, days_on: int) -> int:
    day = _day(text)
    if day is not None:
        return day_start(zone, day + timedelta(days=days_on))
    at = times.epoch_ms(int(text) if text.isascii() and text.isdigit() else text)
    if at is None:
        raise Invalid(
            f"{parameter} must be a day such as 2026-03-29, ISO 8601 or milliseconds since 1970, "
            "not before the year 2000.",
            field=parameter,
        )
    return at


def _day(text: str) -> date | None:
    if len(text) != 10:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None
