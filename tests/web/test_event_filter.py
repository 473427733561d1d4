"""Reading and writing the filter of an address."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import Invalid
from tracker.web.event_filter import NAMES, EventFilter, is_known

BERLIN = "Europe/Berlin"
NOW = 1_774_800_000_000
"""2026-03-29T16:00:00Z: the day on which Berlin's clocks jumped from 2 to 3."""
HOUR = 3_600_000


def parse(query: str) -> EventFilter:
    return EventFilter.parse(parse_qsl(query, keep_blank_values=True))


def range_of(query: str, zone: str = BERLIN) -> tuple[int | None, int | None]:
    return parse(query).range(zone, NOW)


def test_every_parameter_has_its_field() -> None:
    wanted = parse("name=n&person=p&q=+t+&property.a.b=1&property.c=&bots=1").ledger(
        7, BERLIN, NOW, bots=False
    )
    assert (wanted.site_id, wanted.name, wanted.person, wanted.text) == (7, "n", "p", "t")
    assert wanted.properties == (("a.b", "1"), ("c", ""))
    assert wanted.bots is True


@pytest.mark.parametrize(
    ("query", "page", "api"), [("", False, True), ("bots=0", False, False), ("bots=1", True, True)]
)
def test_bots_are_as_the_asker_has_them_unless_said(query: str, page: bool, api: bool) -> None:
    assert parse(query).ledger(1, BERLIN, NOW, bots=False).bots is page
    assert parse(query).ledger(1, BERLIN, NOW, bots=True).bots is api


def test_days_are_the_sites_own_and_both_included() -> None:
    since, until = range_of("from=2026-03-29&to=2026-03-29")
    assert since == 1_774_738_800_000  # 2026-03-28T23:00Z
    assert until is not None
    assert until - since == 23 * HOUR


@pytest.mark.parametrize(
    "text", ["2026-03-29T12:00:00Z", "2026-03-29T14:00:00%2B02:00", "1774785600000", "2026-03-29T12:00"]
)
def test_moments_may_be_given_too(text: str) -> None:
    assert range_of(f"from={text}") == (1_774_785_600_000, None)


def test_timeframes_reach_into_the_future_so_that_live_events_belong_to_them() -> None:
    assert range_of("timeframe=today") == (1_774_738_800_000, None)
    since, _ = range_of("timeframe=7d", "UTC")
    assert since == 1_774_224_000_000  # 2026-03-23


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=29.3.2026", "from"),
        ("from=2026-02-30", "from"),
        ("from=1", "from"),
        ("to=soon", "to"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("timeframe=3d", "timeframe"),
        ("timeframe=7d&from=2026-03-01", "timeframe"),
        ("bots=maybe", "bots"),
        ("property.=x", "property."),
        ("name=a&name=b", "name"),
        ("q=" + "x" * 201, "q"),
        ("&".join(f"property.p{n}=1" for n in range(11)), "property.*"),
    ],
)
def test_what_cannot_be_is_refused_by_name(query: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        range_of(query)
    assert refused.value.field == field


def test_a_property_is_replaced_and_removed_by_its_key() -> None:
    wanted = parse("property.plan=pro&property.size=3").with_property("plan", "free")
    assert wanted.properties == (("size", "3"), ("plan", "free"))
    assert wanted.without_property("size").properties == (("plan", "free"),)


def test_nothing_asked_for_is_no_query() -> None:
    assert not parse("")
    assert parse("").query() == ""
    assert parse("").query(cursor="1.2") == "?cursor=1.2"


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)


@given(
    st.builds(
        EventFilter,
        **dict.fromkeys(NAMES.values(), words),
        properties=st.lists(st.tuples(words.filter(bool), words), max_size=10).map(tuple),
        bots=st.none() | st.booleans(),
    )
)
def test_what_is_written_is_read_again(wanted: EventFilter) -> None:
    assert parse(wanted.query().removeprefix("?")) == wanted


def test_unknown_names_are_told_from_known_ones() -> None:
    assert all(map(is_known, [*NAMES, "bots", "property.x"]))
    assert not any(map(is_known, ["limit", "site", "properties", ""]))
