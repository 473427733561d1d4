"""What templates of question pages use besides their values."""

from __future__ import annotations

from flask import Flask

from tracker.analytics.query import Query
from tracker.domain.site import Site
from tracker.services import Services
from tracker.web.dashboard import charts, explained
from tracker.web.dashboard.filter_bar import dimension_words, filter_words, period_words, value_words
from tracker.web.dashboard.look import Look
from tracker.web.script_tag import host, script_tag


def register(app: Flask, services: Services) -> None:
    """Add the filters and globals that `_panel.html`, `_charts.html` and `_tables.html` name."""
    explained.register(app)
    for name, function in (
        ("spark", charts.spark),
        ("spark_words", charts.spark_words),
        ("share_of", charts.share_of),
        ("asked_words", asked_words),
    ):
        app.add_template_filter(function, name)
    app.add_template_filter(lambda value, dimension: value_words(dimension, value), "value_words")
    app.add_template_global(lambda site: tag(site, services), "script_tag")
    app.add_template_global(lambda: host(services.settings), "host_url")


def tag(site: Site, services: Services) -> str:
    """The line that a site's pages need."""
    return script_tag(site, services.settings)


def asked_words(look: Look, query: Query | None = None) -> str:
    """What a panel's figures are of, in a sentence or two."""
    query = query or look.query
    parts = [f"Shown: {period_words(query.period, look)}, days as in {query.zone}"]
    if query.compare:
        parts.append(f"compared with {period_words(query.previous().period, look)}")
    words = [f"{dimension_words(one.dimension)} {filter_words(one)}" for one in query.filters]
    filters = f" Filters: {'; '.join(words)}." if words else ""
    name = getattr(query.segment, "name", "")
    segment = f" Only people of the segment {name}." if name else ""
    bots = " Bots are counted, too." if query.include_bots else " Bots are left out."
    return ", ".join(parts) + "." + filters + segment + bots
