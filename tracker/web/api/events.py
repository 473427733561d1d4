"""`GET /api/v1/sites/{site}/events`: events as the ledger has them, newest first."""

from __future__ import annotations

from flask import Response, jsonify, request

from tracker import clock
from tracker.domain.arrival import Sites
from tracker.errors import Invalid
from tracker.ledger import reads
from tracker.ledger.readers import Readers
from tracker.web import event_json
from tracker.web.api.auth import site_of
from tracker.web.event_filter import EventFilter, is_known

DEFAULT_LIMIT = 100
MOST = 1_000
OWN = ("limit", "cursor")


class Events:
    """The view with what it reads from."""

    def __init__(self, sites: Sites, readers: Readers) -> None:
        self._sites = sites
        self._readers = readers

    def list(self, site_id: int) -> Response:
        """One page of events and the cursor of the next."""
        site = site_of(self._sites, site_id)
        own, wanted = _read([*request.args.items(multi=True)])
        asked = wanted.ledger(site.id, site.time_zone, clock.now_ms(), bots=True)
        limit = read_limit(own.get("limit"))
        with self._readers.read() as connection:
            found = reads.newest(connection, asked, limit=limit, cursor=own.get("cursor"))
        events = [event_json.event(stored) for stored in found.events]
        response = jsonify(events=events, next_cursor=found.cursor)
        response.headers["Cache-Control"] = "no-store"
        return response


def _read(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], EventFilter]:
    """Limit and cursor, and the filter. Raises Invalid for a parameter that is unknown or given twice."""
    own: dict[str, str] = {}
    for key, value in pairs:
        if key in own:
            raise Invalid(f"{key} may be given once only.", field=key)
        if key in OWN:
            own[key] = value
        elif not is_known(key):
            raise Invalid(
                f"There is no parameter {key[:60]!r}; /api/openapi.json lists them.", field=key[:60]
            )
    return own, EventFilter.parse([pair for pair in pairs if pair[0] not in OWN])


def read_limit(text: str | None) -> int:
    """How many are wanted. Raises Invalid."""
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST):
        raise Invalid(f"limit must be a whole number from 1 to {MOST}.", field="limit")
    return int(text)
