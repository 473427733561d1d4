"""Errors: what goes wrong, how often, whom it hits, and what they did before."""

from __future__ import annotations

from flask import Flask

from tracker.services import Services
from tracker.web.dashboard.courses import Course
from tracker.web.dashboard.panels import Panel
from tracker.web.dashboard.question_page import QuestionPage

PAGE = QuestionPage(
    name="errors",
    title="Errors",
    panels=(
        Panel(
            "messages",
            "By message",
            "errors",
            "dashboard/errors/_messages.html",
            keep=False,
            course=Course("errors", "message", "error"),
            options={"limit": "50"},
            empty=lambda answer: not answer["total"],
            teach="dashboard/errors/_none.html",
            size="tall",
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
