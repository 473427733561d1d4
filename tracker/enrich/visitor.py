"""The daily visitor hash: who is the same visitor today, and nobody can tell tomorrow."""

from __future__ import annotations

import ipaddress
import threading
from functools import lru_cache
from hashlib import blake2b

PREFIX = "d-"
"""Begins every hash, so that it is never taken for an id a browser sent."""
GOES_ON_MS = 30 * 60 * 1000
"""A visit goes on after a pause of up to this long."""
MOST_KEPT = 50_000
"""Senders remembered in each half of the memory, about 10 MB; above it the older half goes early."""


class VisitorHash:
    """Hashes senders with today's salt; a visit that began under yesterday's goes on under it.

    Salts have 1 to 64 bytes and are made elsewhere. Safe to use from several threads.
    """

    def __init__(self, today: bytes, yesterday: bytes | None) -> None:
        self._lock = threading.Lock()
        self._today, self._yesterday = today, yesterday
        self._recent = _Recent()
        self._carried = _Recent()

    def rotate(self, today: bytes, yesterday: bytes | None) -> None:
        """Take the salts of a new day; the same ones again change nothing."""
        with self._lock:
            if today == self._today:
                return
            # Only visits under the salt that is now yesterday's can go on.
            self._carried = self._recent if yesterday == self._today else _Recent()
            self._recent = _Recent()
            self._today, self._yesterday = today, yesterday

    def of(self, site_id: int, address: str, user_agent: str, now_ms: int) -> str:
        """The hash of a sender at a moment (epoch ms): `d-` and 24 hexadecimal digits."""
        who = f"{site_id}|{_place(address)}|{user_agent}".encode("utf-8", "replace")
        with self._lock:
            if self._yesterday is not None and self._carried.is_alive(now_ms):
                old = _hash(self._yesterday, who)
                if self._carried.was_active(old, now_ms):
                    self._carried.note(old, now_ms)
                    return old
            new = _hash(self._today, who)
            self._recent.note(new, now_ms)
            return new


class _Recent:
    """When each sender was last active, for at least half an hour and in bounded memory.

    Two halves: when the newer one is half an hour old or full, it becomes the older one.
    """

    __slots__ = ("_latest", "_newer", "_older", "_since")

    def __init__(self) -> None:
        self._newer: dict[str, int] = {}
        self._older: dict[str, int] = {}
        self._since = 0
        self._latest = 0

    def note(self, sender: str, now_ms: int) -> None:
        if now_ms - self._since > GOES_ON_MS or len(self._newer) >= MOST_KEPT:
            self._older, self._newer, self._since = self._newer, {}, now_ms
        self._newer[sender] = now_ms
        self._latest = max(self._latest, now_ms)

    def was_active(self, sender: str, now_ms: int) -> bool:
        last = self._newer.get(sender) or self._older.get(sender)
        return last is not None and now_ms - last <= GOES_ON_MS

    def is_alive(self, now_ms: int) -> bool:
        return now_ms - self._latest <= GOES_ON_MS


def _hash(salt: bytes, who: bytes) -> str:
    return PREFIX + blake2b(who, key=salt, digest_size=12).hexdigest()


@lru_cache(maxsize=8_192)
def _place(address: str) -> str:
    """The address; of IPv6 the first 64 bits, since the rest may change by the hour."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, 64), strict=False).network_address)
