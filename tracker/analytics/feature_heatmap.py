"""Feature heatmap: how much each feature of each category is used, and by how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.analytics.features import LISTED, active_persons, feature_category, uses_of_features
from tracker.analytics.listed_features import ListedFeature
from tracker.analytics.query import Query
from tracker.analytics.rates import share
from tracker.analytics.registry import question


@dataclass(frozen=True, slots=True)
class Category:
    """All features of a category; None: without one. `adoption_rate` in per cent."""

    category: str | None
    usage: int
    users: int
    adoption_rate: float | None


@dataclass(frozen=True, slots=True)
class Cell(Category):
    """One feature of a category."""

    feature: str


@dataclass(frozen=True, slots=True)
class FeatureHeatmap:
    """Categories with most usage first; cells in the order of their categories, with most usage first."""

    active_users: int
    categories: tuple[Category, ...]
    cells: tuple[Cell, ...]


@question(name="feature-heatmap", title="Feature heatmap", parameters=(LISTED,), rows="cells")
def answer(connection: sa.Connection, query: Query, listed: tuple[ListedFeature, ...] = ()) -> FeatureHeatmap:
    """Use of features by category.

    A feature is what events named `feature_used` tell in their property `feature`, and every event name that
    is listed as one; its category is the property `category` of the very event, else that of the catalogue,
    so a feature that is sent with several categories is in several rows. Only interactive events of known
    persons count; bots are left out.

    - **Usage**: such events in the period. **Users**: distinct persons among them; one who uses two features
      counts in both, and once in their category.
    - **Adoption**: users ÷ all persons active in the period, in per cent.
    """
    active = active_persons(connection, query)
    categories, cells = [], []
    for row in connection.execute(_counted(query, listed)):
        figures = (row.category, int(row.usage), int(row.users), share(row.users, active))
        if row.feature is None:
            categories.append(Category(*figures))
        else:
            cells.append(Cell(*figures, row.feature))
    categories.sort(key=lambda one: (-one.usage, one.category or ""))
    place = {one.category: n for n, one in enumerate(categories)}
    cells.sort(key=lambda one: (place[one.category], -one.usage, one.feature))
    return FeatureHeatmap(active, tuple(categories), tuple(cells))


def _counted(query: Query, listed: tuple[ListedFeature, ...]) -> sa.CompoundSelect[Any]:
    """Rows (category, feature, usage, users), with no feature for a category as a whole."""
    uses = uses_of_features(query, listed, feature_category(listed).label("category"))
    keys = (uses.c.category, uses.c.feature, uses.c.person_id)
    each = sa.select(*keys, sa.func.count().label("usage")).group_by(*keys).cte("each_user")
    users = (
        sa.select(each.c.category, each.c.person_id, sa.func.sum(each.c.usage).label("usage"))
        .group_by(each.c.category, each.c.person_id)
        .subquery("of_category")
    )
    usage, count = sa.func.sum(each.c.usage).label("usage"), sa.func.count().label("users")
    nothing = sa.literal_column("NULL", sa.Text).label("feature")
    return sa.union_all(
        sa.select(each.c.category, each.c.feature, usage, count).group_by(each.c.category, each.c.feature),
        sa.select(users.c.category, nothing, sa.func.sum(users.c.usage), sa.func.count()).group_by(
            users.c.category
        ),
    )
