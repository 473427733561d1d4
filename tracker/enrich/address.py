"""The sender's true address: what trusted proxies say of it, and nobody else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LONGEST_KEPT = 300
_FORWARDED_FOR = re.compile(r'(?i)(?:^|;)\s*for\s*=\s*("[^"]*"|[^;]*)')


class Networks(tuple[Network, ...]):
    """A tuple of networks that works its hash out once, for it is part of every cached question."""

    _hash: int

    def __new__(cls, networks: Iterable[Network] = ()) -> Networks:
        """Take the networks."""
        self = super().__new__(cls, networks)
        self._hash = tuple.__hash__(self)
        return self

    def __hash__(self) -> int:
        """The same as of a plain tuple."""
        return self._hash


def parse_networks(text: str) -> Networks:
    """Networks from a comma-separated list. Raises ValueError naming the part that is none."""
    found: list[Network] = []
    for part in text.split(","):
        part = part.strip()
        if not part:
            continue
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise ValueError(f"'{part}' is no address or network such as 10.0.0.0/8") from None
    return Networks(found)


def true_address(peer: str, headers: Mapping[bytes, bytes], trusted: tuple[Network, ...]) -> str:
    """The address nearest to us that is not a trusted proxy, or `peer` where nothing better is known.

    `headers` has lower-case names. `X-Forwarded-For` is walked from the right, for everybody can write
    what stands left of the first stranger. Where there is none, `Forwarded` counts, then `X-Real-IP`.
    A peer without an address is a proxy on our own unix socket: trusted as soon as any is.
    """
    if not trusted:
        return peer
    for name in (b"x-forwarded-for", b"forwarded", b"x-real-ip"):
        value = headers.get(name)
        if value:
            text = value.decode("latin-1")
            walk = _walk if len(text) <= _LONGEST_KEPT else _walk.__wrapped__
            return walk(peer, text, name == b"forwarded", trusted)
    return peer


def is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    """Whether an address lies in one of the networks."""
    known = bare(address)
    return known is not None and any(ipaddress.ip_address(known) in network for network in trusted)


def bare(text: str) -> str | None:
    """An address without port, brackets and zone, None when it is none. IPv4 in IPv6 becomes IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


@lru_cache(maxsize=8_192)
def _walk(peer: str, chain: str, rfc7239: bool, trusted: tuple[Network, ...]) -> str:
    if peer and not is_trusted(peer, trusted):
        return peer
    farthest = peer
    for hop in reversed(chain.split(",")):
        address = bare(_for_of(hop) if rfc7239 else hop)
        if address is None:
            return peer
        farthest = address
        if not is_trusted(address, trusted):
            break
    return farthest


def _for_of(element: str) -> str:
    """Who one proxy of a `Forwarded` header speaks for: `for="[2001:db8::1]:4711";proto=https`."""
    found = _FORWARDED_FOR.search(element)
    return found[1] if found else ""
