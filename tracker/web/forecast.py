"""What would go of a site under given numbers, and how much room the data takes: for page and API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tracker.accounts.keeping import State
from tracker.domain.keeping import read
from tracker.errors import Unavailable
from tracker.keeping import budget, going
from tracker.keeping.budget import Room
from tracker.keeping.going import Group, Limits
from tracker.services import Services


@dataclass(frozen=True, slots=True)
class Forecast:
    """`groups` is None while the column store cannot be asked."""

    groups: list[Group] | None
    room: Room
    limits: Limits


def forecast(services: Services, state: State, told: Mapping[str, Any], now_ms: int) -> Forecast:
    """What would go now with the site's numbers, or with those told instead. Raises Invalid.

    Nothing goes by this. A full disk may take more.
    """
    keeping = replace(state.keeping, **read(told))
    with services.readers.read() as ledger:
        room = budget.room(services.settings, ledger, now_ms)
        full = budget.floor(services.settings, ledger, [state.site_id], now_ms) if keeping.begun else {}
    limits = Limits.of(keeping, state.time_zone, now_ms, full.get(state.site_id))
    try:
        with services.answers.view() as connection:
            groups = going.groups(connection, state.site_id, limits, room.bytes_each)
    except Unavailable:
        return Forecast(None, room, limits)
    return Forecast(groups, room, limits)
