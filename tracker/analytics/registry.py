"""Every question by name: how it is asked, and how its answer becomes JSON, a table and a docs entry.

To add a question, make a file beside this one::

    @dataclass(frozen=True, slots=True)
    class Ranking:
        events: tuple[Ranked, ...]

    @question(name="event-ranking", title="Events", rows="events")
    def answer(connection: sa.Connection, query: Query) -> Ranking:
        '''The definition of the number, in words.'''

Fields are written `snake_case` and leave as `camelCase`; keys of dictionaries stay as they are.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa

import tracker.analytics
from tracker.analytics.query import Query
from tracker.errors import Conflict, Invalid, NotFound

P = ParamSpec("P")
A = TypeVar("A")
MISSING: Any = object()


class Stored(Protocol):
    """What a site has defined, for parameters that name it."""

    def everything(self, kind: str) -> tuple[Any, ...]:
        """All of a kind, by name."""

    def one(self, kind: str, number: int) -> Any:
        """One by its number. Raises NotFound."""


class Nothing:
    """Nothing is stored."""

    def everything(self, kind: str) -> tuple[Any, ...]:
        """None."""
        return ()

    def one(self, kind: str, number: int) -> Any:
        """Raises NotFound."""
        raise NotFound(f"There is no {kind.removesuffix('s')} {number}.")


NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something a question takes besides the query, by the name of its keyword argument.

    `read` turns the request's text into the value and raises ValueError or Invalid. Without a default it
    must be given. `schema` is its JSON schema in OpenAPI. With a `kind` of stored definitions a number names
    one of them; with `many`, several numbers do, and all that are stored stand in where nothing is given.
    """

    name: str
    help: str
    read: Callable[[str], Any] = str
    default: Any = MISSING
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    kind: str = ""
    many: bool = False


def never(query: Query, **options: Any) -> bool:
    """Details are needed, always."""
    return False


@dataclass(frozen=True, slots=True)
class Question(Generic[P, A]):
    """A question; call it like the function it was made of."""

    name: str
    title: str
    function: Callable[Concatenate[sa.Connection, Query, P], A]
    parameters: tuple[Parameter, ...] = ()
    rows: str | None = None
    """The field of the answer with the rows of its table; None: the answer is one row."""
    rolled: Callable[..., bool] = never
    """Whether roll-ups answer a query with these options where details are gone."""
    ever: bool = False
    """Whether it is about all time, whatever the period."""
    money: bool = False
    """Whether it is made of events that are kept for ever."""

    def __call__(self, connection: sa.Connection, query: Query, *args: P.args, **options: P.kwargs) -> A:
        """The answer, in this connection's view of the store."""
        return self.function(connection, query, *args, **options)

    @property
    def definition(self) -> str:
        """What the figures mean, in words: the function's docstring."""
        return (self.function.__doc__ or "").strip()

    def read(self, params: Mapping[str, str | Sequence[str]], stored: Stored = NOTHING) -> dict[str, Any]:
        """The question's own parameters out of a request's. Raises Invalid naming the one at fault."""
        return {
            parameter.name: _read(parameter, params[parameter.name], stored)
            if params.get(parameter.name)
            else _default(parameter, stored)
            for parameter in self.parameters
        }


def question(
    *,
    name: str,
    title: str,
    parameters: tuple[Parameter, ...] = (),
    rows: str | None = None,
    rolled: Callable[..., bool] = never,
    ever: bool = False,
    money: bool = False,
) -> Callable[[Callable[Concatenate[sa.Connection, Query, P], A]], Question[P, A]]:
    """Make a question of `answer(connection, query, …)`. `name` is its address, in words with hyphens."""

    def make(function: Callable[Concatenate[sa.Connection, Query, P], A]) -> Question[P, A]:
        return Question(name, title, function, parameters, rows, rolled, ever, money)

    return make


def questions() -> dict[str, Question[Any, Any]]:
    """All questions by name: every `Question` in a module of `tracker.analytics`."""
    found: dict[str, Question[Any, Any]] = {}
    for item in _all():
        if found.setdefault(item.name, item) is not item:
            raise Conflict(f"Two questions are called {item.name}.")
    return found


def get(name: str) -> Question[Any, Any]:
    """The question of that name. Raises NotFound."""
    found = questions().get(name)
    if found is None:
        raise NotFound(f"There is no question called {name[:60]!r}.", field="question")
    return found


def to_json(answer: Any) -> Any:
    """The answer as plain dicts, lists and values; Decimals stay for the encoder."""
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return {
            item.metadata.get("json", camel(item.name)): to_json(getattr(answer, item.name))
            for item in dataclasses.fields(answer)
        }
    if isinstance(answer, Mapping):
        return {key: to_json(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [to_json(value) for value in answer]
    return answer


def to_table(asked: Question[Any, Any], answer: Any) -> tuple[list[str], Iterator[list[Any]]]:
    """(column names, rows) of the answer, for CSV and NDJSON. Lists in cells are joined by ` > `."""
    rows = [answer] if asked.rows is None else list(getattr(answer, asked.rows))
    flat = [_flat(to_json(row)) for row in rows]
    header = list(dict.fromkeys(key for row in flat for key in row))
    return header, ([row.get(key) for key in header] for row in flat)


def camel(name: str) -> str:
    """`avg_time_spent` → `avgTimeSpent`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {prefix or "value": _cell(value)}
    row: dict[str, Any] = {}
    for key, inner in value.items():
        row |= _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    return row


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return " > ".join(str(item) for item in value)
    return value


def _read(parameter: Parameter, value: str | Sequence[str], stored: Stored) -> Any:
    if not isinstance(value, str):
        if len(value) > 1:
            raise Invalid(f"{parameter.name} may be given once only.", field=parameter.name)
        value = value[0]
    try:
        numbers = _numbers(parameter, value)
        if numbers:
            found = tuple(stored.one(parameter.kind, number) for number in numbers)
            return found if parameter.many else found[0]
        return parameter.read(value)
    except ValueError as error:
        raise Invalid(f"{parameter.name}: {error}", field=parameter.name) from error
    except NotFound as error:
        error.field = parameter.name  # not of what it is called inside
        raise
    except Invalid as error:
        error.field = error.field or parameter.name
        raise


def _numbers(parameter: Parameter, text: str) -> list[int]:
    """The numbers of stored definitions that a parameter names; none where it says something else."""
    parts = text.split(",") if parameter.many else [text]
    if not parameter.kind or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return []
    return [int(part) for part in dict.fromkeys(parts)]


def _default(parameter: Parameter, stored: Stored) -> Any:
    if parameter.many:
        found = stored.everything(parameter.kind)
        if found:
            return found
    if parameter.default is MISSING:
        raise Invalid(f"{parameter.name} is needed: {parameter.help}", field=parameter.name)
    return parameter.default


def _all() -> Iterator[Question[Any, Any]]:
    seen: set[int] = set()
    for info in pkgutil.walk_packages(tracker.analytics.__path__, "tracker.analytics."):
        for value in vars(importlib.import_module(info.name)).values():
            if isinstance(value, Question) and id(value) not in seen:
                seen.add(id(value))
                yield value
