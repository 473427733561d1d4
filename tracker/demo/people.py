"""Everybody there is, in a few bytes each."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from tracker.demo.chance import mix
from tracker.demo.days import Rhythm

REGISTERED = 1
"""Has an account."""
VERIFIED = 2
"""The e-mail address (or, in the wallet, the identity) is confirmed."""
NEWSLETTER = 4
LINKED = 8
"""Is signed in on the second device too."""
CUSTOMER = 16
"""Has paid for something."""
OWNER = 32
"""Runs the workspace."""

NO_DEVICE = 255


@dataclass(frozen=True, slots=True)
class Persona:
    """A kind of person, by habits.

    `share` is its part of those who arrive, `gap` the mean number of days between days with a visit,
    `leaves_first` and `leaves` the chance to stay away after the first and after a later visit,
    `again` the chance of another visit on the same day, and `depth` how much is done in a visit.
    """

    name: str
    share: float
    rhythm: Rhythm
    gap: float
    leaves_first: float
    leaves: float
    again: float
    depth: float
    comes_back: float = 0.2
    """The chance that somebody who stays away comes back after some weeks."""


class People:
    """Columns with one entry for each person; a person is a position in them."""

    __slots__ = (
        "balance",
        "busy_until",
        "country",
        "device",
        "flags",
        "note",
        "persona",
        "salt",
        "second",
        "visits",
    )

    def __init__(self, salt: int) -> None:
        self.salt = salt
        self.persona = array("B")
        self.country = array("B")
        self.device = array("B")
        self.second = array("B")
        self.flags = array("B")
        self.visits = array("H")
        self.busy_until = array("q")
        """When the latest visit and all it set going is over, epoch ms: nobody is in two places at once."""
        self.balance = array("i")
        """What a story counts for its people, such as money."""
        self.note = array("h")
        """What a story remembers of its people, such as a product; -1 is nothing."""

    def __len__(self) -> int:
        return len(self.persona)

    def add(self, persona: int, country: int, device: int, second: int) -> int:
        """A new person; the answer is who."""
        self.persona.append(persona)
        self.country.append(country)
        self.device.append(device)
        self.second.append(second)
        self.flags.append(0)
        self.visits.append(0)
        self.busy_until.append(0)
        self.balance.append(0)
        self.note.append(-1)
        return len(self.persona) - 1

    def fingerprint(self, who: int) -> int:
        """64 bits that are the person's own and never change: name, address and tastes come from them."""
        return mix(self.salt ^ who * 0x9E3779B97F4A7C15)

    def is_new(self, who: int) -> bool:
        """Whether this is the first visit."""
        return self.visits[who] == 0

    def has(self, who: int, flag: int) -> bool:
        """Whether a flag is set."""
        return bool(self.flags[who] & flag)

    def set(self, who: int, flag: int) -> None:
        """Set a flag."""
        self.flags[who] |= flag
