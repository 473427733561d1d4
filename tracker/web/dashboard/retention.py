"""Retention: how many come back, cohort by cohort, and who stays away."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tracker.services import Services
from tracker.web import formats
from tracker.web.dashboard import charts
from tracker.web.dashboard.charts import Chart, Series
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel
from tracker.web.dashboard.question_page import QuestionPage

DAYS = ("day1", "day7", "day14", "day30", "day60", "day90")


def curve(answer: Any, look: Look) -> dict[str, Any]:
    """The share that was active on each day after the first."""
    points = answer["retentionCurve"]
    labels = [str(point["day"]) for point in points]
    titles = [f"Day {point['day']}" for point in points]
    values = [point["retentionRate"] for point in points]
    told = {point["day"]: point["retentionRate"] for point in points}
    summary = f"Of those who came, {formats.percent(told.get(1))} were active a day later."
    lines = [Series("Active", values, fill=True)]
    if answer.get("previous"):
        before = {point["day"]: point["retentionRate"] for point in answer["previous"]}
        earlier = [before.get(point["day"]) for point in points]
        lines.append(Series("Of the time before", earlier, colour=7, dashed=True))
    chart = Chart(
        "curve",
        labels,
        lines,
        summary,
        titles=titles,
        unit="percent",
        across="Days after the first",
    )
    return {"chart": chart, "marks": [(day, told.get(day)) for day in (1, 7, 14, 30)]}


def grid(answer: Any, look: Look) -> dict[str, Any]:
    """A row for each first day, coloured by how many came back; no columns of days over for nobody."""
    over = [day for day in DAYS if any(one["retention"][day] is not None for one in answer["cohorts"])]
    rows = [
        {
            "label": f"{formats.day(cohort['cohortDate'], look.now_ms, look.site.time_zone)} "
            f"({formats.whole(cohort['cohortSize'])})",
            "cells": [_cell(cohort, day) for day in over],
        }
        for cohort in reversed(answer["cohorts"])
    ]
    columns = [f"Day {day.removeprefix('day')}" for day in over]
    later = [day.removeprefix("day") for day in DAYS if day not in over]
    return {"columns": columns, "rows": rows, "later": later}


def _cell(cohort: Any, day: str) -> dict[str, Any]:
    rate = cohort["retention"][day]
    return {
        "text": "" if rate is None else formats.percent(rate, 0),
        "level": "none" if rate is None else charts.level(rate, 100),
        "title": "not over yet" if rate is None else f"{formats.percent(rate)} were active on that day",
    }


def nobody_new(answer: Any) -> bool:
    """Whether nobody came for the first time."""
    return not answer["newUsers"]


PAGE = QuestionPage(
    name="retention",
    title="Retention",
    panels=(
        Panel(
            "curve",
            "Coming back",
            "retention",
            "dashboard/retention/_curve.html",
            shape=curve,
            follows=True,
            empty=nobody_new,
            teach="dashboard/retention/_nobody.html",
            size="figures",
            width="two-thirds",
        ),
        Panel(
            "churn",
            "Staying away",
            "churn",
            "dashboard/retention/_churn.html",
            follows=True,
            empty=lambda answer: not answer["activeBefore"],
            size="short",
            width="third",
        ),
        Panel(
            "cohorts",
            "Cohorts",
            "cohorts",
            "dashboard/retention/_cohorts.html",
            shape=grid,
            follows=True,
            empty=lambda answer: not answer["cohorts"],
            teach="dashboard/retention/_nobody.html",
            size="tall",
        ),
        Panel(
            "risk",
            "At risk",
            "churn",
            "dashboard/retention/_risk.html",
            follows=True,
            empty=lambda answer: not answer["riskSegments"],
            size="table",
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
