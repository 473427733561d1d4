"""What Flask is extended with for pages: who is signed in, forged requests, limits. Commands do without."""

from __future__ import annotations

import ipaddress

from flask import request
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect


def sender() -> str:
    """By whom requests are counted: the address; of IPv6 the first 64 bits, which one household shares."""
    address = request.remote_addr or ""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False).network_address)


login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(sender, storage_uri="memory://", headers_enabled=True)
