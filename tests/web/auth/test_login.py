"""Signing in and out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.apps import running
from tests.pages import Browser, Person
from tracker.config import Settings
from tracker.web.auth.views import PER_ACCOUNT, PER_ADDRESS, WRONG

ACCOUNT_LIMIT = int(PER_ACCOUNT.split("/")[0])
ADDRESS_LIMIT = int(PER_ADDRESS.split("/")[0])


def test_a_person_signs_in_and_out(browser: Browser, owner: Person) -> None:
    assert browser.get("/sites").headers["Location"].startswith("/login?next=")
    answer = browser.post(
        "/login?next=/account", page="/login", email="Alice@Example.org", password=owner.password
    )
    assert answer.headers["Location"] == "/account"
    assert browser.get("/account").status_code == 200
    assert browser.post("/logout").headers["Location"] == "/login"
    assert "You are signed out." in browser.get("/login").text
    assert browser.get("/account").status_code == 302


def test_the_answer_does_not_tell_whether_an_account_exists(browser: Browser, owner: Person) -> None:
    def answer(email: str, password: str) -> tuple[int, str]:
        told = browser.post("/login", page="/login", email=email, password=password)
        return told.status_code, re.sub(r'value="[^"]*"|v=[0-9a-f]+', "", told.text)

    known = answer(owner.email, "a wrong password")
    assert known[0] == 400 and WRONG in known[1]
    assert known == answer("nobody@example.org", "a wrong password")
    assert known == answer("", "") == answer(owner.email, "")


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/sites/7/feed?name=a", "/sites/7/feed?name=a"),
        ("https://evil.example/", "/sites"),
        ("//evil.example/", "/sites"),
        ("/\\evil.example", "/sites"),
        ("/x\\..\\evil", "/sites"),
        ("/\t/evil.example", "/sites"),
        ("javascript:alert(1)", "/sites"),
        ("", "/sites"),
    ],
)
def test_next_leads_to_a_path_of_ours_only(
    browser: Browser, owner: Person, wanted: str, goes_to: str
) -> None:
    browser.get("/login")
    form = {"csrf_token": browser._token, "email": owner.email, "password": owner.password}
    answer = browser.client.post("/login", query_string={"next": wanted}, data=form)
    assert answer.headers["Location"] == goes_to


def test_the_session_is_a_new_one_after_signing_in(app: Flask, browser: Browser, owner: Person) -> None:
    """A cookie and token that somebody planted before are worth nothing afterwards."""
    browser.get("/login")
    planted, token = browser.cookie(), browser._token
    browser.sign_in(owner)
    assert browser.cookie() != planted
    thief = Browser(app)
    thief.client.set_cookie("desirepath", planted or "", domain="localhost")
    assert thief.get("/account").status_code == 302
    assert browser.bare_post("/account/name", csrf_token=token, name="x").status_code == 400


def test_cookies_are_for_this_site_and_not_for_scripts(browser: Browser, owner: Person) -> None:
    browser.sign_in(owner)
    cookie = browser.get("/account").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie and "Domain" not in cookie


def test_over_https_cookies_are_secure_and_bound_to_the_host(settings: Settings) -> None:
    chosen = {"data": str(settings.data), "public_url": "https://stats.example.org"}
    with running(Settings.read({}, **chosen)) as app:
        cookie = app.test_client().get("/login", base_url="https://stats.example.org").headers["Set-Cookie"]
    assert cookie.startswith("__Host-desirepath=")
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_cookie_that_was_changed_is_nobody(
    app: Flask, owner: Person, sign_in: Callable[..., Browser]
) -> None:
    cookie = sign_in(owner).cookie() or ""
    for forged in (cookie[:-2] + "xx", cookie.split(".")[0], "e30.e30.e30"):
        thief = Browser(app)
        thief.client.set_cookie("desirepath", forged, domain="localhost")
        assert thief.get("/account").status_code == 302


def test_guessing_one_account_is_slowed_from_wherever_it_comes(app: Flask, owner: Person) -> None:
    for guess in range(ACCOUNT_LIMIT):
        browser = Browser(app, f"198.51.100.{guess}")
        wrong = browser.post("/login", page="/login", email=owner.email, password="a wrong guess")
        assert wrong.status_code == 400
    browser = Browser(app, "203.0.113.1")
    # Even the right password must wait now, else the answer would tell which guess was right.
    stopped = browser.post("/login", page="/login", email=owner.email.upper(), password=owner.password)
    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["Retry-After"]) <= 60
    other = browser.post("/login", page="/login", email="bob@example.org", password="a wrong guess")
    assert other.status_code == 400


def test_guessing_many_accounts_from_one_address_is_slowed(app: Flask, owner: Person) -> None:
    browser = Browser(app)
    browser.get("/login")
    answers = [
        browser.post("/login", email=f"p{guess}@example.org", password="a wrong guess").status_code
        for guess in range(ADDRESS_LIMIT + 1)
    ]
    assert answers == [400] * ADDRESS_LIMIT + [429]
    assert Browser(app, "203.0.113.9").sign_in(owner).get("/account").status_code == 200


def test_one_household_has_one_limit_however_many_addresses_it_has(app: Flask) -> None:
    answers = []
    for guess in range(ADDRESS_LIMIT + 1):
        browser = Browser(app, f"2001:db8:1:2::{guess:x}")
        answers.append(browser.post("/login", page="/login", email=f"p{guess}@b.c", password="x").status_code)
    assert answers == [400] * ADDRESS_LIMIT + [429]
    other = Browser(app, "2001:db8:1:3::1")
    assert other.post("/login", page="/login", email="q@b.c", password="x").status_code == 400


def test_who_gets_in_is_never_slowed(app: Flask, owner: Person) -> None:
    for _ in range(ACCOUNT_LIMIT + 3):
        Browser(app).sign_in(owner)


def test_the_limits_can_be_switched_off(settings: Settings) -> None:
    with running(Settings.read({}, data=str(settings.data), ratelimit_enabled="0")) as app:
        browser = Browser(app)
        browser.get("/login")
        for _ in range(ACCOUNT_LIMIT + 3):
            assert browser.post("/login", email="a@b.c", password="a wrong guess").status_code == 400


def test_who_is_signed_in_is_sent_on_from_the_sign_in_page(owner: Person, browser: Browser) -> None:
    assert browser.sign_in(owner).get("/login").headers["Location"] == "/sites"


def test_programs_and_parts_of_pages_are_told_instead_of_sent_away(browser: Browser) -> None:
    assert browser.get("/sites", HX_Request="true").status_code == 401
    answer = browser.get("/api/v1/sites/1/events")
    assert answer.status_code == 401 and answer.json["error"]["code"] == "unauthorized"
