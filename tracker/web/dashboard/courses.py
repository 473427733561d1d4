"""How the rows of a table went over time: a few numbers for a sparkline each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tracker.analytics.event_chart import MAX_SERIES
from tracker.analytics.query import Filter, Operator, Query
from tracker.analytics.registry import get
from tracker.services import Services

EVENT = "event"
Courses = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Course:
    """What is counted for each row: events of `names` (all if empty) by `dimension`, step by step.

    `rows` and `label` are where the answer has its rows, and a row the dimension's value.
    """

    rows: str
    label: str
    dimension: str
    names: tuple[str, ...] = ()


def of_rows(services: Services, course: Course, answer: Any, query: Query) -> Courses:
    """Events in each step by the rows' values; nothing for rows without a value or another dimension."""
    if answer.get("dimension", course.dimension) != course.dimension:
        return {}
    values = [row[course.label] for row in answer[course.rows] if row[course.label] is not None]
    found: Courses = {}
    for some in _parts(values):
        found |= _asked(services, course, some, query)
    return found


def _asked(services: Services, course: Course, values: list[str], query: Query) -> Courses:
    question = get("event-chart")
    plain = replace(query, limit=MAX_SERIES, offset=0)
    if course.dimension == EVENT:
        answer = services.answers.told(question, plain, names=tuple(values), persons=False)
    else:
        wanted = Filter(course.dimension, Operator.IS, tuple(values))
        cut = replace(plain, filters=(*query.filters, wanted))
        answer = services.answers.told(question, cut, names=course.names, by=course.dimension, persons=False)
    found: dict[str, Any] = defaultdict(lambda: defaultdict(int))
    for step in answer["steps"]:
        value = step["event"] if course.dimension == EVENT else step["value"]
        found[value][step["start"]] += step["events"]
    return {value: list(steps.values()) for value, steps in found.items()}


def _parts(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), MAX_SERIES):
        yield values[start : start + MAX_SERIES]
