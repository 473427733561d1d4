"""Where outgoing webhooks may go: public addresses, and networks that the settings name.

A name is resolved once and the connection goes to that very address, so that a name cannot point elsewhere
between the check and the call.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tracker.errors import Invalid
from tracker.notify.channel import NotSent

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_URL = 2_000
PORTS = {"https": 443, "http": 80}
CARRIERS = tuple(
    ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""IPv6 networks whose addresses stand for IPv4 ones, which nobody needs to name so."""


@dataclass(frozen=True, slots=True)
class Place:
    """A checked address to call: `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str


def read(url: str) -> Place:
    """The parts of an address. Raises Invalid (field `target`)."""
    parts = _split(url)
    if parts is None or parts.scheme not in PORTS or not parts.hostname or not url.isascii():
        raise Invalid("This is not an address such as https://example.org/hooks/desirepath.", field="target")
    if parts.username is not None or parts.password is not None:
        raise Invalid("Names and passwords cannot stand in the address.", field="target")
    path = parts.path or "/"
    return Place(
        parts.scheme,
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        f"{path}?{parts.query}" if parts.query else path,
    )


def resolved(place: Place, networks: Iterable[str]) -> Address:
    """The one address to connect to. Raises NotSent where it has none, or one that must not be reached."""
    own = [ipaddress.ip_network(one, strict=False) for one in networks]
    try:
        told = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"{place.host} cannot be found.") from error
    found = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in told]
    for address in found:
        ours = any(address in network for network in own)
        if not ours and not is_public(address):
            raise NotSent(
                f"{place.host} is {address}, which is not public; DESIREPATH_WEBHOOK_NETWORKS may allow it."
            )
        if not ours and place.scheme != "https":
            raise NotSent("Webhooks to public addresses need https.")
    return found[0]


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could be meant by it, and nobody in here."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or any(address in network for network in CARRIERS):
            return False
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _split(url: str) -> SplitResult | None:
    if len(url) > MAX_URL or any(not "!" <= letter <= "~" for letter in url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return None
    return parts
