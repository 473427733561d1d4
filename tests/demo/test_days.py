from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tracker.demo.days import DAY_MS, HOUR_MS, OFFICE, Season, local_days

SEASON = Season(OFFICE, campaign=0.3, campaign_days=(1.5, 2.0), incident=0.1, payday=1.5, calm=0.7)


def ms(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("America/Halifax", ms(2026, 7, 2, 3)),
        ("Europe/Berlin", ms(2026, 7, 1, 22)),
        ("Asia/Kolkata", ms(2026, 7, 1, 18, 30)),
    ],
)
def test_days_begin_at_local_midnight(zone: str, midnight: int) -> None:
    days = local_days(zone, ms(2026, 7, 1, 12), ms(2026, 7, 10, 12), SEASON)
    assert days[1].hours[0] == midnight
    assert [day.index for day in days] == list(range(len(days)))
    assert (days[0].opens, days[-1].closes) == (ms(2026, 7, 1, 12), ms(2026, 7, 10, 12))
    assert all(day.closes == following.opens for day, following in pairwise(days))


def test_days_of_clock_changes_have_their_true_length() -> None:
    days = local_days("Europe/Berlin", ms(2026, 10, 20), ms(2026, 10, 30), SEASON)
    lengths = {(day.hours[24] - day.hours[0]) // HOUR_MS for day in days}
    assert lengths == {24, 25}
    spring = local_days("Europe/Berlin", ms(2026, 3, 25), ms(2026, 4, 2), SEASON)
    assert min(day.hours[24] - day.hours[0] for day in spring) == 23 * HOUR_MS
    assert all(list(day.hours) == sorted(day.hours) for day in (*days, *spring))


def test_a_cut_day_counts_by_its_busy_hours() -> None:
    days = local_days("Etc/UTC", ms(2026, 7, 1, 20), ms(2026, 7, 3, 6), SEASON)
    assert [day.inside == 1 for day in days] == [False, True, False]
    assert days[0].inside < 0.1
    assert days[2].inside < 0.05


def test_the_bad_day_is_a_working_day() -> None:
    for shift in range(14):
        end = ms(2026, 7, 20) + shift * DAY_MS
        days = local_days("Europe/Berlin", end - 60 * DAY_MS, end, SEASON)
        assert [day.weekday < 5 for day in days if day.incident] == [True]


def test_campaigns_and_paydays_are_busy() -> None:
    days = local_days("Asia/Kolkata", ms(2026, 6, 1), ms(2026, 8, 1), SEASON)
    campaign = [day for day in days if day.campaign]
    assert len(campaign) == 2
    assert campaign[1].busy > days[0].busy
    assert {datetime.fromtimestamp(day.hours[12] / 1000, UTC).day for day in days if day.payday} <= {
        1,
        2,
        3,
        30,
        31,
    }
    assert all(day.pull == (1 if day.campaign or day.payday else 0.7) for day in days)
