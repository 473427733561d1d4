"""Payments: how far they come, which are stuck, and one payment from beginning to end."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tracker.services import Services
from tracker.web.dashboard import charts, paging
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel, Tab
from tracker.web.dashboard.question_page import QuestionPage

PAGE_SIZE = 50
STAGES = {
    "payment_initialized": "Started",
    "payment_completed": "Paid",
    "webhook_received": "Webhook received",
    "credits_added": "Credited",
}
STATES = {"credited": "Credited", "completed": "Paid", "failed": "Failed", "pending": "Pending"}


def stages(answer: Any, look: Look) -> list[dict[str, Any]]:
    """The stages as a funnel."""
    first = answer["stages"][0]["payments"]
    found = []
    before = first
    for stage in answer["stages"]:
        found.append(
            {
                "label": STAGES[stage["stage"]],
                "value": stage["payments"],
                "rate": charts.share_of(stage["payments"], first),
                "lost": before - stage["payments"],
                "step_rate": None if stage["dropoffRate"] is None else 100 - stage["dropoffRate"],
                "seconds": stage["medianSeconds"],
            }
        )
        before = stage["payments"]
    return found


def listed(answer: Any, look: Look) -> dict[str, Any]:
    """The rows with the links around them."""
    return {"pages": paging.pages(look, answer["total"], PAGE_SIZE), "states": STATES}


def flow(answer: Any, look: Look) -> dict[str, Any]:
    """What the flow of one payment needs besides."""
    return {"states": STATES, "stages": STAGES}


def none_started(answer: Any) -> bool:
    """Whether no payment began."""
    return not answer["paymentsStarted"]


def named(services: Services, look: Look) -> dict[str, Any]:
    """A payment is called by its reference."""
    return {"about": look.own.get("reference", "")}


PAGE = QuestionPage(
    name="payments",
    title="Payments",
    compares=False,
    own=("search", "offset"),
    panels=(
        Panel(
            "figures",
            "How far they come",
            "payments",
            "dashboard/payments/_figures.html",
            options={"limit": "1"},
            shape=stages,
            empty=none_started,
            teach="dashboard/payments/_none.html",
            size="figures",
        ),
        Panel(
            "payments",
            "Payments",
            "payments",
            "dashboard/payments/_payments.html",
            keep=False,
            options={"limit": str(PAGE_SIZE)},
            takes=("search", "offset"),
            tabs=(
                Tab("all", "All"),
                Tab("stuck", "Stuck", {"state": "stuck"}),
                Tab("failed", "Failed", {"state": "failed"}),
                Tab("pending", "Pending", {"state": "pending"}),
                Tab("credited", "Credited", {"state": "credited"}),
            ),
            shape=listed,
            empty=none_started,
            teach="dashboard/payments/_none.html",
            size="tall",
        ),
    ),
)
ONE = QuestionPage(
    name="payment",
    title="Payment",
    compares=False,
    own=("reference",),
    panels=(
        Panel(
            "flow",
            "From beginning to end",
            "payment",
            "dashboard/payments/_flow.html",
            keep=False,
            takes=("reference",),
            shape=flow,
            size="tall",
        ),
    ),
    template="dashboard/payment.html",
    more=named,
)


def register(app: Flask, services: Services) -> None:
    """Add both pages."""
    app.register_blueprint(PAGE.blueprint(services))
    app.register_blueprint(ONE.blueprint(services))
