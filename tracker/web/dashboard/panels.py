"""Panels: one question each, asked through the registry, in whatever state its answer is in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import render_template

from tracker.definitions.resolve import resolve
from tracker.errors import DesirepathError, Unavailable
from tracker.services import Services
from tracker.web.dashboard import courses
from tracker.web.dashboard.courses import Course
from tracker.web.dashboard.look import Look

Answer = Any
"""What the API gives: dicts, lists and values, under the API's names."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several ways to ask a panel's question: its name in the address, label, and options."""

    name: str
    label: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of a page.

    `name` is its place in addresses; `question` the registry's name; `template` what renders its content from
    `answer`, `shown` (what `shape` made of it), `look`, `panel` and `tab`. `options` go to the question as in
    an address (also `limit`, `interval` …), so do those that `first` finds for the site;
    `takes` are parameters of the page's address that are passed on.
    `empty` tells whether there is nothing to show; `teach` is the template that then says how to get it, and
    sees as `lesson` what the function of that name makes of the look.
    `more` is how many rows there are when somebody asks for more of them (`more=<name>` in the address).
    `follows` tells that it follows people over days, so that the answer may have to be `unavailable`.
    `keep=False` is for panels that name people: browsers keep nothing of them.
    `size` is how much room it takes, from `panels.css`: row, short, chart, tiles, tall, table …
    `lazy` ones load when they come into sight.
    `live` tells whether what is looked at goes on: then the panel asks for its new lines (`live.js`).
    `course` gives the template `courses`: how each row went over time, by its value.
    """

    name: str
    title: str
    question: str
    template: str
    options: Mapping[str, str] = field(default_factory=dict)
    first: Callable[[Look], Mapping[str, str]] | None = None
    takes: tuple[str, ...] = ()
    tabs: tuple[Tab, ...] = ()
    shape: Callable[[Answer, Look], Any] | None = None
    empty: Callable[[Answer], bool] | None = None
    teach: str = "dashboard/_empty.html"
    lesson: Callable[[Look], Any] | None = None
    size: str = "chart"
    width: str = "whole"
    lazy: bool = False
    more: int = 0
    course: Course | None = None
    live: Callable[[Look], bool] | None = None
    keep: bool = True
    follows: bool = False

    def tab(self, look: Look) -> Tab | None:
        """The tab that is chosen in the address, else the first."""
        chosen = look.own.get(self.name)
        return next((tab for tab in self.tabs if tab.name == chosen), self.tabs[0] if self.tabs else None)

    def asked(self, look: Look) -> dict[str, str]:
        """The question's options in this look: the panel's, its tab's, and those of the address."""
        tab = self.tab(look)
        passed = {name: look.own[name] for name in self.takes if name in look.own}
        opened = {"limit": str(self.more)} if self.more and look.own.get("more") == self.name else {}
        found = self.first(look) if self.first else {}
        return {**self.options, **found, **(tab.options if tab else {}), **opened, **passed}


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel as HTML; `tagged` tells whether it stays as it is while its tag is true."""

    html: str
    tagged: bool


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far figures are behind: `waiting` events are on disk but not counted; `stuck` when none will be."""

    waiting: int
    stuck: bool

    def __bool__(self) -> bool:
        """Whether anybody need know."""
        return self.stuck or self.waiting > FEW


FEW = 5_000
"""Events that are counted within a moment."""
PROCESS = secrets.token_hex(8)
"""Stores count their versions anew in every process, so tags must differ between processes."""


def tag_of(services: Services, panel: Panel, look: Look, role: str) -> str:
    """What a panel's HTML depends on, as one short text. Raises Invalid."""
    question, query, options = resolve(
        look.site, panel.question, look.params(**panel.asked(look)), look.now_ms
    )
    answer = services.answers.key(question, query, **options)
    parts = (PROCESS, answer, look.pairs, look.site.name, role, freshness(services))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def answered(services: Services, panel: Panel, look: Look) -> Shown:
    """Ask the panel's question and render the answer, or what stands in its way."""
    asked = panel.asked(look)
    try:
        question, query, options = resolve(look.site, panel.question, look.params(**asked), look.now_ms)
        answer = services.answers.told(question, query, **options)
        course = courses.of_rows(services, panel.course, answer, query) if panel.course else {}
    except DesirepathError as error:
        # What no patience mends, such as want of memory, is not asked for again and again.
        preparing = isinstance(error, Unavailable) and error.retry_after is not None
        return Shown(_frame(panel, look, error=error, preparing=preparing), False)
    # Of the same question one panel may follow people and another not.
    why = answer.get("unavailable") if panel.follows else None
    nothing = why is not None or (panel.empty is not None and panel.empty(answer))
    html = _frame(
        panel,
        look,
        question=question,
        query=query,
        answer=answer,
        courses=course,
        live=panel.live is not None and panel.live(look),
        shown=panel.shape(answer, look) if panel.shape and not nothing else answer,
        empty=nothing,
        unavailable=why,
        lesson=panel.lesson(look) if panel.lesson and nothing else None,
        freshness=freshness(services),
        api=look.api(panel.question, **asked),
        csv=look.api(panel.question, "csv", **asked),
    )
    return Shown(html, True)


def placeholder(_: Services, panel: Panel, look: Look) -> Shown:
    """The panel before it is asked: its title, and as much room as it will take."""
    return Shown(_frame(panel, look, loading=True), False)


def freshness(services: Services) -> Freshness:
    """How far the column store is behind the ledger now."""
    return Freshness(services.behind(), services.sync.last_error is not None)


def _frame(panel: Panel, look: Look, **values: Any) -> str:
    return render_template(
        "_panel.html", panel=panel, look=look, site=look.site, tab=panel.tab(look), **values
    )
