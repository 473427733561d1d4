"""How far everybody got, as one statement: for each start the steps that follow it, found from the end.

From each event of a step, the next step is the earliest later event that fits. It does not depend on what
came before, so going from the last step to the first each event is joined to the one event that follows it,
and brings along all that follows that one: one ordered join for each step, and never pairs of everything.
Whether the window held is looked at last, for each start.

A number packs how far a start got and a time: (steps not reached) * PACK + time. The least of them over all
starts of somebody is of the starts that got furthest, and of them of the earliest one, because a later start
never reaches a step earlier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from tracker.analytics.filters import OF_EVENTS, OF_PERSONS, OF_SESSIONS, Condition, dimension, events_in
from tracker.analytics.funnels.funnel import Funnel, Step
from tracker.analytics.query import Filter, Query
from tracker.columns.dialect import first_by, next_of, once, one_of
from tracker.columns.schema import events, persons, sessions
from tracker.domain.period import local_day

PACK = 2**43
"""More milliseconds than any time has."""


@dataclass(frozen=True, slots=True)
class Reached:
    """`rows` has one for everybody who started: `at[k]` is when step k was reached, NULL where it was not;
    `who` is a person or a session, `value` the breakdown's, empty where it is not known."""

    rows: sa.FromClause
    who: sa.ColumnElement[int]
    at: tuple[sa.ColumnElement[int], ...]
    value: sa.ColumnElement[str]


def reached(query: Query, funnel: Funnel, breakdown: str | None = None) -> Reached:
    """Everybody who started in the period, and when they reached each step."""
    total = len(funnel.steps)
    starts = _starts(query, funnel, breakdown)
    firsts = _first_starts(starts)
    found = _events_of_steps(query, funnel, firsts)
    chain = found[-1]
    for step in range(total - 2, 0, -1):
        chain = _joined(found[step], chain, step, total)
    return _best(_from_start(starts, firsts, chain, total, funnel.window), funnel, total, breakdown)


def _events_of_steps(query: Query, funnel: Funnel, firsts: sa.CTE) -> list[sa.CTE]:
    """Who starts, then the events that may be each later step, of those who may have come so far."""
    found = [firsts]
    follow = _with_window(query, funnel.window)
    plain = _plain_steps(follow, funnel)
    for number, step in enumerate(funnel.steps[1:], start=1):
        who, before = _who(funnel), funnel.steps[number - 1]
        apart = before.what.event != step.what.event
        if plain is not None and apart and _is_plain(step):
            rows = sa.select(plain.c.who, plain.c.at, sa.literal_column("1").label("later")).where(
                plain.c.name == step.what.event, plain.c.who.in_(sa.select(found[-1].c.who))
            )
        else:
            rows = sa.select(
                who.label("who"),
                events.c.at,
                # One event is one step only, even if it fits two of them.
                (sa.literal_column("1") if apart else _unless(before.what.condition(follow))).label("later"),
            ).where(
                *events_in(replace(follow, filters=(), segment=None)),
                step.what.condition(follow),
                who.in_(sa.select(found[-1].c.who)),
            )
        found.append(rows.cte(f"step_{number}"))
    return found


def _plain_steps(query: Query, funnel: Funnel) -> sa.CTE | None:
    """Rows (who, at, name) of the later steps that are an event and nothing more, where there are several.

    They are rare among events: what costs is to look for each of them.
    """
    names = dict.fromkeys(str(step.what.event) for step in funnel.steps[1:] if _is_plain(step))
    if len(names) < 2:
        return None
    who = _who(funnel)
    rows = sa.select(who.label("who"), events.c.at, events.c.name).where(
        *events_in(replace(query, filters=(), segment=None)),
        one_of(events.c.name, list(names)),
        who.is_not(None),
    )
    return once(rows, "plain_steps")


def _is_plain(step: Step) -> bool:
    return step.what.event is not None and not step.what.filters


def _starts(query: Query, funnel: Funnel, breakdown: str | None) -> sa.CTE:
    who = _who(funnel)
    conditions = [*start_conditions(query, funnel), funnel.steps[0].what.condition(query)]
    if breakdown is None:
        return once(sa.select(who.label("who"), events.c.at).where(*conditions), "step_0")
    # Of several starts in one millisecond one is taken, always the same.
    value = sa.func.max(_carried(breakdown)).label("value")
    each = sa.select(who.label("who"), events.c.at, value).where(*conditions).group_by(who, events.c.at)
    return once(each, "step_0")


def _first_starts(starts: sa.CTE) -> sa.CTE:
    """Everybody's first start."""
    columns = [starts.c.who, sa.func.min(starts.c.at).label("at")]
    if "value" in starts.c:
        columns.append(first_by(starts.c.value, starts.c.at).label("value"))
    return once(sa.select(*columns).group_by(starts.c.who), "first_starts")


def _from_start(starts: sa.CTE, firsts: sa.CTE, chain: sa.CTE, total: int, window: int) -> sa.CTE:
    """Starts with the times of all steps after them; of those that got no further, everybody's first only.

    Mostly few starts come before the second step, within its window: putting all of them in order took more
    than all the rest.
    """
    if total == 1:
        return firsts
    later = [f"at_{n}" for n in range(2, total)]
    ends = (
        sa.select(
            chain.c.who,
            sa.func.count().label("number"),
            sa.func.min(chain.c.at - window).label("low"),
            sa.func.max(chain.c.at * 2 + chain.c.later).label("high"),
            sa.func.min(chain.c.at).label("at_1"),
            *(sa.func.min(chain.c[name]).label(name) for name in later),
        )
        .group_by(chain.c.who)
        .cte("ends")
    )
    before = sa.and_(starts.c.at >= ends.c.low, starts.c.at * 2 < ends.c.high)
    # Who was at the second step once mostly: all starts before it lead there, and need no order.
    of_one = (
        sa.select(*starts.c, ends.c.at_1, *(ends.c[name] for name in later))
        .join_from(starts, ends, starts.c.who == ends.c.who)
        .where(before, ends.c.number == 1)
    )
    further = (
        sa.select(*starts.c)
        .join_from(starts, ends, starts.c.who == ends.c.who)
        .where(before, ends.c.number > 1)
        .cte("further")
    )
    often = sa.select(*chain.c).where(chain.c.who.in_(sa.select(further.c.who))).cte("often")
    joined = _joined(further, often, 0, total)
    none = [sa.null().label(f"at_{n}") for n in range(1, total)]
    return sa.union_all(of_one, sa.select(*joined.c), sa.select(*firsts.c, *none)).cte("from_start")


def start_conditions(query: Query, funnel: Funnel) -> list[Condition]:
    """What the first step must fulfil besides being it: see the question's definition of filters."""
    who = _who(funnel)
    asked = [f for f in query.filters if _of_events(f)]
    others = tuple(f for f in query.filters if f not in asked)
    conditions = [*events_in(replace(query, filters=others)), who.is_not(None)]
    if asked:
        with_such = events_in(replace(query, filters=tuple(asked), segment=None))
        conditions.append(who.in_(sa.select(who).where(*with_such, who.is_not(None))))
    return conditions


def _joined(own: sa.CTE, chain: sa.CTE, step: int, total: int) -> sa.CTE:
    """Each event of a step with the times of all steps after it; `chain` has those of the next step."""
    left = sa.select(own, (own.c.at * 2).label("place")).subquery(f"own_{step}")
    times = [chain.c[f"at_{n}"] for n in range(step + 2, total)]
    right = sa.select(
        chain.c.who,
        (chain.c.at * 2 + chain.c.later).label("place"),
        chain.c.at.label(f"at_{step + 1}"),
        *times,
    ).subquery(f"next_{step}")
    carried = [right.c[f"at_{n}"] for n in range(step + 1, total)]
    columns = [column for column in left.c if column.key != "place"]
    return (
        sa.select(*columns, *carried).select_from(next_of(left, right, "who", "place")).cte(f"chain_{step}")
    )


def _best(chain: sa.CTE, funnel: Funnel, total: int, breakdown: str | None) -> Reached:
    times = [chain.c.at, *(chain.c[f"at_{n}"] for n in range(1, total))]
    held = [time - times[0] <= funnel.window for time in times[1:]]
    missed: sa.ColumnElement[int] = sa.literal_column("0", sa.BigInteger)
    for one in held:
        missed = missed + sa.case((one, 0), else_=1)
    starts = sa.select(chain, missed.label("missed")).subquery("starts")
    packed = [_packed(starts.c.missed, starts.c.at)]
    for n in range(1, total):
        time = starts.c[f"at_{n}"]
        packed.append(sa.case((time - starts.c.at <= funnel.window, _packed(starts.c.missed, time))))
    columns = [sa.func.min(one).label(f"at_{n}") for n, one in enumerate(packed)]
    if breakdown is not None:
        columns.append(first_by(starts.c.value, packed[0]).label("value"))
    best = sa.select(starts.c.who, *columns).group_by(starts.c.who).subquery("best")
    rows, value = _named(best, breakdown) if breakdown is not None else (best, sa.literal(""))
    return Reached(rows, best.c.who, tuple(best.c[f"at_{n}"] % PACK for n in range(total)), value)


def _packed(missed: sa.ColumnElement[int], time: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return missed * PACK + time


def _who(funnel: Funnel) -> sa.ColumnElement[int]:
    return events.c.session_id if funnel.per == "session" else events.c.person_id


def _unless(condition: Condition) -> sa.ColumnElement[int]:
    return sa.case((condition, 0), else_=1)


def _with_window(query: Query, window: int) -> Query:
    """The query over its period and so much longer that whoever starts in it may finish."""
    until = query.period.until + window
    return query.over(replace(query.period, until=until, last=local_day(query.zone, until - 1)))


def _of_events(wanted: Filter) -> bool:
    return wanted.dimension in OF_EVENTS or wanted.dimension.startswith("property.")


def _carried(breakdown: str) -> sa.ColumnElement[Any]:
    """What to remember of a start: its own value, or whose it is if sessions or persons have the value."""
    if breakdown in OF_SESSIONS:
        return events.c.session_id
    if breakdown in OF_PERSONS or breakdown.startswith("trait."):
        return events.c.person_id
    return sa.func.coalesce(dimension(breakdown, events), "")  # text is never empty


def _named(best: sa.Subquery, breakdown: str) -> tuple[sa.FromClause, sa.ColumnElement[str]]:
    """The rows with what was remembered turned into the value; empty where it is not known."""
    if breakdown in OF_SESSIONS:
        owner, key = sessions, sessions.c.session_id
    elif breakdown in OF_PERSONS or breakdown.startswith("trait."):
        owner, key = persons, persons.c.person_id
    else:
        return best, best.c.value
    return best.outerjoin(owner, best.c.value == key), sa.func.coalesce(dimension(breakdown, owner), "")
