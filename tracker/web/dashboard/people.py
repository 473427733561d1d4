"""People: who was there, and everything about one of them."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tracker.accounts.roles import Role
from tracker.ledger import known_as
from tracker.services import Services
from tracker.web import access, formats
from tracker.web.dashboard import charts, paging
from tracker.web.dashboard.charts import Chart, Series
from tracker.web.dashboard.credits_form import CreditsForm, Form
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel, Tab
from tracker.web.dashboard.question_page import QuestionPage
from tracker.web.dashboard.support_card import of_person, user_of

PAGE_SIZE = 50
TIMELINE_SIZE = 60


def listed(answer: Any, look: Look) -> dict[str, Any]:
    """The rows with the links around them."""
    return {
        "pages": paging.pages(look, answer["total"], PAGE_SIZE),
        "sort": look.own.get("sort", "last_seen"),
    }


def habits(answer: Any, look: Look) -> dict[str, Any]:
    """Days and hours of one person; days without anything are there, too."""
    events = {one["date"]: one["events"] for one in answer["activityByDate"]}
    days = [day.isoformat() for day in look.query.period.each_day()]
    labels = [formats.step(day, "day") for day in days]
    titles = [formats.step_title(day, "day") for day in days]
    summary = f"Active on {formats.whole(answer['activeDays'])} days."
    values = [events.get(day, 0) for day in days]
    chart = Chart("bars", labels, [Series("Events", values)], summary, titles=titles, partial=look.runs)
    peak = max((max(day) for day in answer["activityByHour"]), default=0)
    rows = [
        {
            "label": formats.WEEKDAYS[n],
            "cells": [_hour(formats.WEEKDAYS[n], h, v, peak) for h, v in enumerate(day)],
        }
        for n, day in enumerate(answer["activityByHour"])
    ]
    return {"chart": chart, "rows": rows, "columns": [f"{hour:02d}" for hour in range(24)]}


def _hour(day: str, hour: int, value: int, peak: int) -> dict[str, Any]:
    return {
        "text": formats.short(value) if value else "",
        "level": charts.level(value, peak),
        "title": f"{day} {hour:02d}:00: {formats.whole(value)} events",
    }


def chronology(answer: Any, look: Look) -> dict[str, Any]:
    """Addresses of what came before and after; the event that was asked for."""
    wanted = look.own.get("event", "")
    return {
        "older": look.url(before=answer["older"], after=None, event=None) if answer["older"] else "",
        "newer": look.url(after=answer["newer"], before=None, event=None) if answer["newer"] else "",
        "event": int(wanted) if wanted.isdigit() else None,
    }


def goes_on(look: Look) -> bool:
    """Whether the newest lines of a timeline are shown, and more may come."""
    return look.query.period.until > look.now_ms and not look.own.keys() & {"before", "after", "event"}


def rights(services: Services, look: Look) -> dict[str, Any]:
    """Whether the viewer may hand out, or erase, what is kept of a person."""
    return {"may_erase": access.role_on(access.need_viewer(), look.site.id) >= Role.ADMIN}


def named(services: Services, look: Look) -> str:
    """How the person is called: by name, else by the id that was asked for."""
    user = user_of(services, look)
    with services.readers.read() as connection:
        name = user and known_as.called(connection, look.site.id, user)
    return name or look.own.get("person", "")


def _of_one(services: Services, look: Look) -> dict[str, Any]:
    about = {"about": named(services, look), "credits": Form.empty()}
    return of_person(services, look) | rights(services, look) | about


PAGE = QuestionPage(
    name="people",
    title="People",
    compares=False,
    own=("search", "sort", "offset"),
    panels=(
        Panel(
            "people",
            "People",
            "people",
            "dashboard/people/_people.html",
            keep=False,
            options={"limit": str(PAGE_SIZE)},
            takes=("search", "sort", "offset"),
            shape=listed,
            empty=lambda answer: not answer["total"],
            teach="dashboard/people/_nobody.html",
            size="tall",
        ),
    ),
)
ONE = QuestionPage(
    name="person",
    title="Person",
    compares=False,
    own=("person", "before", "after", "event"),
    panels=(
        Panel(
            "who",
            "Who",
            "person",
            "dashboard/people/_who.html",
            keep=False,
            takes=("person",),
            size="figures",
            width="third",
        ),
        Panel(
            "habits",
            "When",
            "person",
            "dashboard/people/_habits.html",
            keep=False,
            takes=("person",),
            shape=habits,
            size="figures",
            width="two-thirds",
        ),
        Panel(
            "timeline",
            "Timeline",
            "timeline",
            "dashboard/people/_timeline.html",
            keep=False,
            options={"limit": str(TIMELINE_SIZE)},
            takes=("person", "before", "after", "event"),
            tabs=(
                Tab("all", "Everything"),
                Tab("events", "Events", {"kind": "event"}),
                Tab("credits", "Credits", {"kind": "credit"}),
            ),
            shape=chronology,
            live=goes_on,
            empty=lambda answer: not answer["items"],
            teach="dashboard/people/_quiet.html",
            size="tall",
            width="two-thirds",
        ),
        Panel(
            "usual",
            "What they do",
            "person",
            "dashboard/people/_usual.html",
            keep=False,
            takes=("person",),
            size="tall",
            width="third",
        ),
    ),
    template="dashboard/person.html",
    more=_of_one,
)


def register(app: Flask, services: Services) -> None:
    """Add both pages."""
    app.register_blueprint(PAGE.blueprint(services))
    one = ONE.blueprint(services)
    CreditsForm(ONE, services).register(one)
    app.register_blueprint(one)
