"""One error: by day, whom and what it hits, what was done before, the latest occurrences."""

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

PARTS = (
    ("browsers", "Browser", "browser"),
    ("systems", "System", "os"),
    ("pages", "Page", "page"),
    ("events", "Event", "event"),
)
"""(field of the answer, heading, dimension to filter by)"""
LIMIT = {"limit": "50"}
"""The same for all panels, so that the question is asked once."""


def course(answer: Any, look: Look) -> dict[str, Any]:
    """How often, and how many it hit, step by step."""
    labels, titles = charts.steps(answer["steps"], look.query.interval)
    values = [step["errors"] for step in answer["steps"]]
    summary = f"{formats.whole(answer['total'])} errors over time."
    bars = [Series("Errors", values)]
    return {"chart": Chart("bars", labels, bars, summary, titles=titles, partial=look.runs)}


def parts(answer: Any, look: Look) -> list[dict[str, Any]]:
    """What the errors tell, each part as a short list with its share."""
    return [
        {
            "title": title,
            "dimension": dimension,
            "rows": [
                {**row, "share": charts.share_of(row["count"], answer["total"])} for row in answer[name]
            ],
        }
        for name, title, dimension in PARTS
    ]


def gone(answer: Any) -> bool:
    """Whether it does not occur in this time."""
    return not answer["total"]


def _panel(name: str, title: str, **more: Any) -> Panel:
    return Panel(
        name,
        title,
        "error",
        f"dashboard/error/_{name}.html",
        keep=False,
        takes=("message",),
        options=LIMIT,
        empty=gone,
        teach="dashboard/error/_gone.html",
        **more,
    )


PAGE = QuestionPage(
    name="error",
    title="Error",
    own=("message",),
    compares=False,
    panels=(
        _panel("course", "How often", shape=course, size="tiles"),
        _panel("parts", "Where it happens", shape=parts, size="tall", width="two-thirds"),
        _panel("before", "What they did just before", size="tall", width="third"),
        _panel("occurrences", "The latest ones", size="tall"),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
