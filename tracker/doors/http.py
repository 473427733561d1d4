"""A request and a reply as plain values, so that any server can stand in front of the doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import msgspec

from tracker.errors import STATUS, DesirepathError, RateLimited, Unavailable

_encode = msgspec.json.Encoder().encode

JSON = (b"content-type", b"application/json")
CORS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"retry-after"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"cache-control", b"no-store"),
)
PREFLIGHT = (
    *CORS,
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, x-site-key"),
    (b"access-control-max-age", b"86400"),
)


@dataclass(slots=True)
class Request:
    """What came over the wire. Header names are lower case."""

    method: str
    path: str
    query_string: bytes = b""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    address: str = ""
    """The sender's true address, behind trusted proxies."""

    def header(self, name: bytes) -> str:
        """A header as text, empty when absent."""
        return self.headers.get(name, b"").decode("latin-1")

    def query(self) -> dict[str, str]:
        """The first value of every query parameter."""
        text = self.query_string.decode("latin-1")
        return {key: values[0] for key, values in parse_qs(text, max_num_fields=200).items()}


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over the wire."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = (*CORS, JSON)


def json_reply(status: int, value: Any, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    """A value as JSON, readable from any site."""
    return Reply(status, _encode(value), (*CORS, JSON, *headers))


def error_reply(error: DesirepathError) -> Reply:
    """The one shape of every error."""
    told: dict[str, Any] = {"code": str(error.code), "message": error.message}
    told["field"] = error.field
    headers: tuple[tuple[bytes, bytes], ...] = (*CORS, JSON)
    if isinstance(error, Unavailable | RateLimited):
        headers = (*headers, (b"retry-after", str(error.retry_after or 5).encode()))
    return Reply(STATUS[error.code], _encode({"success": False, "error": told}), headers)
