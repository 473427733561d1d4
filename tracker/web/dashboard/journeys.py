"""Journeys: the paths visits take, where they begin and end, and what leads to goals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from flask import Flask

from tracker.services import Services
from tracker.web import formats
from tracker.web.dashboard.charts import Flow
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Answer, Panel
from tracker.web.dashboard.question_page import QuestionPage

PATHS = {"limit": "60"}
"""The same for all panels, so that the question is asked once."""
WIDEST = 7
"""Pages told by name in each column of the picture; the others are put together."""
OTHERS = "other pages"


def flow(answer: Any, look: Look) -> dict[str, Any]:
    """The picture: page to page by step, with the commonest pages of each step by name."""
    counts: list[Counter[str]] = [Counter() for _ in range(5)]
    for path in answer["commonPaths"]:
        for step, page in enumerate(path["path"]):
            counts[step][page] += path["frequency"]
    named = [{page for page, _ in count.most_common(WIDEST)} for count in counts]

    def node(step: int, page: str) -> str:
        return f"{step}:{page if page in named[step] else OTHERS}"

    moves: Counter[tuple[str, str]] = Counter()
    for path in answer["commonPaths"]:
        for step, (here, there) in enumerate(pairwise(path["path"])):
            moves[node(step, here), node(step + 1, there)] += path["frequency"]
    flows = [(a, b, n, _link(look, a)) for (a, b), n in moves.most_common()]
    ids = dict.fromkeys(end for move in flows for end in move[:2])
    columns = {one: int(one.partition(":")[0]) for one in ids}
    nodes = {one: one.partition(":")[2] for one in ids}
    told = sum(path["frequency"] for path in answer["commonPaths"])
    summary = f"The first five pages of {formats.whole(told)} visits."
    return {"flow": Flow(flows, nodes, summary, columns, OTHERS) if flows else None}


def _link(look: Look, node: str) -> str:
    page = node.partition(":")[2]
    return "" if page == OTHERS else look.filtered("page", page)


def first(rows: str, number: int) -> Callable[[Answer, Look], list[Any]]:
    """What makes of an answer the first of its `rows`."""
    return lambda answer, look: answer[rows][:number]


def no_paths(answer: Any) -> bool:
    """Whether no visit saw a page."""
    return not answer["commonPaths"]


PAGE = QuestionPage(
    name="journeys",
    title="Journeys",
    compares=False,
    panels=(
        Panel(
            "flow",
            "From page to page",
            "journeys",
            "dashboard/journeys/_flow.html",
            options=PATHS,
            shape=flow,
            empty=no_paths,
            size="tall",
        ),
        Panel(
            "paths",
            "Common paths",
            "journeys",
            "dashboard/journeys/_paths.html",
            options=PATHS,
            shape=first("commonPaths", 15),
            empty=no_paths,
            size="table",
        ),
        Panel(
            "entries",
            "Where they come in",
            "journeys",
            "dashboard/journeys/_entries.html",
            options=PATHS,
            shape=first("entryPoints", 10),
            empty=lambda answer: not answer["entryPoints"],
            size="table",
            width="half",
        ),
        Panel(
            "exits",
            "Where they leave",
            "journeys",
            "dashboard/journeys/_exits.html",
            options=PATHS,
            shape=first("exitPoints", 10),
            empty=lambda answer: not answer["exitPoints"],
            size="table",
            width="half",
        ),
        Panel(
            "conversions",
            "What leads to goals",
            "journeys",
            "dashboard/journeys/_conversions.html",
            options=PATHS,
            empty=lambda answer: not answer["conversionPaths"],
            teach="dashboard/overview/_no_goals.html",
            size="table",
        ),
    ),
)


def register(app: Flask, services: Services) -> None:
    """Add the page."""
    app.register_blueprint(PAGE.blueprint(services))
