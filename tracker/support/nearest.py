"""E-mails that somebody may have meant: mistyped, or the same name at another host."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

ALIKE = 0.82
"""How alike two e-mails must be, of 1."""
SAME_NAME = 0.9
"""How alike the same name at two hosts counts."""
SHORTEST_NAME = 4


def nearest(email: str, known: Iterable[str], most: int = 5) -> list[str]:
    """The e-mails most like this one, itself left out, the nearest first."""
    email = email.strip().lower()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(email)
    name = _name(email)
    found: list[tuple[float, str]] = []
    for other in known:
        if other == email:
            continue
        alike = _alike(matcher, other)
        if len(name) >= SHORTEST_NAME and _name(other) == name:
            alike = max(alike, SAME_NAME)
        if alike >= ALIKE:
            found.append((-alike, other))
    return [other for _, other in sorted(found)[:most]]


def _alike(matcher: SequenceMatcher[str], other: str) -> float:
    """0 where a cheap look shows that they are not alike."""
    matcher.set_seq1(other)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def _name(email: str) -> str:
    """What stands before the @, without the parts that many hosts ignore."""
    return email.partition("@")[0].partition("+")[0].replace(".", "")
