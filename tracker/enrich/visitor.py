"""The daily visitor hash: who is the same visitor today, and nobody can tell tomorrow."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from functools import lru_cache
from hashlib import blake2b

PREFIX = "d-"
"""Begins every hash, so that it is never taken for an id a browser sent."""
GOES_ON_MS = 30 * 60 * 1000
MOST_KEPT = 200_000


class VisitorHash:
    """Hashes with today's salt; a visit that began under yesterday's goes on under it.

    Safe to use from several threads.
    """

    def __init__(self, today: bytes, yesterday: bytes | None) -> None:
        self._lock = threading.Lock()
        self._today, self._yesterday = today, yesterday
        self._seen: OrderedDict[str, int] = OrderedDict()

    def rotate(self, today: bytes, yesterday: bytes | None) -> None:
        """Take the salts of a new day; the same ones again change nothing."""
        with self._lock:
            self._today, self._yesterday = today, yesterday

    def of(self, site_id: int, address: str, user_agent: str, now_ms: int) -> str:
        """The hash of a sender at a moment (epoch ms)."""
        who = f"{site_id}|{_place(address)}|{user_agent}".encode("utf-8", "replace")
        with self._lock:
            if self._yesterday is not None:
                old = _hash(self._yesterday, who)
                if now_ms - self._seen.get(old, -GOES_ON_MS - 1) <= GOES_ON_MS:
                    return self._note(old, now_ms)
            return self._note(_hash(self._today, who), now_ms)

    def _note(self, visitor: str, now_ms: int) -> str:
        self._seen[visitor] = now_ms
        self._seen.move_to_end(visitor)
        if len(self._seen) > MOST_KEPT:
            self._seen.popitem(last=False)
        return visitor


def _hash(salt: bytes, who: bytes) -> str:
    return PREFIX + blake2b(who, key=salt[:64], digest_size=12).hexdigest()


@lru_cache(maxsize=8_192)
def _place(address: str) -> str:
    """The address; of IPv6 the first 64 bits, since the rest may change by the hour."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 6:
        return str(ipaddress.ip_network((known, 64), strict=False).network_address)
    return address
