"""Marks of erased people: keyed hashes that tell who is not taken in again, and nothing else of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

USER, VISITOR = "u", "v"


@dataclass(frozen=True, slots=True)
class Erased:
    """The erased people of one site: mark → the time of the erasure (epoch ms)."""

    site_id: int
    key: bytes
    marks: Mapping[str, int] = field(default_factory=dict)

    def covers(self, kind: str, who: str | None, at: int) -> bool:
        """Whether what this user or visitor did at a time (epoch ms) was erased."""
        return who is not None and at <= self.marks.get(mark(self.key, self.site_id, kind, who), -1)


def mark(key: bytes, site_id: int, kind: str, who: str) -> str:
    """The mark of a user or visitor of a site: without the key nobody can tell whose it is."""
    text = f"{site_id}:{kind}:{who}".encode("utf-8", "surrogatepass")
    return blake2b(text, key=key, digest_size=16).hexdigest()
