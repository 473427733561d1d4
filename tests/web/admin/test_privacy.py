"""The privacy settings: what they say is what is collected; and their public page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person, seen
from tracker.accounts import keeping
from tracker.privacy import words


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def form(**changes: str) -> dict[str, str]:
    """What the page sends when nothing was changed, but for `changes`."""
    sent = {"identity": "consent", "honour_dnt": "1", "track_anonymous": "1", "privacy_contact": ""}
    return {key: value for key, value in (sent | changes).items() if value != "off"}


def ticked(text: str) -> set[str]:
    return set(re.findall(r'name="(\w+)" value="1" checked', text))


def rules(app: Flask, site: Keys) -> Any:
    return app.extensions["desirepath"].sites.by_id(site.id).rules


def said(text: str) -> list[str]:
    """The sentences on a page."""
    return [unescape(item) for item in re.findall(r"<li>(.*?)</li>", text.split('class="words"', 1)[1])]


def expected(app: Flask, site: Keys) -> list[str]:
    return [sentence for part in words.parts(rules(app, site)) for sentence in part.sentences]


def test_settings_are_changed_take_effect_at_once_and_are_said(
    app: Flask, hers: Browser, site: Keys, client: FlaskClient
) -> None:
    path = f"/sites/{site.id}/settings/privacy"
    page = hers.get(path).text
    assert ticked(page) == {"honour_dnt", "track_anonymous"} and 'value="consent" checked' in page
    assert said(page) == expected(app, site)
    changed = form(identity="cookieless", honour_dnt="off", collect_ip="1", collect_user_agent="1")
    assert hers.post(path, page=path, **changed).headers["Location"] == path
    page = hers.get(path).text
    assert ticked(page) == {"track_anonymous", "collect_ip", "collect_user_agent"}
    assert 'value="cookieless" checked' in page and "Saved." in page
    now = rules(app, site)
    assert (now.identity, now.honour_dnt, now.collect_ip, now.collect_user_agent) == (
        "cookieless", False, True, True,
    )  # fmt: skip
    assert said(page) == expected(app, site) and "recorded like all others" in page
    body = {"site": site.site_key, "events": [{"eventName": "a"}]}
    answer = client.post("/api/v1/track", data=json.dumps(body), headers={"DNT": "1"})
    assert answer.get_json()["accepted"] == 1


def test_what_changed_is_noted_with_its_value(hers: Browser, owner: Person, site: Keys) -> None:
    path = f"/sites/{site.id}/settings/privacy"
    hers.post(path, page=path, **form(collect_ip="1", identity="persistent"))
    hers.post(path, page=path, **form(collect_ip="1", identity="persistent"))
    page = seen(hers.get(f"/sites/{site.id}/settings"))
    assert page.count("settings changed: collect_ip on, identity persistent") == 1
    assert page.count("settings changed") == 1 and owner.email in page


@pytest.mark.parametrize(
    ("change", "field"),
    [({"identity": "fingerprint"}, "identity"), ({"privacy_contact": "nobody"}, "privacy_contact")],
)
def test_what_cannot_be_is_told_beside_its_field_and_changes_nothing(
    app: Flask, hers: Browser, site: Keys, change: dict[str, str], field: str
) -> None:
    before = rules(app, site)
    path = f"/sites/{site.id}/settings/privacy"
    answer = hers.post(path, page=path, **form(collect_ip="1", **change))
    assert answer.status_code == 400 and f'id="error-{field}" role="alert"' in answer.text
    assert "collect_ip" in ticked(answer.text), "what was chosen is still there"
    assert "The internet address (IP) of the visitor" in answer.text, "and said"
    assert rules(app, site) == before


def test_the_form_is_explained_before_it_is_saved(app: Flask, hers: Browser, site: Keys) -> None:
    path = f"/sites/{site.id}/settings/privacy/summary"
    text = hers.get(f"{path}?identity=cookieless&collect_ip=1").text
    assert "no cookie, no id" in text and "The internet address (IP) of the visitor" in text
    assert "Only what people do while they are signed in" in text and "<html" not in text
    assert rules(app, site).identity == "consent"
    assert "Until somebody agrees" in hers.get(f"{path}?identity=nonsense").text


def test_nobody_reads_a_page_that_is_not_switched_on(browser: Browser, site: Keys) -> None:
    for path in (f"/privacy/{site.site_key}", f"/privacy/{site.site_key}.txt", "/privacy/pk_none"):
        answer = browser.get(path)
        assert answer.status_code == 404 and "Shop" not in answer.text


def test_everybody_reads_the_public_page_and_nothing_private(
    app: Flask, hers: Browser, browser: Browser, site: Keys
) -> None:
    path = f"/sites/{site.id}/settings/privacy"
    hers.post(path, page=path, **form(privacy_page="1", privacy_contact="ask&me@example.org"))
    page = hers.get(path).text
    assert f"/privacy/{site.site_key}" in page and "privacy_page" in ticked(page)
    answer = browser.get(f"/privacy/{site.site_key}")
    assert answer.status_code == 200 and said(answer.text) == expected(app, site)
    assert 'href="mailto:ask%26me@example.org"' in answer.text and "ask&amp;me@example.org" in answer.text
    assert "Shop" in answer.text and site.secret_key not in answer.text and "alice" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "public" in answer.headers["Cache-Control"] and "Set-Cookie" not in answer.headers
    again = browser.get(f"/privacy/{site.site_key}", If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304


def test_the_public_page_is_the_same_for_whoever_is_signed_in_and_sets_no_cookie(
    hers: Browser, browser: Browser, site: Keys
) -> None:
    path = f"/sites/{site.id}/settings/privacy"
    hers.post(path, page=path, **form(privacy_page="1"))
    answer = hers.get(f"/privacy/{site.site_key}")
    assert answer.text == browser.get(f"/privacy/{site.site_key}").text
    assert "Set-Cookie" not in answer.headers, "proxies keep this answer for others"


def test_the_text_is_for_other_sites_to_show(hers: Browser, browser: Browser, site: Keys, app: Flask) -> None:
    path = f"/sites/{site.id}/settings/privacy"
    hers.post(path, page=path, **form(privacy_page="1", privacy_contact="ask@example.org"))
    answer = browser.get(f"/privacy/{site.site_key}.txt")
    assert answer.mimetype == "text/plain" and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.text == words.plain("Shop", rules(app, site), "ask@example.org")


@pytest.mark.parametrize("header", ["DNT", "Sec_GPC"])
def test_a_browser_that_asks_is_told_what_that_does(
    hers: Browser, browser: Browser, site: Keys, header: str
) -> None:
    path = f"/sites/{site.id}/settings/privacy"
    hers.post(path, page=path, **form(privacy_page="1"))
    public = f"/privacy/{site.site_key}"
    assert "Nothing it sends is kept" in browser.get(public, **{header: "1"}).text
    answer = browser.get(public)
    assert "Your browser asks" not in answer.text and "DNT" in answer.headers["Vary"]
    hers.post(path, page=path, **form(privacy_page="1", honour_dnt="off"))
    assert "does not follow that" in browser.get(public, **{header: "1"}).text


def test_the_public_page_says_for_how_long(app: Flask, hers: Browser, browser: Browser, site: Keys) -> None:
    path = f"/sites/{site.id}/settings/privacy"
    hers.post(path, page=path, **form(privacy_page="1"))
    with app.app_context():
        keeping.change(site.id, {"details": 45, "errors": 7}, 1_760_000_000_000, None, begun=True)
    for public in (f"/privacy/{site.site_key}", f"/privacy/{site.site_key}.txt"):
        assert "kept for 45 days at most" in browser.get(public).text
    assert "kept for 45 days at most" in hers.get(path).text
    assert "kept for 45 days at most" in hers.get(f"{path}/summary?identity=consent").text
