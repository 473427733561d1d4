"""Signing in and out, and the links that make accounts."""

from __future__ import annotations

import statistics
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.access.conftest import NOW, PASSWORD, SignIn, csrf_token, submit
from tracker import clock
from tracker.accounts import links, members, users
from tracker.accounts.roles import Role
from tracker.accounts.sites import NewKeys
from tracker.app import create_app
from tracker.config import Settings
from tracker.models import User


def test_the_first_owner_is_made_by_a_link_that_works_once(app: Flask, client: FlaskClient) -> None:
    token = links.make("setup", clock.now_ms())
    form = {"email": "olivia@example.org", "password": PASSWORD, "name": "Olivia"}
    answer: Any = submit(client, f"/setup/{token}", **form)
    assert (answer.status_code, answer.location) == (302, "/sites/new")
    assert users.need("olivia@example.org").is_owner
    assert client.get("/sites").status_code == 200, "and is signed in"
    assert app.test_client().get(f"/setup/{token}").status_code == 404


def test_a_new_setup_link_ends_the_old_one(client: FlaskClient) -> None:
    old = links.make("setup", clock.now_ms())
    links.make("setup", clock.now_ms())
    assert client.get(f"/setup/{old}").status_code == 404


def test_a_setup_link_runs_out(client: FlaskClient) -> None:
    token = links.make("setup", clock.now_ms() - links.LASTS_MS["setup"] - 1)
    assert client.get(f"/setup/{token}").status_code == 404


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "no address", "password": PASSWORD}, "no e-mail address"),
        ({"email": "a@example.org", "password": "short"}, "10 to 200 characters"),
        ({"email": "a@example.org", "password": "password123"}, "first anybody would try"),
        (
            {"email": "a-very-long@example.org", "password": "A-very-long@example.org"},
            "first anybody would try",
        ),
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays_good(
    client: FlaskClient, form: dict[str, str], words: str
) -> None:
    token = links.make("setup", clock.now_ms())
    answer: Any = submit(client, f"/setup/{token}", **form)
    assert answer.status_code == 400 and words in answer.get_data(as_text=True)
    assert client.get(f"/setup/{token}").status_code == 200


def test_signing_in_goes_where_one_wanted_to_go(client: FlaskClient, owner: User, site: NewKeys) -> None:
    here = f"/sites/{site.site.id}/feed?name=a"
    answer = client.get(here)
    assert answer.status_code == 302
    token = csrf_token(client, answer.location)
    form = {"email": owner.email.upper(), "password": PASSWORD, "csrf_token": token}
    assert client.post(answer.location, data=form).location == here


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil", "javascript:x", "/a\nb"]
)
def test_signing_in_leads_nowhere_else(client: FlaskClient, owner: User, wanted: str) -> None:
    token = csrf_token(client, "/login")
    form = {"email": owner.email, "password": PASSWORD, "csrf_token": token}
    answer = client.post("/login", query_string={"next": wanted}, data=form)
    assert answer.location == "/sites"


def test_wrong_password_and_unknown_account_get_the_same_answer(client: FlaskClient, owner: User) -> None:
    pages, times = [], []
    for email in (owner.email, "nobody@example.org"):
        token = csrf_token(client, "/login")
        spent = []
        for _ in range(5):
            begun = time.perf_counter()
            form = {"email": email, "password": "wrong password", "csrf_token": token}
            answer = client.post("/login", data=form)
            spent.append(time.perf_counter() - begun)
        assert answer.status_code == 400
        pages.append(answer.get_data(as_text=True).replace(email, "").replace(token, ""))
        times.append(statistics.median(spent))
    assert pages[0] == pages[1]
    assert 0.5 < times[0] / times[1] < 2, "the time tells whether the account exists"


def test_the_session_is_a_new_one_after_signing_in(client: FlaskClient, owner: User) -> None:
    token = csrf_token(client, "/login")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    client.post("/login", data={"email": owner.email, "password": PASSWORD, "csrf_token": token})
    with client.session_transaction() as session:
        assert "planted" not in session and session["_user_id"] == f"{owner.id}.1"


def test_cookies_are_out_of_reach_of_scripts(client: FlaskClient) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


def test_cookies_go_over_https_only_where_there_is_https(settings: Settings) -> None:
    app = create_app(Settings.read({}, data=str(settings.data), public_url="https://stats.example.org"))
    answer = app.test_client().get("/login")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    app.extensions["desirepath"].sites.stop()


def test_signing_out_ends_the_session(sign_in: SignIn, owner: User) -> None:
    browser = sign_in(owner.email)
    submit(browser, "/logout", page="/account")
    assert browser.get("/sites").status_code == 302


def test_a_new_password_signs_other_devices_out(sign_in: SignIn, owner: User) -> None:
    here, there = sign_in(owner.email), sign_in(owner.email)
    form = {"current": PASSWORD, "password": "another long password"}
    answer: Any = submit(here, "/account/password", page="/account", **form)
    assert answer.status_code == 302
    assert here.get("/sites").status_code == 200
    assert there.get("/sites").status_code == 302


def test_the_present_password_is_asked_for(sign_in: SignIn, owner: User) -> None:
    browser = sign_in(owner.email)
    form = {"current": "wrong", "password": "another long password"}
    answer: Any = submit(browser, "/account/password", page="/account", **form)
    assert answer.status_code == 400 and "not your present password" in answer.get_data(as_text=True)


def test_signing_out_everywhere_else(sign_in: SignIn, owner: User) -> None:
    here, there = sign_in(owner.email), sign_in(owner.email)
    submit(here, "/account/sessions", page="/account")
    assert (here.get("/sites").status_code, there.get("/sites").status_code) == (200, 302)


def test_an_invitation_makes_an_account_once(app: Flask, client: FlaskClient, site: NewKeys) -> None:
    token = links.make(
        "invite", clock.now_ms(), email="vera@example.org", site_id=site.site.id, role=Role.VIEWER
    )
    form = {"email": "vera@example.org", "password": PASSWORD, "name": "Vera"}
    answer: Any = submit(client, f"/invite/{token}", **form)
    assert answer.location == f"/sites/{site.site.id}/"
    assert members.role_of(users.need("vera@example.org"), site.site.id) is Role.VIEWER
    assert app.test_client().get(f"/invite/{token}").status_code == 404


def test_an_invitation_never_takes_a_role_away(sign_in: SignIn, admin: User, site: NewKeys) -> None:
    token = links.make("invite", clock.now_ms(), site_id=site.site.id, role=Role.VIEWER)
    submit(sign_in(admin.email), f"/invite/{token}")
    assert members.role_of(admin, site.site.id) is Role.ADMIN


def test_an_invitation_to_somebody_with_an_account_asks_for_its_password(
    client: FlaskClient, owner: User, site: NewKeys
) -> None:
    token = links.make("invite", clock.now_ms(), site_id=site.site.id, role=Role.ADMIN)
    form = {"email": owner.email, "password": "a password of mine", "name": "Mallory"}
    answer: Any = submit(client, f"/invite/{token}", **form)
    assert answer.status_code == 400 and "account already" in answer.get_data(as_text=True)


def test_a_lost_password_is_set_by_link_once(client: FlaskClient, owner: User) -> None:
    token = links.make("reset", clock.now_ms(), email=owner.email)
    answer: Any = submit(client, f"/reset/{token}", password="a brand new password")
    assert answer.status_code == 302
    assert users.sign_in(owner.email, "a brand new password", NOW)
    assert client.get(f"/reset/{token}").status_code == 404


def test_guessing_is_throttled_by_account_and_by_address(settings: Settings) -> None:
    app = create_app(Settings.read({}, data=str(settings.data)))
    with app.app_context():
        users.create("olivia@example.org", PASSWORD, NOW, owner=True)
        client = app.test_client()
        token = csrf_token(client, "/login")

        def attempt(email: str, password: str) -> int:
            form = {"email": email, "password": password, "csrf_token": token}
            return client.post("/login", data=form).status_code

        assert [attempt("olivia@example.org", "wrong") for _ in range(11)] == [400] * 10 + [429]
        assert attempt("olivia@example.org", PASSWORD) == 429, "the right password comes too late as well"
        tries = [attempt(f"{number}@example.org", "wrong") for number in range(12)]
        assert tries == [400] * 10 + [429] * 2
    app.extensions["desirepath"].sites.stop()
