"""The sender's true address: what trusted proxies say of it, and nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_networks(text: str) -> tuple[Network, ...]:
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
    return tuple(found)


def true_address(peer: str, headers: Mapping[bytes, bytes], trusted: tuple[Network, ...]) -> str:
    """The address nearest to us that is not a trusted proxy.

    `headers` has lower-case names. `X-Forwarded-For` is walked from the right, for everybody can write
    what stands left of the first stranger; `X-Real-IP` counts where there is none.
    """
    if not is_trusted(peer, trusted):
        return peer
    chain = headers.get(b"x-forwarded-for") or headers.get(b"x-real-ip")
    if not chain:
        return peer
    nearest = peer
    for hop in reversed(chain.decode("latin-1").split(",")):
        address = bare(hop)
        if address is None:
            return nearest
        nearest = address
        if not is_trusted(address, trusted):
            return nearest
    return nearest


@lru_cache(maxsize=4_096)
def is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    """Whether an address lies in one of the networks."""
    known = bare(address)
    return known is not None and any(ipaddress.ip_address(known) in network for network in trusted)


@lru_cache(maxsize=4_096)
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
