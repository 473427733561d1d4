"""Users: how many are active, how they come and go, and how much they use the site."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tracker.services import Services
from tracker.web import formats
from tracker.web.dashboard import charts
from tracker.web.dashboard.charts import Chart, Series
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel, Tab
from tracker.web.dashboard.question_page import QuestionPage

KINDS = (("new", "New", 1), ("returning", "Returning", 3), ("reactivated", "Reactivated", 5))
CHURNED = ("churned", "Lost", 2)


def active(answer: Any, look: Look) -> dict[str, Any]:
    """The three spans with their changes, and active persons by day."""
    labels, titles = charts.steps(answer["activityByDate"], "day")
    values = [one["activeUsers"] for one in answer["activityByDate"]]
    mean = formats.number(sum(values) / len(values), 1)
    chart = Chart(
        "line",
        labels,
        [Series("Active", values, fill=True)],
        f"Active people by day, {mean} on average.",
        titles=titles,
        links=look.days(answer["activityByDate"]),
        partial=look.runs,
    )
    return {"chart": chart, "running": chart.partial, "yesterday": values[-2] if len(values) > 1 else None}


def who(answer: Any, look: Look) -> dict[str, str]:
    """The share of each kind: of the active, and of those active before."""
    kinds = ("newUsers", "returningUsers", "reactivatedUsers")
    active = sum(answer[name] or 0 for name in kinds)
    before = (answer["returningUsers"] or 0) + (answer["churnedUsers"] or 0)
    told = {name: _share(answer[name], active, "of the active") for name in kinds}
    return told | {"churnedUsers": _share(answer["churnedUsers"], before, "of those before")}


def _share(part: int | None, whole: int, words: str) -> str:
    return f"{formats.percent(100 * part / whole)} {words}" if part is not None and whole else ""


def growth(answer: Any, look: Look) -> dict[str, Any]:
    """Bars of who is active, by how they came to be; the lost below zero, of steps that are over."""
    series = answer["series"]
    labels, titles = charts.steps(series, str(look.query.interval))
    bars = [Series(label, [one[name] for one in series], colour) for name, label, colour in KINDS]
    name, label, colour = CHURNED
    lost = [None if one[name] is None else -one[name] for one in series]
    if look.runs:
        lost[-1:] = [None]  # who was there before may still come
    bars.append(Series(label, lost, colour))
    sums = {name: sum(one[name] or 0 for one in series) for name in ("new", "reactivated", "churned")}
    summary = (
        f"New, returning, reactivated and lost people by step: {formats.whole(sums['new'])} new, "
        f"{formats.whole(sums['churned'])} lost."
    )
    links = look.days(series)
    chart = Chart("stacked", labels, bars, summary, titles=titles, links=links, partial=look.runs)
    return {"chart": chart}


def stickiness(answer: Any, look: Look) -> dict[str, Any]:
    """How many are active on how many days."""
    field = "daysPerWeek" if look.own.get("stickiness") == "week" else "daysPerMonth"
    habits = answer[field]
    labels = [str(one["days"]) for one in habits]
    titles = [f"{one['days']} day{'s' if one['days'] > 1 else ''}" for one in habits]
    values = [one["persons"] for one in habits]
    summary = f"People by the number of days they were active on, of the last {len(habits)}."
    return {
        "chart": Chart(
            "bars", labels, [Series("People", values)], summary, titles=titles, across="Active days"
        ),
        "habits": habits,
    }


def hours(answer: Any, look: Look) -> dict[str, Any]:
    """A row for each weekday with 24 coloured cells."""
    cells = answer["cells"]
    noun = "people" if answer["by"] == "persons" else "events"
    rows = []
    for weekday in range(7):
        day = formats.WEEKDAYS[weekday]
        rows.append(
            {
                "label": day,
                "cells": [
                    {
                        "text": formats.short(cell["value"]) if cell["value"] else "",
                        "level": charts.level(cell["value"], answer["peak"]),
                        "title": f"{day} {cell['hour']:02d}:00: {formats.whole(cell['value'])} {noun}",
                    }
                    for cell in cells[weekday * 24 : weekday * 24 + 24]
                ],
            }
        )
    return {"rows": rows, "columns": [f"{hour:02d}" for hour in range(24)], "noun": noun}


def nobody(answer: Any) -> bool:
    """Whether nobody was active, now or before."""
    return not (answer["mau"] or answer["churnedUsers"] or any(answer["activityByHour"]))


PAGE = QuestionPage(
    name="users",
    title="Users",
    panels=(
        Panel(
            "active",
            "Active users",
            "activity",
            "dashboard/users/_active.html",
            shape=active,
            empty=nobody,
            size="tiles",
            width="two-thirds",
        ),
        Panel(
            "engagement",
            "Engagement",
            "activity",
            "dashboard/users/_engagement.html",
            empty=nobody,
            size="chart",
            width="third",
        ),
        Panel(
            "who",
            "Who they are",
            "activity",
            "dashboard/users/_who.html",
            shape=who,
            follows=True,
            empty=nobody,
            size="row",
        ),
        Panel(
            "growth",
            "Coming and going",
            "growth",
            "dashboard/users/_growth.html",
            follows=True,
            shape=growth,
            empty=lambda answer: not any(one["active"] or one["churned"] for one in answer["series"]),
        ),
        Panel(
            "stickiness",
            "Stickiness",
            "stickiness",
            "dashboard/users/_stickiness.html",
            follows=True,
            tabs=(Tab("month", "Days of 30"), Tab("week", "Days of 7")),
            shape=stickiness,
            empty=lambda answer: not answer["mau"],
            size="tiles",
            width="half",
        ),
        Panel(
            "hours",
            "Hours of the week",
            "heatmap",
            "dashboard/users/_hours.html",
            tabs=(Tab("events", "Events", {"by": "events"}), Tab("people", "People", {"by": "persons"})),
            shape=hours,
            empty=lambda answer: not answer["total"],
            size="chart",
            width="half",
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
