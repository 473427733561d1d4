"""Features: which are used, by how many, which take hold, and which lie idle."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Flask

from tracker.analytics.features import FEATURE_USED
from tracker.services import Services
from tracker.web import formats
from tracker.web.dashboard import charts
from tracker.web.dashboard.courses import Course
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel
from tracker.web.dashboard.question_page import QuestionPage

STAGES = {
    "active": "Active at all",
    "tried": "Tried a feature",
    "repeated": "Used one on 2 days or more",
    "habitual": "In half of the weeks or more",
}
OTHER = "Without a category"


def adoption(answer: Any, look: Look) -> list[dict[str, Any]]:
    """The adoption funnel."""
    found, before = [], 0
    first = answer["adoptionFunnel"][0]["users"]
    for stage in answer["adoptionFunnel"]:
        found.append(
            {
                "label": STAGES[stage["stage"]],
                "value": stage["users"],
                "rate": charts.share_of(stage["users"], first),
                "lost": max(0, before - stage["users"]),
                "step_rate": None if stage["dropoffRate"] is None else 100 - stage["dropoffRate"],
            }
        )
        before = stage["users"]
    return found


def cells(answer: Any, look: Look) -> list[dict[str, Any]]:
    """A row of coloured cells for each category, by adoption."""
    by_category: dict[str | None, list[Any]] = defaultdict(list)
    for cell in answer["cells"]:
        by_category[cell["category"]].append(cell)
    top = max((cell["adoptionRate"] or 0 for cell in answer["cells"]), default=0)
    return [
        {
            "label": category["category"] or OTHER,
            "users": category["users"],
            "rate": category["adoptionRate"],
            "cells": [_cell(cell, top, look) for cell in by_category[category["category"]]],
        }
        for category in answer["categories"]
    ]


def _cell(cell: Any, top: float, look: Look) -> dict[str, Any]:
    rate = cell["adoptionRate"]
    return {
        "name": cell["feature"],
        "rate": rate,
        "level": charts.level(rate, top),
        "title": f"{cell['feature']}: {formats.whole(cell['usage'])} uses by {formats.whole(cell['users'])} "
        f"people, {formats.percent(rate)} of all active",
        "url": look.filtered("feature", cell["feature"]),
    }


def unused(answer: Any) -> bool:
    """Whether no feature was ever used."""
    return not (answer["features"] or answer["unusedFeatures"])


PAGE = QuestionPage(
    name="features",
    title="Features",
    panels=(
        Panel(
            "heatmap",
            "By category",
            "feature-heatmap",
            "dashboard/features/_heatmap.html",
            shape=cells,
            empty=lambda answer: not answer["cells"],
            teach="dashboard/features/_none.html",
            size="categories",
            width="two-thirds",
        ),
        Panel(
            "adoption",
            "Taking hold",
            "features",
            "dashboard/features/_adoption.html",
            shape=adoption,
            empty=unused,
            teach="dashboard/features/_none.html",
            size="chart",
            width="third",
        ),
        Panel(
            "features",
            "All features",
            "features",
            "dashboard/features/_features.html",
            options={"top": "1000"},
            course=Course("features", "featureName", "feature", (FEATURE_USED,)),
            empty=unused,
            teach="dashboard/features/_none.html",
            size="table",
            width="two-thirds",
        ),
        Panel(
            "idle",
            "Idle",
            "features",
            "dashboard/features/_idle.html",
            empty=lambda answer: not answer["unusedFeatures"],
            teach="dashboard/features/_all_used.html",
            size="table",
            width="third",
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
