"""A budget: what is used, when it will be full, and what goes where it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.analytics.stores import ms
from tests.keeping.places import Place
from tracker.config import SettingError, Settings
from tracker.domain.keeping import Keeping
from tracker.domain.period import DAY
from tracker.keeping import budget
from tracker.keeping.going import Limits, at_most, groups
from tracker.ledger import connect

NOW = ms("2026-03-31 12:00")


@pytest.mark.parametrize(
    ("text", "size"), [("", 0), ("5 GB", 5 * 10**9), ("800mb", 8 * 10**8), ("1.5T", 15 * 10**11)]
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert Settings.read({"DESIREPATH_DISK_BUDGET": text}).disk_budget == size


@pytest.mark.parametrize("text", ["lots", "5 GX", "1 KB", "-3 GB", "nan GB"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="DESIREPATH_DISK_BUDGET"):
        Settings.read({"DESIREPATH_DISK_BUDGET": text})


def test_the_oldest_go_first_and_the_last_days_and_payments_never(tmp_path: Path) -> None:
    place = Place(tmp_path)
    site = place.load(
        [{"at": NOW - day * DAY, "visitor": "a", "id": f"e{day}"} for day in range(100)]
        + [{"at": NOW - 90 * DAY, "user": "a", "name": "credits_added", "id": "paid"}]
    )
    reader = connect.open_reader(place.path)
    settings = Settings.read(os.environ, data=str(tmp_path))
    taken = budget.used(settings)
    assert budget.floor(settings, reader, [site.id], NOW) == {}, "no budget, no floor"
    for part, left in ((2.0, 100), (0.5, 48), (0.0001, 7)):
        limited = Settings.read({}, data=str(tmp_path))
        object.__setattr__(limited, "disk_budget", round(taken * part))
        floor = budget.floor(limited, reader, [site.id], NOW).get(site.id)
        limits = Limits.of(Keeping(None, None, begun=True), "UTC", NOW, floor)
        going = at_most(reader, site.id, limits, 1.0)
        assert 100 - sum(one.events for one in going) == pytest.approx(left, abs=2)
        with place.store.connect() as connection:
            assert groups(connection, site.id, limits, 1.0) == going, "the command says what the page says"
    found = budget.room(limited, reader, NOW)
    assert (found.used, found.events, found.full_in) == (taken, 101, 0)
    reader.close()
    place.close()
