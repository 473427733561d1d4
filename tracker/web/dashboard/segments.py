"""Segments: who is in them, what they have in common, how they fare."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tracker.definitions import stored
from tracker.services import Services
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel
from tracker.web.dashboard.question_page import QuestionPage


def ours(services: Services, look: Look) -> dict[str, Any]:
    """The site's own segments."""
    return {"own": stored.all_of(look.site.id, "segments")}


PAGE = QuestionPage(
    name="segments",
    title="Segments",
    more=ours,
    panels=(
        Panel(
            "segments",
            "Side by side",
            "segments",
            "dashboard/segments/_segments.html",
            empty=lambda answer: not answer["of"],
            size="table",
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
