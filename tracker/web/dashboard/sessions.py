"""Sessions: how many, how long, how they went over time, and on what."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tracker.services import Services
from tracker.web import formats
from tracker.web.dashboard.charts import Chart, Series
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.overview import Metric, chart, cut
from tracker.web.dashboard.panels import Panel
from tracker.web.dashboard.question_page import QuestionPage

LENGTHS = {
    "0-30s": "Up to 30 s",
    "30s-2m": "30 s – 2 min",
    "2m-5m": "2 – 5 min",
    "5m-15m": "5 – 15 min",
    "15m-30m": "15 – 30 min",
    "30m+": "Over 30 min",
}


def lengths(answer: Any, look: Look) -> dict[str, Any]:
    """Bars of the distribution, and its rows with their share."""
    found = answer["sessionLengthDistribution"]
    total = answer["totalSessions"]
    rows = [
        {"length": label, "sessions": found[name], "share": 100 * found[name] / total if total else None}
        for name, label in LENGTHS.items()
    ]
    summary = f"Sessions by length; half last {formats.seconds(answer['medianSessionLength'])} or less."
    bars = [Series("Sessions", [row["sessions"] for row in rows])]
    return {"chart": Chart("bars", list(LENGTHS.values()), bars, summary), "rows": rows}


SESSIONS = Metric("visits", "Sessions")


def course(answer: Any, look: Look) -> dict[str, Any]:
    """Sessions by step, with the time before."""
    return {"chart": chart(answer, look, SESSIONS)}


PAGE = QuestionPage(
    name="sessions",
    title="Sessions",
    panels=(
        Panel(
            "course",
            "Sessions",
            "overview",
            "dashboard/sessions/_course.html",
            shape=course,
            empty=lambda answer: not answer["visits"],
            size="figures",
            width="half",
        ),
        Panel(
            "lengths",
            "How long",
            "sessions",
            "dashboard/sessions/_lengths.html",
            shape=lengths,
            empty=lambda answer: not answer["totalSessions"],
            size="figures",
            width="half",
        ),
        cut("pages", "Where they begin and end", entry_page="First page", exit_page="Last page"),
        cut("devices", "On what", device="Device", browser="Browser", os="System", screen="Screen"),
        cut("places", "From where", country="Country", language="Language"),
        cut("origins", "What brought them", channel="Channel", source="Source", utm_campaign="Campaign"),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
