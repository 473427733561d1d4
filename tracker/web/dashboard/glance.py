"""A site at a glance, for the page of all sites: today, and the two weeks before against the two before them.

Today is not among the two weeks: a day that has just begun would look like a fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue

from tracker import clock
from tracker.definitions.resolve import resolve
from tracker.errors import Unavailable
from tracker.services import Services
from tracker.web import access
from tracker.web.dashboard.look import Look

COURSE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Glance:
    """`people` active and `events` of today so far; `course` is the overview's answer of the two weeks."""

    people: int
    events: int
    course: Any


def register(app: Flask, services: Services) -> None:
    """Add the route."""
    blueprint = Blueprint("glance", __name__, url_prefix="/sites/<int:site_id>/glance")

    @blueprint.get("")
    def glance(site_id: int) -> ResponseReturnValue:
        site = access.site(site_id)
        look = Look.plain(site, "overview", request.script_root, clock.now_ms())
        found, problem = None, None
        try:
            found = at_a_glance(services, look)
        except Unavailable as error:
            problem = error
        return render_template("admin/_glance.html", site=site, glance=found, problem=problem)

    app.register_blueprint(blueprint)


def at_a_glance(services: Services, look: Look) -> Glance:
    """The site's figures. Raises Unavailable while nothing is counted yet."""
    yesterday = look.query.today - timedelta(days=1)
    first = yesterday - timedelta(days=COURSE_DAYS - 1)
    course = _ask(services, look, "overview", from_=first, to=yesterday, interval="day")
    today = _ask(services, look, "overview", timeframe="today", compare="0")
    ranking = _ask(services, look, "event-ranking", timeframe="today", compare="0", limit=1)
    return Glance(today["visitors"], ranking["total"], course)


def _ask(services: Services, look: Look, question: str, **options: Any) -> Any:
    asked, query, own = resolve(look.site, question, look.params(**options), look.now_ms)
    return services.answers.told(asked, query, **own)
