"""Headers of every answer, and where cookies may ride."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.apps import running
from tests.live_server import Keys
from tests.pages import Browser, Person
from tracker import clock
from tracker.config import Settings
from tracker.domain.period import DAY
from tracker.web.security import POLICY


def test_pages_allow_nothing_but_our_own_files(
    site: Keys, owner: Person, sign_in: Callable[..., Browser]
) -> None:
    browser = sign_in(owner)
    for path in ("/sites", f"/sites/{site.id}/feed", f"/sites/{site.id}/settings", "/nothing-here", "/login"):
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers
    directives = dict(part.split(" ", 1) for part in POLICY.split("; "))
    assert directives["default-src"] == directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    for kind in ("script-src", "style-src", "connect-src", "font-src", "form-action"):
        assert directives[kind] == "'self'"
    assert "unsafe" not in POLICY


def test_no_page_has_scripts_or_styles_within(
    site: Keys, owner: Person, sign_in: Callable[..., Browser]
) -> None:
    """The policy would silently switch them off."""
    browser = sign_in(owner)
    pages = ["/sites", "/sites/new", "/account", "/accounts"]
    pages += [
        f"/sites/{site.id}/{page}" for page in ("install", "settings", "settings/keys", "settings/people")
    ]
    for path in pages:
        text = browser.get(path).text
        for inline in (" style=", "<style", "<script>", " onclick=", " onchange=", "javascript:"):
            assert inline not in text, (path, inline)


def test_over_https_browsers_are_told_to_stay_there(settings: Settings) -> None:
    with running(Settings.read({}, data=str(settings.data), secure_cookies="1")) as app:
        headers = app.test_client().get("/login", base_url="https://stats.example.org").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_others_may_keep_carries_no_cookie(
    site: Keys, owner: Person, sign_in: Callable[..., Browser]
) -> None:
    browser = sign_in(owner)
    for path in ("/js/tracker.js", "/static/icon.svg", "/healthz", "/api/openapi.json", "/pixel.gif?site=x"):
        headers = browser.get(path).headers
        assert "Set-Cookie" not in headers, path
        assert "Cookie" not in headers.get("Vary", ""), path
    page = browser.get("/sites").headers
    assert "Set-Cookie" in page, "a sign-in goes on with every page"
    assert "Cookie" in page["Vary"]


def test_the_browser_script_may_be_loaded_by_other_sites(browser: Browser) -> None:
    for path in ("/js/tracker.js", "/js/auto.js", "/js/consent.js"):
        headers = browser.get(path).headers
        assert headers.get("Cross-Origin-Resource-Policy", "cross-origin") == "cross-origin"
        assert headers["Access-Control-Allow-Origin"] == "*", "the second one is a module"
        assert "Content-Security-Policy" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_key_needs_no_form_token_at_the_api_and_only_there(
    app: Flask, site: Keys, owner: Person, sign_in: Callable[..., Browser], method: str
) -> None:
    """Scripts of other pages cannot send a key; a key does not open pages to them either."""
    key = {"Authorization": f"Bearer {site.secret_key}"}
    answer = app.test_client().open(f"/api/v1/sites/{site.id}/events", method=method, headers=key)
    assert answer.status_code == 405
    browser = sign_in(owner)
    forged = browser.client.post("/account/name", data={"name": "Mallory"}, headers=key)
    assert forged.status_code == 400
    basic = browser.client.post("/account/name", data={"name": "M"}, headers={"Authorization": "Basic YTpi"})
    assert basic.status_code == 400


def test_the_host_header_builds_no_redirect(browser: Browser) -> None:
    answer = browser.client.get("/sites", base_url="http://evil.example")
    assert answer.headers["Location"].startswith("/login")


def test_a_late_part_of_a_page_does_not_bring_an_older_session_back(
    site: Keys, owner: Person, sign_in: Callable[..., Browser]
) -> None:
    """A part asked for before a form was sent may be answered after it."""
    browser = sign_in(owner)
    browser.get("/account")
    panel = f"/sites/{site.id}/settings/privacy/summary"
    for asked in ({"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors"}):
        answer = browser.get(panel, **asked)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" in browser.get("/account", Sec_Fetch_Mode="navigate").headers


def test_a_page_left_open_for_weeks_stays_signed_in(
    site: Keys, owner: Person, sign_in: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(owner)
    browser.get("/account")
    panel = f"/sites/{site.id}/settings/privacy/summary"
    tomorrow = clock.now_ms() + DAY
    monkeypatch.setattr(clock, "now_ms", lambda: tomorrow)
    assert "Set-Cookie" in browser.get(panel, HX_Request="true").headers
    assert "Set-Cookie" not in browser.get(panel, HX_Request="true").headers
