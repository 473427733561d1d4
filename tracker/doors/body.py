"""Reading a request's body: gzip with a cap, JSON whatever the content type says."""

from __future__ import annotations

import json
import zlib
from typing import Any

import msgspec

from tracker.domain.event import MAX_BODY_BYTES
from tracker.doors.http import Request
from tracker.errors import Invalid, TooLarge

_decode = msgspec.json.Decoder().decode
GZIP_MAGIC = b"\x1f\x8b"


def read_json(request: Request) -> Any:
    """The body as a JSON value. Raises TooLarge or Invalid (field `body`)."""
    raw = inflated(request)
    if not raw:
        raise Invalid("The body is empty; send a JSON object.", field="body")
    try:
        return _decode(raw)
    except RecursionError:
        raise Invalid("The body nests too deeply.", field="body") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        # Browsers may send half of a surrogate pair, cut out of a title; strict parsers refuse that.
        if b"\\ud" in raw.lower():
            return _lenient(raw)
        raise Invalid(f"The body is not valid JSON: {error}.", field="body") from None


def inflated(request: Request) -> bytes:
    """The body's bytes, unpacked where they are gzip. Never more than the limit is unpacked."""
    body = request.body
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(_TOO_LARGE, field="body")
    if not body.startswith(GZIP_MAGIC):
        return body
    try:
        unpacker = zlib.decompressobj(wbits=31)
        plain = unpacker.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error:
        raise Invalid("The body says it is gzip but cannot be unpacked.", field="body") from None
    if len(plain) > MAX_BODY_BYTES:
        raise TooLarge(_TOO_LARGE, field="body")
    if not unpacker.eof:
        raise Invalid("The gzip body ends too early.", field="body")
    return plain


_TOO_LARGE = f"A request may carry at most {MAX_BODY_BYTES:,} bytes, unpacked; send several."


def _lenient(raw: bytes) -> Any:
    try:
        value = json.loads(raw.decode("utf-8", "replace"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Invalid("The body is not valid JSON.", field="body") from None
    whole = (
        json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )
    return json.loads(whole)


def _refuse(name: str) -> None:
    raise ValueError(name)
