"""The pixel: `GET /pixel.gif`, for pages where scripts are off and for e-mails."""

from __future__ import annotations

from tracker.domain.event import PAGE_VIEW, RawContext, RawEvent
from tracker.doors.http import CORS, Reply, Request

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
OWN_PARAMETERS = frozenset({"site", "event", "url", "referrer", "title", "id", "visitor"})


def read(request: Request, query: dict[str, str]) -> RawEvent:
    """One event from the query: `event` (default a page view), `url` (default the Referer), others
    become properties."""
    return RawEvent(
        query.get("event") or PAGE_VIEW,
        id=query.get("id"),
        visitor=query.get("visitor"),
        context=RawContext(
            url=query.get("url") or request.header(b"referer") or None,
            referrer=query.get("referrer"),
            title=query.get("title"),
        ),
        properties={key: value for key, value in query.items() if key not in OWN_PARAMETERS},
    )


def image(status: int = 200, reason: str = "") -> Reply:
    """The 43 bytes of a transparent pixel; why nothing was kept stands in a header."""
    headers: tuple[tuple[bytes, bytes], ...] = (*CORS, (b"content-type", b"image/gif"))
    if reason:
        headers = (*headers, (b"x-desirepath-error", reason.encode("ascii", "replace")))
    return Reply(status, GIF, headers)
