"""Segments: who is in them, what they have in common, how they fare."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from tracker.definitions import stored
from tracker.services import Services
from tracker.web import countries
from tracker.web.dashboard import charts
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel
from tracker.web.dashboard.question_page import QuestionPage

KINDS = {
    "behavioral": "by what they do",
    "demographic": "by who they are",
    "technographic": "by what they use",
}
OF_COUNTRIES = re.compile(r"\bcountry(?: is not| is)?(?: [A-Z]{2}\b(?: or|,)?)+")
CODE = re.compile(r"\b[A-Z]{2}\b")


def ours(services: Services, look: Look) -> dict[str, Any]:
    """The site's own segments."""
    return {"own": stored.all_of(look.site.id, "segments")}


def side_by_side(answer: Any, look: Look) -> list[dict[str, Any]]:
    """A row for each segment; one that the site keeps leads to its people."""
    own = {one.value.name: str(one.id) for one in stored.all_of(look.site.id, "segments")}
    return [
        {
            "name": one["segmentName"],
            "kind": KINDS[one["segmentType"]],
            "url": look.to("people", segment=own[one["segmentName"]]) if one["segmentName"] in own else "",
            "users": one["userCount"],
            "share": charts.share_of(one["userCount"], answer["of"]),
            "engagement": one["avgEngagement"] if one["userCount"] else None,
            "revenue": one["avgRevenue"] if one["userCount"] else None,
            "words": "; ".join(characteristic(words) for words in one["characteristics"]),
        }
        for one in answer["segments"]
    ]


def characteristic(words: str) -> str:
    """What members have in common, with countries by their names: `country FR: 62 % (…)` is of France."""
    named = OF_COUNTRIES.sub(lambda found: CODE.sub(lambda code: countries.name(code[0]), found[0]), words)
    return named.replace(" %", "%")


PAGE = QuestionPage(
    name="segments",
    title="Segments",
    more=ours,
    compares=False,
    panels=(
        Panel(
            "segments",
            "Side by side",
            "segments",
            "dashboard/segments/_segments.html",
            shape=side_by_side,
            empty=lambda answer: not answer["of"],
            size="table",
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
