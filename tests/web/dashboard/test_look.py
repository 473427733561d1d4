"""The state of a page: all of it in the address, and every link keeps it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from tracker.analytics.query import Filter, Operator
from tracker.domain.site import Site
from tracker.errors import Invalid
from tracker.web.dashboard import filter_bar
from tracker.web.dashboard.frame import asked_words
from tracker.web.dashboard.look import Look, from_form

NOW = 1_774_785_600_000  # 29 March 2026, 12:00 UTC
SITE = Site(7, "Shop", "Europe/Berlin", "pk_x", "hash")


def look(query: str = "", own: tuple[str, ...] = ("sort",)) -> Look:
    return Look.read(SITE, "overview", "/stats", parse_qsl(query, keep_blank_values=True), NOW, own)


def pairs(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query)


def test_a_page_without_parameters_shows_thirty_days_and_compares() -> None:
    plain = look()
    assert (plain.frame, plain.query.period.length, plain.query.compare) == ("30d", 30, True)
    assert plain.url() == "/stats/sites/7/overview"
    assert not look("compare=0").query.compare


def test_links_keep_the_state_and_change_what_they_are_told() -> None:
    here = look("timeframe=7d&filter=country:DE&sort=name&unknown=1")
    assert pairs(here.url()) == [("timeframe", "7d"), ("filter", "country:DE"), ("sort", "name")]
    assert pairs(here.url(sort=None, timeframe="90d")) == [("filter", "country:DE"), ("timeframe", "90d")]
    assert here.to("people", "a/b?c").startswith("/stats/sites/7/people/a%2Fb%3Fc?timeframe=7d")
    assert pairs(here.to("users")) == [("timeframe", "7d"), ("filter", "country:DE")]
    assert here.carried == "?timeframe=7d&filter=country:DE"
    assert pairs(here.part("panels/x", x="tab"))[-2:] == [("sort", "name"), ("x", "tab")]


def test_another_time_takes_the_place_of_the_one_before() -> None:
    chosen = look("from=2026-03-01&to=2026-03-02")
    assert (chosen.frame, chosen.query.period.length) == ("", 2)
    assert pairs(chosen.url(timeframe="7d")) == [("timeframe", "7d")]
    assert pairs(look("timeframe=7d").url(from_="2026-03-01", to="2026-03-02")) == [
        ("from", "2026-03-01"),
        ("to", "2026-03-02"),
    ]


def test_values_are_filtered_by_once_and_taken_away_one_by_one() -> None:
    here = look("filter=country:DE")
    assert here.has("country", "DE") and not here.has("country", "FR")
    assert pairs(here.filtered("country", "DE")) == [("filter", "country:is:DE")]
    both = look(urlsplit(here.filtered("page", "/a|b?c=1&d")).query)
    assert both.filters == (
        Filter("country", Operator.IS, ("DE",)),
        Filter("page", Operator.IS, ("/a|b?c=1&d",)),
    )
    assert look(urlsplit(both.without(0)).query).filters == both.filters[1:]
    unknown = look(urlsplit(here.filtered("source", None)).query)
    assert unknown.filters[1] == Filter("source", Operator.UNKNOWN)


def test_the_api_is_asked_the_same() -> None:
    here = look("timeframe=7d&filter=country:DE&sort=name&full=1")
    url = here.api("breakdown", "csv", dimension="page", limit="10")
    assert url.startswith("/stats/api/v1/sites/7/breakdown?")
    assert pairs(url) == [
        ("timeframe", "7d"),
        ("filter", "country:DE"),
        ("compare", "1"),
        ("dimension", "page"),
        ("limit", "10"),
        ("format", "csv"),
    ]


@pytest.mark.parametrize(
    ("form", "address"),
    [
        ("timeframe=30d&comparing=1&compare=1", ""),
        ("timeframe=7d&comparing=1", "timeframe=7d&compare=0"),
        ("timeframe=7d&from=2026-03-01&comparing=1&compare=1", "from=2026-03-01"),
        ("timeframe=7d&from=2026-03-01&had_days=1&comparing=1&compare=1", "timeframe=7d"),
        (
            "dimension=country&operator=is_not&value=DE&filter=page:/&compare=1",
            "filter=page:/&filter=country:is_not:DE",
        ),
        ("dimension=property&key=plan&operator=is&value=pro", "filter=property.plan:is:pro"),
        ("dimension=source&operator=unknown", "filter=source:unknown:"),
        ("sort=name&bots=1&nonsense=1", "sort=name&bots=1"),
    ],
)
def test_the_form_becomes_a_short_address(form: str, address: str) -> None:
    assert from_form(parse_qsl(form), ("sort",)) == parse_qsl(address)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ("dimension=colour&value=red", "filter"),
        ("dimension=country&operator=near&value=DE", "operator"),
        ("dimension=country&operator=is", "filter"),
        ("dimension=property&value=pro", "filter"),
        ("dimension=property.price&operator=over&value=much", "filter"),
    ],
)
def test_a_wrong_filter_is_told(form: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        from_form(parse_qsl(form), ())
    assert refused.value.field == field


def test_filters_are_told_in_words() -> None:
    here = look("filter=country:DE|FR&filter=property.plan:is_not:pro&filter=source:unknown")
    bar = filter_bar.make(here)
    assert [(chip.label, chip.value) for chip in bar.chips] == [
        ("Country", "is Germany or France"),
        ("plan", "is not pro"),
        ("Source", "is not known"),
    ]
    words = asked_words(here)
    assert words.startswith(
        "Shown: 28 Feb – 29 Mar, days as in Europe/Berlin, compared with 29 Jan – 27 Feb."
    )
    assert "Country is Germany or France; plan is not pro" in words and "Bots are left out." in words
    assert "Bots are counted" in asked_words(look("bots=1"))


def test_only_steps_that_fit_are_offered() -> None:
    assert [choice.value for choice in filter_bar.make(look("timeframe=12mo")).intervals] == [
        "day",
        "week",
        "month",
    ]
    assert [choice.value for choice in filter_bar.make(look("timeframe=today")).intervals] == ["hour", "day"]
