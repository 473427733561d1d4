"""New lines for a feed that is open, the same for pages that ask and for streams."""

from __future__ import annotations

from jinja2 import Environment

from tracker.ledger import arrivals, profiles
from tracker.ledger.readers import Readers
from tracker.web.dashboard.feed_page import Place
from tracker.web.event_filter import EventFilter

NEW_ROWS = 50
"""Rows of one update at most; how many more came is told in a line below them."""


def updates(
    readers: Readers, templates: Environment, place: Place, wanted: EventFilter, after_id: int
) -> tuple[str, int]:
    """HTML of what came in after a ledger id, newest first ("" for nothing), and the new last id."""
    with readers.read() as connection:
        found = arrivals.since(connection, place.filter(wanted), after_id, limit=NEW_ROWS)
        events = profiles.named(connection, place.site_id, found.events)
    if not events:
        return "", found.last_id
    events.sort(key=lambda event: (event.at, event.id), reverse=True)
    # Straight from the environment: what Flask adds for whole pages (viewer, sites) costs queries.
    html = templates.get_template("dashboard/_feed_new.html").render(
        rows=place.rows(wanted).make(events),
        place=place,
        query=wanted.query(),
        more=found.more,
        skipped=found.skipped,
        more_url=place.base + wanted.query(cursor=events[-1].cursor),
    )
    return html, found.last_id
