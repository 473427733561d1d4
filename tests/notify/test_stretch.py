"""Which days a report is of, and when it is due, in zones of every kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import Invalid
from tracker.notify.stretch import Every, Stretch, due, ended

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("every", "now", "first", "last"),
    [
        (Every.DAY, "2026-11-26 00:00", "2026-11-25", "2026-11-25"),
        (Every.WEEK, "2026-11-22 23:59", "2026-11-09", "2026-11-15"),
        (Every.WEEK, "2026-11-23 00:00", "2026-11-16", "2026-11-22"),
        (Every.MONTH, "2026-03-01 00:00", "2026-02-01", "2026-02-28"),
        (Every.MONTH, "2026-02-28 23:59", "2026-01-01", "2026-01-31"),
        (Every.MONTH, "2027-01-15 12:00", "2026-12-01", "2026-12-31"),
    ],
)
def test_the_last_one_that_is_over(every: Every, now: str, first: str, last: str) -> None:
    found = ended(every, BERLIN, at(now))
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_it_is_told_at_seven_of_the_site_also_when_clocks_change() -> None:
    for zone, first, told in (
        (BERLIN, "2026-03-28", "2026-03-29T05:00+00:00"),
        (BERLIN, "2026-10-24", "2026-10-25T06:00+00:00"),
        ("Pacific/Kiritimati", "2026-11-25", "2026-11-25T17:00+00:00"),
        ("Pacific/Pago_Pago", "2026-11-25", "2026-11-26T18:00+00:00"),
    ):
        day = Stretch(Every.DAY, date.fromisoformat(first))
        assert datetime.fromtimestamp(day.due_at(zone) / 1000, UTC) == datetime.fromisoformat(told)


def test_before_seven_the_one_before_is_the_last_that_was_due() -> None:
    assert due(Every.DAY, BERLIN, at("2026-11-26 06:59")).first == date(2026, 11, 24)
    assert due(Every.DAY, BERLIN, at("2026-11-26 07:00")).first == date(2026, 11, 25)
    assert due(Every.DAY, BERLIN, at("2026-03-30 00:30")).first == date(2026, 3, 28), "after a short day"
    assert due(Every.WEEK, BERLIN, at("2026-11-23 06:59")).first == date(2026, 11, 9)
    assert due(Every.MONTH, BERLIN, at("2026-12-01 06:59")).first == date(2026, 10, 1)


@given(
    every=st.sampled_from(Every),
    zone=st.sampled_from((BERLIN, "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata", "Pacific/Pago_Pago")),
    now=st.integers(1_420_000_000_000, 1_900_000_000_000),
)
def test_what_is_due_is_over_and_the_next_is_not_due(every: Every, zone: str, now: int) -> None:
    found = due(every, zone, now)
    assert found.due_at(zone) <= now
    following = ended(every, zone, found.due_at(zone) + 32 * 86_400_000)
    assert following.first > found.last
    assert Stretch.of_key(found.key) == found
    tomorrow = due(every, zone, now + 86_400_000)
    assert tomorrow.first >= found.first
    assert tomorrow == found or tomorrow.due_at(zone) > now


def test_in_words() -> None:
    assert Stretch(Every.DAY, date(2026, 11, 5)).words() == "5 November 2026"
    assert Stretch(Every.WEEK, date(2026, 11, 16)).words() == "16 to 22 November 2026"
    assert Stretch(Every.WEEK, date(2026, 11, 30)).words() == "30 November to 6 December 2026"
    assert Stretch(Every.WEEK, date(2026, 12, 28)).words() == "28 December 2026 to 3 January 2027"
    assert Stretch(Every.MONTH, date(2026, 2, 1)).words() == "February 2026"


def test_other_names_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        Every.read("hour")
    assert refused.value.field == "report"
