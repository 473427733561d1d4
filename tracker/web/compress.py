"""Sending text smaller: gzip for those who take it, once for what never changes."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

WORTH_BYTES = 1_000
LEVEL = 6
KINDS = ("text/", "application/json", "application/javascript", "application/x-ndjson", "image/svg+xml")


def register(app: Flask) -> None:
    """Compress answers that are text, complete, and long enough.

    Pages carry secrets (form tokens) beside what others may have written, which compression could betray
    to a site that makes a browser ask for the page again and again. Cookies are SameSite, so no other
    site can make it ask as the one who is signed in.
    """
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _wanted(response):
        return response
    response.direct_passthrough = False
    tag, _ = response.get_etag()
    source = response.response
    body = response.get_data()
    if hasattr(source, "close"):
        source.close()  # a file that is read to its end, which nobody else would close now
    response.vary.add("Accept-Encoding")
    if len(body) >= WORTH_BYTES and request.accept_encodings.quality("gzip") > 0:
        response.set_data(_kept(body) if tag else gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        if tag:
            # Another representation needs another strong tag; a weak one may stand for both.
            response.set_etag(tag, weak=True)
    return response


def _wanted(response: Response) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and (response.direct_passthrough or not response.is_streamed)  # files, not what is made on the way
        and "Content-Encoding" not in response.headers
        and (response.content_type or "").startswith(KINDS)
    )


@lru_cache(maxsize=64)
def _kept(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
