"""From what an address says to a question's query and options: one way for pages, API and whoever else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tracker.analytics.filters import check
from tracker.analytics.query import Query, Segment, SiteLike
from tracker.analytics.registry import Question, get
from tracker.definitions.stored import OfSite
from tracker.errors import Invalid, NotFound

Params = Mapping[str, Sequence[str]]


class Pseudonyms(Protocol):
    """What stands for texts of people who were pseudonymised."""

    def of(self, text: str) -> str:
        """What stands for a text."""


class Searched(SiteLike, Protocol):
    """A site whose people may have pseudonyms."""

    @property
    def pseudonyms(self) -> Pseudonyms | None:
        """None where nobody has."""


def query_of(site: SiteLike, params: Params, now_ms: int) -> Query:
    """The query an address asks for. Raises Invalid or NotFound naming the parameter at fault."""
    query = Query.parse(site, params, now_ms, _segment(site, params))
    for wanted in query.filters:
        check(wanted)
    return query


def resolve(
    site: Searched, name: str, params: Params, now_ms: int
) -> tuple[Question[Any, Any], Query, dict[str, Any]]:
    """A question by name with its query and its own options. Raises Invalid or NotFound.

    `segment=4` cuts the query by a stored segment. Parameters of stored kinds take numbers, too, and what
    the site has defined stands in where they are left out. Who is looked for by a text is also looked for by
    its pseudonym.
    """
    question = get(name)
    options = question.read(params, OfSite(site.id))
    if options.get("search") and site.pseudonyms is not None and name == "people":
        options["pseudonym"] = site.pseudonyms.of(options["search"])
    return question, query_of(site, params, now_ms), options


def _segment(site: SiteLike, params: Params) -> Segment | None:
    given = params.get("segment", ())
    texts = [text for text in ([given] if isinstance(given, str) else given) if text]
    if not texts:
        return None
    if len(texts) > 1:
        raise Invalid("segment may be given once only.", field="segment")
    if not (texts[0].isascii() and texts[0].isdigit() and len(texts[0]) < 10):
        raise Invalid("segment is the number of a stored segment.", field="segment")
    try:
        found: Segment = OfSite(site.id).one("segments", int(texts[0]))  # type: ignore[assignment]
    except NotFound as error:
        error.field = "segment"
        raise
    return found
