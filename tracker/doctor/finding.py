"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. `bad` keeps the server from its promises, `warn` may."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `remedy` says what to do, empty where nothing is."""

    what: str
    level: Level
    told: str
    remedy: str = ""


def ok(what: str, told: str) -> Finding:
    """All is well."""
    return Finding(what, Level.OK, told)


def warn(what: str, told: str, remedy: str) -> Finding:
    """It runs, but somebody should look."""
    return Finding(what, Level.WARN, told, remedy)


def bad(what: str, told: str, remedy: str) -> Finding:
    """It cannot work like this."""
    return Finding(what, Level.BAD, told, remedy)
