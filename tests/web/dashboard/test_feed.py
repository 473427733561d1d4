"""The feed's pages as a browser gets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.events import write
from tracker import clock
from tracker.web.dashboard.feed import from_form

ALICE = {"user_id": "42", "profile": '{"name":"Alice Müller","email":"alice@example.org"}'}


@pytest.fixture
def page(owner: Person, sign_in: Callable[[Person], Browser]) -> Browser:
    return sign_in(owner)


def names(html: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'class="event-name"[^>]*>([^<]+)<', html)]


def recent(app: Flask, site: Keys, *events: dict[str, object]) -> list[int]:
    return write(app, site.id, clock.now_ms() - 60_000, *events)


def test_newest_first_without_bots_and_without_other_sites(
    app: Flask, page: Browser, site: Keys, new_site: Callable[..., Keys]
) -> None:
    recent(app, new_site("Other"), {"name": "foreign"})
    recent(app, site, {"name": "one"}, {"name": "two", "bot": "crawler"}, {"name": "three"} | ALICE)
    html = page.get(f"/sites/{site.id}/feed").text
    assert names(html) == ["three", "one"]
    assert "Alice Müller" in html
    assert "Visitor 000001" in html
    assert names(page.get(f"/sites/{site.id}/feed?bots=1").text) == ["three", "two", "one"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=bought", ["bought"]),
        ("person=42", ["bought"]),
        ("property.plan=pro", ["viewed"]),
        ("q=M%C3%BCller", ["bought"]),
        ("timeframe=today&name=old", []),
        ("to=2025-01-31", ["old"]),
    ],
)
def test_filters(app: Flask, page: Browser, site: Keys, query: str, expected: list[str]) -> None:
    write(app, site.id, 1_735_732_800_000, {"name": "old"})
    recent(app, site, {"name": "viewed", "properties": '{"plan":"pro"}'}, {"name": "bought"} | ALICE)
    assert names(page.get(f"/sites/{site.id}/feed?{query}").text) == expected


def test_what_senders_write_stays_text(app: Flask, page: Browser, site: Keys) -> None:
    evil = '"><script>alert(1)</script>'
    context = '{"path":"javascript:alert(1)","url":"javascript:alert(1)"}'
    event = {"name": evil, "visitor": evil, "properties": '{"k":"</pre><script>"}', "context": context}
    ids = recent(app, site, event)
    for path in ("feed", f"feed?event={ids[0]}", f"feed/events/{ids[0]}", "feed/figures"):
        html = page.get(f"/sites/{site.id}/{path}").text
        assert "<script>" not in html
        assert 'href="javascript' not in html
    assert names(page.get(f"/sites/{site.id}/feed").text) == [evil]


def test_pages_are_linked_by_cursor(app: Flask, page: Browser, site: Keys) -> None:
    recent(app, site, *({"name": f"e{n}"} for n in range(160)))
    seen, url = [], f"/sites/{site.id}/feed"
    while url:
        html = page.get(url, HX_Request="true" if "cursor" in url else "").text
        seen += names(html)
        older = re.search(r'href="([^"]+)" data-load-older', html)
        url = unescape(older[1]) if older else ""
    assert seen == [f"e{n}" for n in reversed(range(160))]


def test_live_updates_go_on_from_where_they_ended(app: Flask, page: Browser, site: Keys) -> None:
    first = page.get(f"/sites/{site.id}/feed").text
    after = re.search(r'data-after="(\d+)"', first)
    assert after
    quiet = page.get(f"/sites/{site.id}/feed/live?after={after[1]}")
    assert (quiet.status_code, quiet.text, quiet.headers["Feed-After"]) == (204, "", after[1])
    ids = recent(app, site, *({"name": f"e{n}"} for n in range(60)))
    news = page.get(f"/sites/{site.id}/feed/live?after={after[1]}")
    assert names(news.text) == [f"e{n}" for n in reversed(range(10, 60))]
    assert 'data-more="10"' in news.text
    assert news.headers["Feed-After"] == str(ids[-1])
    assert page.get(f"/sites/{site.id}/feed/live?after={ids[-1]}").status_code == 204


def test_live_updates_keep_to_the_filter_but_move_on(app: Flask, page: Browser, site: Keys) -> None:
    ids = recent(app, site, {"name": "other"})
    answer = page.get(f"/sites/{site.id}/feed/live?after=0&name=wanted")
    assert (answer.status_code, answer.headers["Feed-After"]) == (204, str(ids[-1]))


def test_one_event_by_its_number(
    app: Flask, page: Browser, site: Keys, new_site: Callable[..., Keys]
) -> None:
    ids = recent(app, site, {"name": "bought", "properties": '{"cart":{"items":[1,2]},"sum":2.5}'} | ALICE)
    html = page.get(f"/sites/{site.id}/feed?event={ids[0]}").text
    assert "cart.items" in html
    assert "property.sum=2.5" in html
    assert "claimed" in html
    foreign = new_site("Other")
    assert page.get(f"/sites/{foreign.id}/feed?event={ids[0]}").status_code == 404
    assert page.get(f"/sites/{foreign.id}/feed/events/{ids[0]}").status_code == 404
    assert page.get(f"/sites/{site.id}/feed?event=abc").status_code == 400


@pytest.mark.parametrize(
    ("events", "query", "words"),
    [
        ([], "", "Waiting for the first event"),
        ([{"bot": "crawler"}], "", "Only bots so far"),
        ([{"name": "here"}], "?name=gone", "Nothing matches"),
        ([{"name": "here"}], "?to=2020-01-01", "Nothing in this time"),
    ],
)
def test_empty_pages_teach(
    app: Flask, page: Browser, site: Keys, events: list[dict[str, object]], query: str, words: str
) -> None:
    recent(app, site, *events)
    assert words in page.get(f"/sites/{site.id}/feed{query}").text


def test_the_first_page_shows_the_sites_own_tag(page: Browser, site: Keys) -> None:
    html = unescape(page.get(f"/sites/{site.id}/feed").text)
    assert f'<script defer src="http://localhost/js/tracker.js" data-site="{site.site_key}"></script>' in html


def test_figures_are_of_the_filter(app: Flask, page: Browser, site: Keys) -> None:
    recent(
        app, site, {"name": "a"}, {"name": "a", "visitor": "other"}, {"name": "b"}, {"name": "b", "bot": "x"}
    )
    part = page.get(f"/sites/{site.id}/feed/figures?name=a", HX_Request="true").text
    assert "2 events, last 24 hours" in part
    assert re.findall(r'data-name="(\w)" data-count="(\d)"', part) == [("a", "2"), ("b", "1")]
    assert "<html" not in part
    assert "<html" in page.get(f"/sites/{site.id}/feed/figures").text


def test_dates_that_cannot_be_are_told_on_the_page(page: Browser, site: Keys) -> None:
    answer = page.get(f"/sites/{site.id}/feed?from=2026-02-30")
    assert answer.status_code == 400
    assert "from must be a day" in answer.text


def test_who_may_not_see_the_site_gets_nothing(
    site: Keys, browser: Browser, new_person: Callable[..., Person], sign_in: Callable[[Person], Browser]
) -> None:
    stranger = sign_in(new_person("bob@example.org"))
    viewer = sign_in(new_person("carol@example.org", site=site))
    for path in ("", "/live?after=0", "/figures", "/events/1", "?event=1"):
        url = f"/sites/{site.id}/feed{path}"
        assert browser.get(url).status_code == 302
        assert browser.get(url, HX_Request="true").status_code == 401
        assert stranger.get(url).status_code == 404
        assert viewer.get(url).status_code in (200, 204, 404 if "1" in path else 200)


@pytest.mark.parametrize(
    ("form", "query"),
    [
        ("q=&name=&timeframe=any", ""),
        ("q=x&key=plan&value=pro", "?q=x&property.plan=pro"),
        ("property.plan=pro&key=size&value=3", "?property.plan=pro&property.size=3"),
        ("timeframe=7d&from=2026-01-01", "?from=2026-01-01"),
        ("timeframe=7d&from=2026-01-01&had_days=1", "?timeframe=7d"),
        ("timeframe=&from=2026-01-01&to=2026-01-02&had_days=1", "?from=2026-01-01&to=2026-01-02"),
        ("timeframe=any&from=2026-01-01&had_days=1", ""),
        ("bots=1", "?bots=1"),
    ],
)
def test_the_form_becomes_a_short_address(page: Browser, site: Keys, form: str, query: str) -> None:
    answer = page.get(f"/sites/{site.id}/feed?form=1&{form}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/sites/{site.id}/feed{query}"


def test_a_property_without_a_name_is_no_filter() -> None:
    assert not from_form([("key", " "), ("value", "x")])
