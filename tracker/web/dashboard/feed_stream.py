"""The live feed for the streaming front: plain functions that a thread calls, outside any request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, request

from tracker import clock
from tracker.services import Services
from tracker.web import access
from tracker.web.dashboard.feed import asked, place_of, whole
from tracker.web.dashboard.feed_page import Place
from tracker.web.dashboard.feed_updates import updates as new_rows
from tracker.web.event_filter import EventFilter


@dataclass(frozen=True, slots=True)
class Stream:
    """One open feed: what it shows, and the ledger id it has seen."""

    place: Place
    wanted: EventFilter
    after: int


def open_stream(app: Flask, environ: dict[str, Any]) -> Stream:
    """Check who asks and read what for. Raises Unauthorized, NotFound or Invalid.

    A browser that lost its connection names the last id it got in `Last-Event-ID`, which outranks `after`.
    """
    with app.request_context(environ):
        site_id = request.path.removeprefix("/sites/").split("/", 1)[0]
        place, wanted = place_of(access.site(int(site_id))), asked()
        place.filter(wanted)  # tells now of dates that cannot be
        seen = request.headers.get("Last-Event-ID", "")
        after = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else whole("after")
        return Stream(place, wanted, after)


def updates(app: Flask, stream: Stream, after_id: int) -> tuple[str, int]:
    """HTML of the rows that came in after a ledger id, newest first ("" for none), and the new last id."""
    services: Services = app.extensions["desirepath"]
    place = replace(stream.place, now_ms=clock.now_ms())
    return new_rows(services.readers, app.jinja_env, place, stream.wanted, after_id)
