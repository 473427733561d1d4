"""The live feed: everything that happens on a site, newest first, as it comes in."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import Environment

from tracker import clock
from tracker.domain.site import Site
from tracker.errors import Invalid, NotFound
from tracker.ledger import profiles, reads
from tracker.services import Services
from tracker.web import access
from tracker.web.dashboard.event_details import details
from tracker.web.dashboard.feed_figures import figures
from tracker.web.dashboard.feed_page import FeedPage, Place, look
from tracker.web.dashboard.feed_updates import updates
from tracker.web.dashboard.feed_words import TIMEFRAMES, chips
from tracker.web.event_filter import EventFilter
from tracker.web.script_tag import script_tag

ANY = ("timeframe", "any")


def register(app: Flask, services: Services) -> None:
    """Add the feed's routes."""
    feed = Feed(services, app.jinja_env)
    blueprint = Blueprint("feed", __name__, url_prefix="/sites/<int:site_id>/feed")
    blueprint.add_url_rule("", "page", feed.page)
    blueprint.add_url_rule("/live", "live", feed.live)
    blueprint.add_url_rule("/figures", "figures", feed.figures)
    blueprint.add_url_rule("/events/<int:event_id>", "event", feed.event)
    app.register_blueprint(blueprint)


class Feed:
    """The views. Each finds the site for its viewer, asks the ledger once, and renders."""

    def __init__(self, services: Services, templates: Environment) -> None:
        self._readers = services.readers
        self._settings = services.settings
        self._templates = templates

    def page(self, site_id: int) -> ResponseReturnValue:
        """The feed, one event of it (`event=`), or older rows for a page that is open (`HX-Request`)."""
        site = access.site(site_id)
        place = place_of(site)
        if "form" in request.args:
            return redirect(place.base + from_form(list(request.args.items(multi=True))).query())
        if "event" in request.args:
            return self._one(site, place, whole("event"))
        try:
            wanted = asked()
            with self._readers.read() as connection:
                found = look(connection, place, wanted, request.args.get("cursor") or None)
        except Invalid as error:
            return self._render(site, place, EventFilter(), None, error), 400
        if request.headers.get("HX-Request"):
            return render_template(
                "dashboard/_feed_older.html", page=found, place=place, query=wanted.query(), older=True
            )
        return self._render(site, place, wanted, found)

    def live(self, site_id: int) -> Response:
        """What came in after `after` as lines, and in `Feed-After` from where to go on; 204 for nothing."""
        place, wanted = place_of(access.site(site_id)), asked()
        html, last_id = updates(self._readers, self._templates, place, wanted, whole("after"))
        response = make_response(html, 200 if html else 204)
        response.headers["Feed-After"] = str(last_id)
        response.headers["Cache-Control"] = "no-store"
        return response

    def figures(self, site_id: int) -> ResponseReturnValue:
        """The figures beside the feed; a page of their own where scripts are off."""
        site = access.site(site_id)
        place, wanted = place_of(site), asked()
        with self._readers.read() as connection:
            found = figures(connection, wanted, site_id, place.zone, place.now_ms, place.base)
        part = bool(request.headers.get("HX-Request"))
        template = "dashboard/_feed_figures.html" if part else "dashboard/feed_figures.html"
        return render_template(template, site=site, figures=found, place=place, wanted=wanted)

    def event(self, site_id: int, event_id: int) -> ResponseReturnValue:
        """Everything about one event, to go below its line."""
        place, wanted = place_of(access.site(site_id)), asked()
        event = self._find(site_id, event_id)
        shown = details(event, place.rows(wanted), place.base, wanted, place.zone, place.now_ms)
        return render_template("dashboard/_event.html", event=shown, place=place)

    def _one(self, site: Site, place: Place, event_id: int) -> ResponseReturnValue:
        event = self._find(place.site_id, event_id)
        nothing = EventFilter()
        shown = details(event, place.rows(nothing), place.base, nothing, place.zone, place.now_ms)
        return render_template("dashboard/event.html", site=site, event=shown, place=place)

    def _render(
        self,
        site: Site,
        place: Place,
        wanted: EventFilter,
        page: FeedPage | None,
        problem: Invalid | None = None,
    ) -> str:
        first = page is not None and page.empty is not None and page.empty.kind == "none"
        return render_template(
            "dashboard/feed.html",
            site=site,
            place=place,
            page=page,
            wanted=wanted,
            problem=problem,
            timeframes=TIMEFRAMES,
            chips=chips(wanted, place.base),
            query=wanted.query(),
            older=bool(request.args.get("cursor")),
            snippet=script_tag(site, self._settings) if first else "",
            # Only the ASGI front has a stream; behind plain WSGI the page asks every two seconds.
            streams="asgi.scope" in request.environ,
        )

    def _find(self, site_id: int, event_id: int) -> reads.Stored:
        with self._readers.read() as connection:
            event = reads.get(connection, site_id, event_id)
            if event is None:
                raise NotFound("There is no such event; it may have been deleted.")
            return profiles.named(connection, site_id, [event])[0]


def asked() -> EventFilter:
    """The filter in the address of this request. Raises Invalid."""
    return EventFilter.parse(list(request.args.items(multi=True)))


def place_of(site: Site) -> Place:
    """Where the feed of this request is."""
    base = f"{request.script_root}/sites/{site.id}/feed"
    return Place(site.id, site.time_zone, base, clock.now_ms())


def from_form(pairs: list[tuple[str, str]]) -> EventFilter:
    """What the filter form says: among the usual names, one more property as `key` and `value`.

    Days win over a timeframe, unless days were shown before (`had_days`): then the timeframe is what
    was changed. `timeframe=any` takes both away.
    """
    given = {key: value for key, value in pairs if value}
    if given.get("timeframe") and (given.get("had_days") or not ("from" in given or "to" in given)):
        left_out = {"from", "to"}
    else:
        left_out = {"timeframe"}
    wanted = EventFilter.parse(
        [(key, value) for key, value in pairs if value and key not in left_out and (key, value) != ANY]
    )
    key = given.get("key", "").strip()
    return wanted.with_property(key, given.get("value", "")) if key else wanted


def whole(name: str) -> int:
    """A parameter of this request that must be a whole number. Raises Invalid."""
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(f"{name} must be a whole number.", field=name)
    return int(text)
