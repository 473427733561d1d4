"""Times as people of a site read them."""

from __future__ import annotations

import pytest

from tracker.web.dashboard.local_time import ago, duration, local_time, minute

NOON = 1_760_011_200_123
"""2025-10-09T12:00:00.123Z, a Thursday."""
DAY = 86_400_000


def test_a_moment_in_the_sites_zone() -> None:
    shown = local_time(NOON, "Asia/Kolkata", NOON + 61_000)
    assert shown.iso == "2025-10-09T12:00:00.123Z"
    assert (shown.clock, shown.day, shown.ago) == ("17:30:00", "", "1 min ago")
    assert shown.exact == "Thu 9 Oct 2025, 17:30:00.123 Asia/Kolkata"


@pytest.mark.parametrize(
    ("later", "zone", "day"),
    [
        (0, "UTC", ""),
        (DAY, "UTC", "9 Oct"),
        (100 * DAY, "UTC", "9 Oct 2025"),
        (DAY // 3, "Asia/Tokyo", "9 Oct"),
    ],
)
def test_the_day_is_named_unless_it_is_today_there(later: int, zone: str, day: str) -> None:
    assert local_time(NOON, zone, NOON + later).day == day


def test_minutes_with_their_day() -> None:
    assert minute(NOON, "UTC", NOON) == "12:00"
    assert minute(NOON, "UTC", NOON + DAY) == "9 Oct 12:00"


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (-60_000, "now"),
        (4_999, "now"),
        (5_000, "5 s ago"),
        (59_999, "59 s ago"),
        (60_000, "1 min ago"),
        (3_600_000, "1 h ago"),
        (47 * 3_600_000, "1 d ago"),
    ],
)
def test_how_long_ago(milliseconds: int, words: str) -> None:
    assert ago(milliseconds) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "0 ms"), (999, "999 ms"), (1_000, "1 s"), (4_500, "4 s"), (90_000, "1 min")],
)
def test_durations(milliseconds: int, words: str) -> None:
    assert duration(milliseconds) == words
