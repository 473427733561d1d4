"""Funnels: how many take one step after another, how long it takes, and where they are lost."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tracker.analytics.funnels.funnel import TEMPLATES, Funnel
from tracker.definitions import stored
from tracker.services import Services
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel, Tab
from tracker.web.dashboard.question_page import QuestionPage

CUTS = {"device": "Device", "country": "Country", "channel": "Channel", "browser": "Browser"}


def steps(answer: Any, look: Look) -> dict[str, Any]:
    """The steps as bars; what they are cut by."""
    return {
        "steps": [_step(step) for step in answer["steps"]],
        "cut": CUTS.get(look.own.get("steps", ""), ""),
    }


def _step(step: Any) -> dict[str, Any]:
    return {
        "label": step["step"],
        "value": step["count"],
        "rate": step["overallRate"],
        "lost": step["dropped"],
        "step_rate": step["stepRate"],
        "seconds": step["medianSeconds"],
    }


def choices(services: Services, look: Look) -> dict[str, Any]:
    """The funnels one may look at; the chosen one; the templates with their steps."""
    own, offered = _own(look), templates(look)
    listed = [*own.items(), *((key, one.name) for key, one in offered.items())]
    chosen = look.own.get("funnel") or first(look)["funnel"]
    return {"funnels": listed, "chosen": chosen, "own": set(own), "templates": offered}


def first(look: Look) -> dict[str, str]:
    """The funnel that is shown where none is chosen: the site's own before templates."""
    return {"funnel": next(iter([*_own(look), *templates(look)]))}


def _own(look: Look) -> dict[str, str]:
    return {str(one.id): one.value.name for one in stored.all_of(look.site.id, "funnels")}


def templates(look: Look) -> dict[str, Funnel]:
    """The templates the site has not taken over yet, by their name in addresses."""
    offered = stored.offered(look.site.id, "funnels")
    return {key: one for key, one in TEMPLATES.items() if one in offered}


PAGE = QuestionPage(
    name="funnels",
    title="Funnels",
    own=("funnel",),
    more=choices,
    panels=(
        Panel(
            "steps",
            "Step by step",
            "funnel",
            "dashboard/funnels/_steps.html",
            first=first,
            takes=("funnel",),
            tabs=(
                Tab("all", "All"),
                *(Tab(name, label, {"breakdown": name}) for name, label in CUTS.items()),
            ),
            shape=steps,
            empty=lambda answer: not answer["started"],
            teach="dashboard/funnels/_none.html",
            lesson=templates,
            size="tall",
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
