"""From what an address says to a question's query: the one place where pages do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.analytics.filters import check
from tracker.analytics.query import Query
from tracker.analytics.registry import Question, get
from tracker.domain.site import Site

Params = Mapping[str, Sequence[str]]


def read(site: Site, params: Params, now_ms: int) -> Query:
    """The query an address asks for. Raises Invalid naming the parameter at fault."""
    query = Query.parse(site, params, now_ms)
    for wanted in query.filters:
        check(wanted)
    return query


def resolve(
    site: Site, name: str, params: Params, now_ms: int
) -> tuple[Question[Any, Any], Query, dict[str, Any]]:
    """A question by name, with its query and its own options. Raises Invalid or NotFound."""
    question = get(name)
    return question, read(site, params, now_ms), question.read(params)
