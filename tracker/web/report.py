"""A report: the figures of one day, week or month, as pages and the API give them, in a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask, render_template

from tracker.analytics.answers import Answers
from tracker.columns.sync import Sync
from tracker.config import Settings
from tracker.definitions.resolve import Searched, resolve
from tracker.domain.site import Site
from tracker.errors import Unavailable
from tracker.ledger import reads
from tracker.ledger.readers import Readers
from tracker.notify.message import Message
from tracker.notify.stretch import Every, Stretch
from tracker.web.dashboard.overview import METRICS

ASKED: dict[str, tuple[str, dict[str, str]]] = {
    "overview": ("overview", {"compare": "1"}),
    "growth": ("growth", {}),
    "pages": ("breakdown", {"dimension": "page", "limit": "5"}),
    "sources": ("breakdown", {"dimension": "source", "limit": "5"}),
    "goals": ("goals", {"compare": "1"}),
    "revenue": ("revenue", {"compare": "1"}),
    "errors": ("errors", {"limit": "1"}),
}
"""What a report asks: the question, and what it asks of it beside the days."""
CATCH_UP_SECONDS = 20.0

Ask = Callable[[str, dict[str, str]], Any]


class ReportWriter:
    """Writes reports; `notify.reports` sends them."""

    def __init__(
        self, app: Flask, settings: Settings, answers: Answers, sync: Sync, readers: Readers
    ) -> None:
        self._app = app
        self._settings = settings
        self._answers = answers
        self._sync = sync
        self._readers = readers

    def __call__(self, site: Site, of: Stretch, id_: str, now_ms: int) -> Message:
        """The report as a message. Raises Unavailable while figures are behind or cannot be had."""
        with self._readers.read() as connection:
            last = reads.last_id(connection)
        if not self._sync.wait_for(last, CATCH_UP_SECONDS):
            raise Unavailable("The figures are behind what came in; the report waits for them.")
        with self._app.app_context():
            return written(
                site, of, id_, self._settings.address, lambda *told: self._ask(site, now_ms, *told)
            )

    def _ask(self, site: Searched, now_ms: int, name: str, params: dict[str, str]) -> Any:
        question, query, options = resolve(site, name, {key: [text] for key, text in params.items()}, now_ms)
        return self._answers.told(question, query, **options)


def written(site: Site, of: Stretch, id_: str, address: str, ask: Ask) -> Message:
    """The report of this site; `ask` answers a question by its name and parameters."""
    days = {"from": of.first.isoformat(), "to": of.last.isoformat()}
    found = {
        key: ask(name, days | {"interval": str(of.every)} | params) for key, (name, params) in ASKED.items()
    }
    overview = f"{address}/sites/{site.id}/overview?{urlencode(days)}"
    told = {
        "site": site,
        "words": of.words(),
        "before": f"the {of.every} before",
        "compared": f"the {(of.last - of.first).days + 1} days before" if of.every is Every.MONTH else "",
        "metrics": METRICS,
        "grown": found["growth"]["series"][0],
        "url": overview,
        "errors_url": f"{address}/sites/{site.id}/errors?{urlencode(days)}",
        "settings_url": f"{address}/sites/{site.id}/settings/alerts",
    }
    data = {
        "type": "report",
        "site": {"id": site.id, "name": site.name},
        "every": str(of.every),
        **days,
        "timeZone": site.time_zone,
        "answers": found,
        "url": overview,
    }
    return Message(
        id_, f"{site.name}: {of.words()}", render_template("report.txt", found=found, **told).lstrip(), data
    )
