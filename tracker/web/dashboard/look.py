"""What a page looks at: site, time, filters and the page's own choices, all of it in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from tracker.analytics.filters import check
from tracker.analytics.query import Filter, Operator, Query, format_filter, parse_filter
from tracker.definitions.resolve import query_of
from tracker.domain.period import Interval
from tracker.domain.site import Site
from tracker.errors import DesirepathError, Invalid

Pairs = tuple[tuple[str, str], ...]
PERIOD = ("timeframe", "from", "to")
COMMON = (*PERIOD, "compare", "segment", "interval", "bots", "filter", "full")
"""What every page understands and every link between pages carries along."""
ASKED = tuple(name for name in COMMON if name != "full")
"""What questions understand too."""
DEFAULT_FRAME = "30d"
MAX_VALUE = 2_000


@dataclass(frozen=True, slots=True)
class Look:
    """The state of one page. `pairs` are the parameters of its address, without those that say nothing."""

    site: Site
    page: str
    root: str
    pairs: Pairs
    query: Query
    now_ms: int
    problem: DesirepathError | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    """The page's own parameters (tabs, sorting, search …) that are set."""

    @classmethod
    def read(
        cls,
        site: Site,
        page: str,
        root: str,
        args: Iterable[tuple[str, str]],
        now_ms: int,
        own: Iterable[str],
    ) -> Look:
        """The state an address asks for. Raises Invalid naming the parameter at fault."""
        known = (*COMMON, *own)
        pairs = tuple((key, value) for key, value in args if key in known and value != "")
        for key, value in pairs:
            if len(value) > MAX_VALUE:
                raise Invalid(f"{key} is too long.", field=key)
        query = query_of(site, asked(pairs), now_ms)
        mine = {key: value for key, value in pairs if key not in COMMON}
        return cls(site, page, root, pairs, query, now_ms, None, mine)

    @classmethod
    def plain(cls, site: Site, page: str, root: str, now_ms: int) -> Look:
        """The page as it is without any parameter."""
        return cls.read(site, page, root, (), now_ms, ())

    def with_problem(self, problem: DesirepathError) -> Look:
        """The same with what was wrong in the address."""
        return replace(self, problem=problem)

    @property
    def full(self) -> bool:
        """Whether everything is to be in the page at once, for those without scripts."""
        return ("full", "1") in self.pairs

    @property
    def frame(self) -> str:
        """The timeframe by name, "" for chosen dates."""
        if any(key in ("from", "to") for key, _ in self.pairs):
            return ""
        return self.value("timeframe") or DEFAULT_FRAME

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters of the address, in its order."""
        return self.query.filters

    def value(self, name: str) -> str:
        """A parameter of the address, "" where it is not given."""
        return next((value for key, value in self.pairs if key == name), "")

    def params(self, **more: Any) -> dict[str, list[str]]:
        """What a question is asked with: the common state, and `more`, which wins."""
        return merged(asked(self.pairs), more)

    def url(self, **changes: Any) -> str:
        """This page with some parameters changed: a value, a list of values, or None to leave it out."""
        return self._address(f"/sites/{self.site.id}/{self.page}", _changed(self.pairs, changes))

    def changed(self, pairs: Iterable[tuple[str, str]]) -> str:
        """This page with exactly these parameters."""
        return self._address(f"/sites/{self.site.id}/{self.page}", tuple(pairs))

    def to(self, page: str, *ids: str, **changes: Any) -> str:
        """Another page of the site with the same time, segment and filters: `to("people", "42")`.

        Ids may hold anything; they are quoted.
        """
        kept = tuple(pair for pair in self.pairs if pair[0] in COMMON)
        path = "/".join((page, *(quote(one, safe="") for one in ids)))
        return self._address(f"/sites/{self.site.id}/{path}", _changed(kept, changes))

    def part(self, path: str, **changes: Any) -> str:
        """An address below this page that gets the whole state, for panels and other parts."""
        pairs = tuple(pair for pair in self.pairs if pair[0] != "full")
        return self._address(f"/sites/{self.site.id}/{self.page}/{path}", _changed(pairs, changes))

    def filtered(self, dimension: str, value: Any, operator: str = "is", page: str = "") -> str:
        """This page, or another, with one more filter. A value of None means: not known."""
        wanted = _filter(dimension, value, operator)
        texts = [format_filter(one) for one in self.filters if one != wanted]
        target = self.to if page and page != self.page else self.url
        args = (page,) if page and page != self.page else ()
        return target(*args, filter=[*texts, format_filter(wanted)], offset=None)

    @property
    def runs(self) -> bool:
        """Whether the period, and so the last step of charts, is not over yet."""
        return self.query.period.until > self.now_ms

    @property
    def carried(self) -> str:
        """What links to other pages carry along, with its question mark; "" where nothing is set."""
        return self.to("").partition("/sites/")[2].removeprefix(f"{self.site.id}/")

    def without(self, index: int) -> str:
        """This page without the filter at this place."""
        texts = [format_filter(one) for n, one in enumerate(self.filters) if n != index]
        return self.url(filter=texts, offset=None)

    def days(self, series: Iterable[Mapping[str, Any]]) -> list[str]:
        """This page on each day of a series, where a click on a chart leads; none where steps are no days."""
        dates = [str(one["date"]) for one in series]
        if self.query.interval is not Interval.DAY or len(dates) < 2:
            return []
        return [self.url(from_=date, to=date) for date in dates]

    def has(self, dimension: str, value: Any) -> bool:
        """Whether the page is filtered by exactly this value."""
        return _filter(dimension, value, "is") in self.filters

    def api(self, question: str, shape: str = "json", **options: Any) -> str:
        """The API's address of a question as this page asks it."""
        params = self.params(**options)
        pairs = tuple((key, value) for key, values in params.items() for value in values)
        if shape != "json":
            pairs = (*pairs, ("format", shape))
        return self._address(f"/api/v1/sites/{self.site.id}/{question}", pairs)

    def _address(self, path: str, pairs: Pairs) -> str:
        query = urlencode(pairs, safe=":,/")
        return f"{self.root}{path}?{query}" if query else self.root + path


def asked(pairs: Pairs) -> dict[str, list[str]]:
    """The parameters of a question in those of a page. Pages compare unless they are told not to."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        if key in ASKED:
            found.setdefault(key, []).append(value)
    found.setdefault("compare", ["1"])
    return found


def merged(params: Mapping[str, list[str]], more: Mapping[str, Any]) -> dict[str, list[str]]:
    """Parameters with `more` put over them; None takes one away. `from_` stands for `from`."""
    found = dict(params)
    for name, value in more.items():
        key = name.rstrip("_")
        if value is None or value == "":
            found.pop(key, None)
        else:
            found[key] = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    return found


def from_form(args: Iterable[tuple[str, str]], own: Iterable[str]) -> list[tuple[str, str]]:
    """What the filter form says as the parameters of an address.

    Days win over a timeframe, unless days were shown before (`had_days`): then the timeframe is what was
    changed. `dimension`, `operator` and `value` are one more filter. Raises Invalid for a wrong one.
    """
    pairs = [(key, value.strip()) for key, value in args if value.strip()]
    given = dict(pairs)
    days = "from" in given or "to" in given
    left_out = set(
        ("timeframe",) if days and not (given.get("timeframe") and "had_days" in given) else PERIOD[1:]
    )
    if given.get("timeframe") == DEFAULT_FRAME:
        left_out.add("timeframe")
    kept = [(key, value) for key, value in pairs if key in (*COMMON, *own) and key not in left_out]
    kept = [pair for pair in kept if pair != ("bots", "0") and pair != ("compare", "1")]
    if given.get("comparing") and "compare" not in given:
        kept.append(("compare", "0"))
    if given.get("dimension"):
        kept.append(("filter", _typed(given)))
    return list(dict.fromkeys(kept))


def _typed(given: Mapping[str, str]) -> str:
    dimension = given["dimension"]
    if dimension in ("property", "trait"):
        dimension = f"{dimension}.{given.get('key', '')}"
    value = given.get("value")
    operator = given.get("operator", "is")
    if operator not in Operator.__members__.values():
        raise Invalid("There is no such operator.", field="operator")
    wanted = _filter(dimension, value if value is not None else "", operator)
    check(wanted)
    return format_filter(wanted)


def _filter(dimension: str, value: Any, operator: str) -> Filter:
    if value is None:
        return parse_filter(f"{dimension}:unknown")
    if operator in ("known", "unknown"):
        return Filter(dimension, Operator(operator))
    return Filter(dimension, Operator(operator), (str(value),))


def _changed(pairs: Pairs, changes: Mapping[str, Any]) -> Pairs:
    names = {name.rstrip("_") for name in changes}
    if names & set(PERIOD):
        names |= set(PERIOD)
    kept = [pair for pair in pairs if pair[0] not in names]
    for name, value in changes.items():
        values = value if isinstance(value, list | tuple) else (value,)
        kept += [(name.rstrip("_"), str(one)) for one in values if one is not None and one != ""]
    return tuple(kept)
