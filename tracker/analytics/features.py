"""Features: which are used, by how many, how long, whether they come back, and which lie idle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from tracker.analytics.clockwork import EARLIEST
from tracker.analytics.filters import Condition, activity_in
from tracker.analytics.listed_features import ListedFeature, names
from tracker.analytics.presence import presence
from tracker.analytics.query import Query, whole_number
from tracker.analytics.rates import Trend, ratio, share, trend
from tracker.analytics.registry import Parameter, question
from tracker.columns.dialect import floordiv, integer, last_by
from tracker.columns.schema import events
from tracker.domain.period import EPOCH, day_number

FEATURE_USED = "feature_used"
TOP = 10
MOST_TOP = 1_000


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. `avg_time_spent` in seconds, rates in per cent; None where nothing tells."""

    feature_name: str
    category: str | None
    usage_count: int
    unique_users: int
    avg_time_spent: float | None
    adoption_rate: float | None
    retention_rate: float | None


@dataclass(frozen=True, slots=True)
class Stage:
    """`stage` is active, tried, repeated or habitual; `dropoff_rate` per cent of the stage before."""

    stage: str
    users: int
    dropoff_rate: float | None


@dataclass(frozen=True, slots=True)
class TopFeature:
    """`trend` is the usage against the previous period, None where its details are gone."""

    feature: str
    usage: int
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class UnusedFeature:
    """`last_used` in epoch ms; None: never."""

    feature: str
    last_used: int | None


@dataclass(frozen=True, slots=True)
class FeatureUsage:
    """Features by usage (`limit` and `offset` cut them), the funnel, the most used (ten, unless `top` says
    otherwise) and the idle ones."""

    features: tuple[Feature, ...]
    adoption_funnel: tuple[Stage, ...]
    top_features: tuple[TopFeature, ...]
    unused_features: tuple[UnusedFeature, ...]


@dataclass(frozen=True, slots=True)
class _Used:
    """Of one feature: uses and persons of the period, and what the period before says of them."""

    name: str
    uses: int
    users: int
    seconds: float | None
    timed: int
    uses_before: int
    users_before: int
    kept: int


LISTED = Parameter(
    "listed",
    "Event names that count as features, separated by commas; the site's catalogue if left out.",
    names,
    (),
    kind="features",
    many=True,
)


def top_of(text: str) -> int:
    """How many of the most used are told with their trend. Raises Invalid."""
    return whole_number(text, "top", 1, MOST_TOP)


TOP_OF = Parameter(
    "top", f"How many of the most used are told with their trend, {MOST_TOP} at most.", top_of, TOP
)


@question(name="features", title="Features", parameters=(LISTED, TOP_OF), rows="features")
def answer(
    connection: sa.Connection, query: Query, listed: tuple[ListedFeature, ...] = (), top: int = TOP
) -> FeatureUsage:
    """Which features people use, and which nobody does.

    A feature is what events named `feature_used` tell in their property `feature`, and every event name that
    is listed as one. Only interactive events of known persons count; bots are left out.

    - **Usage**: such events in the period. **Users**: distinct persons among them.
    - **Category**: the property `category` as told last (in the order uses arrived).
    - **Time spent**: mean of the property `duration` in seconds, over the uses that tell it.
    - **Adoption**: its users ÷ all persons active in the period, in per cent.
    - **Retention**: of those who used it in the previous period, the per cent who used it again in this one.
    - **Trend**: usage against the previous period; within ±10 % it is stable.
    - **Adoption funnel**: persons active → who *tried* any feature → *repeated* it on another day → are
      *habitual*: used one in at least half of the weeks (stretches of seven days from the period's first day;
      the last may be shorter). The drop-off is the per cent of the stage before that is lost.
    - **Unused**: listed features, and those used before the period, without any use in it.

    Filters hold for uses and for active persons alike.
    """
    active = active_persons(connection, query)
    used = [_Used(*row) for row in connection.execute(_usage(query, listed))]
    known = {name: (category, last) for name, category, last in connection.execute(_known(query, listed))}
    used.sort(key=lambda one: (-one.uses, one.name))
    current = [one for one in used if one.uses]
    shown = current[query.offset : query.offset + query.limit]
    return FeatureUsage(
        tuple(_feature(query, one, known[one.name][0], active) for one in shown),
        _funnel(connection, query, listed, active),
        tuple(TopFeature(one.name, one.uses, _trend(query, one)) for one in current[:top]),
        _unused({name: last for name, (_, last) in known.items()}, current, listed),
    )


def _trend(query: Query, one: _Used) -> Trend | None:
    return trend(one.uses, one.uses_before) if query.knows_before else None


def feature_name(listed: tuple[ListedFeature, ...]) -> sa.ColumnElement[Any]:
    """The feature that a row of `events` under `of_features` is a use of."""
    if not listed:
        return events.c.feature
    return sa.case((events.c.name == FEATURE_USED, events.c.feature), else_=events.c.name)


def feature_category(listed: tuple[ListedFeature, ...]) -> sa.ColumnElement[Any]:
    """The category of a use: what the event says, else what the catalogue says."""
    told = {one.name: one.category for one in listed if one.category and one.name != FEATURE_USED}
    if not told:
        return events.c.category
    return sa.func.coalesce(events.c.category, sa.case(told, value=events.c.name, else_=None))


def of_features(listed: tuple[ListedFeature, ...]) -> Condition:
    """Whether a row of `events` is a use of a feature."""
    told = sa.and_(events.c.name == FEATURE_USED, events.c.feature.is_not(None))
    others = [one.name for one in listed if one.name != FEATURE_USED]
    return sa.or_(told, events.c.name.in_(others)) if others else told


def active_persons(connection: sa.Connection, query: Query) -> int:
    """How many persons were active in the period."""
    found = presence(query).subquery("presence")
    return connection.scalar(sa.select(sa.func.count(found.c.person_id.distinct()))) or 0


def _known(query: Query, listed: tuple[ListedFeature, ...]) -> sa.Select[Any]:
    """Rows (name, category, last use) of every feature used up to the period's end."""
    ever = query.over(replace(query.period, first=EPOCH, since=EARLIEST))
    uses = uses_of_features(
        ever, listed, events.c.at, events.c.id, feature_category(listed).label("category")
    )
    category = last_by(uses.c.category, uses.c.id)
    return sa.select(uses.c.feature, category, sa.func.max(uses.c.at)).group_by(uses.c.feature)


def _usage(query: Query, listed: tuple[ListedFeature, ...]) -> sa.Select[Any]:
    """Rows of `_Used`, one for each feature used in the period or the previous one."""
    before = query.previous().period
    both = query.over(replace(query.period, first=before.first, since=before.since))
    uses = uses_of_features(both, listed, events.c.at, events.c.duration)
    now = uses.c.at >= query.period.since
    timed = sa.case((now, uses.c.duration), else_=None)
    each = (
        sa.select(
            uses.c.feature,
            _count(now).label("uses"),
            sa.func.sum(timed).label("seconds"),
            sa.func.count(timed).label("timed"),
            sa.func.count().label("either"),
        )
        .group_by(uses.c.feature, uses.c.person_id)
        .cte("each_user")
    )
    earlier = each.c.either > each.c.uses
    return sa.select(
        each.c.feature,
        sa.func.sum(each.c.uses),
        _count(each.c.uses > 0),
        sa.func.sum(each.c.seconds),
        sa.func.sum(each.c.timed),
        sa.func.sum(each.c.either - each.c.uses),
        _count(earlier),
        _count(sa.and_(each.c.uses > 0, earlier)),
    ).group_by(each.c.feature)


def uses_of_features(
    query: Query, listed: tuple[ListedFeature, ...], *columns: sa.ColumnElement[Any]
) -> sa.Subquery:
    """Rows (feature, person_id, …) of each use of a feature."""
    return (
        sa.select(feature_name(listed).label("feature"), events.c.person_id, *columns)
        .where(*activity_in(query), of_features(listed))
        .subquery("uses")
    )


def _funnel(
    connection: sa.Connection, query: Query, listed: tuple[ListedFeature, ...], active: int
) -> tuple[Stage, ...]:
    weeks = -(-len(query.period.each_day()) // 7)
    tried, repeated, habitual = connection.execute(_habits(query, listed, weeks)).one()
    users = [active, tried or 0, repeated or 0, habitual or 0]
    lost = [0.0 if active else None, *(share(a - b, a) for a, b in pairwise(users))]
    stages = zip(("active", "tried", "repeated", "habitual"), users, lost, strict=True)
    return tuple(Stage(*stage) for stage in stages)


def _habits(query: Query, listed: tuple[ListedFeature, ...], weeks: int) -> sa.Select[int, int, int]:
    """One row: persons who used any feature; on two days; on two days and in half of the weeks."""
    first = integer(day_number(query.period.first))
    uses = uses_of_features(query, listed, query.day(events.c.at).label("day"))
    weekly = (
        sa.select(
            uses.c.person_id,
            floordiv(uses.c.day - first, sa.literal_column("7")).label("week"),
            sa.func.min(uses.c.day).label("first"),
            sa.func.max(uses.c.day).label("last"),
        )
        .group_by(uses.c.person_id, sa.literal_column("week"))
        .cte("weekly")
    )
    habits = (
        sa.select(
            (sa.func.min(weekly.c.first) < sa.func.max(weekly.c.last)).label("again"),
            sa.func.count().label("weeks"),
        )
        .group_by(weekly.c.person_id)
        .cte("habits")
    )
    habitual = sa.and_(habits.c.again, 2 * habits.c.weeks >= weeks)
    return sa.select(sa.func.count(), _count(habits.c.again), _count(habitual)).select_from(habits)


def _feature(query: Query, one: _Used, category: str | None, active: int) -> Feature:
    return Feature(
        one.name,
        category,
        int(one.uses),
        one.users,
        ratio(one.seconds or 0, one.timed),
        share(one.users, active),
        share(one.kept, one.users_before) if query.knows_before else None,
    )


def _unused(
    known: dict[str, int], used: list[_Used], listed: tuple[ListedFeature, ...]
) -> tuple[UnusedFeature, ...]:
    """The longest idle first, those never used before all."""
    names = (known.keys() | {one.name for one in listed}) - {FEATURE_USED} - {one.name for one in used}
    idle = [UnusedFeature(name, known.get(name)) for name in names]
    return tuple(sorted(idle, key=lambda one: (one.last_used or 0, one.feature)))


def _count(condition: Condition) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
