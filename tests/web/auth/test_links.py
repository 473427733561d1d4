"""The pages behind one-time links."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from tests.conftest import PASSWORD
from tests.live_server import Keys
from tests.pages import Browser, Person
from tracker import clock
from tracker.accounts import links, members, users
from tracker.accounts.roles import Role


def link(app: Flask, purpose: str, **values: object) -> str:
    with app.app_context():
        return f"/{purpose}/{links.make(purpose, clock.now_ms(), **values)}"  # type: ignore[arg-type]


def test_the_first_owner_is_made_by_link_signed_in_and_led_to_a_first_site(
    app: Flask, browser: Browser
) -> None:
    assert "Nobody owns this server yet" in browser.get("/login").text
    path = link(app, "setup")
    refused = browser.post(path, page=path, email="ada@example.org", password="tiny!pw")
    assert refused.status_code == 400 and "10 to 200 characters" in refused.text
    assert 'value="ada@example.org"' in refused.text and "tiny!pw" not in refused.text
    answer = browser.post(path, page=path, email="ada@example.org", password=PASSWORD, name="Ada")
    assert answer.headers["Location"] == "/sites/new"
    assert browser.get("/sites/new").status_code == 200
    with app.app_context():
        assert users.need("ada@example.org").is_owner
    gone = Browser(app).get(path)
    assert gone.status_code == 404
    assert "Ask whoever sent it to you for a new one." in gone.text and "mistyped" not in gone.text
    assert "Nobody owns this server yet" not in Browser(app).get("/login").text


def test_a_setup_link_is_dead_once_there_is_an_owner(app: Flask, browser: Browser, owner: Person) -> None:
    assert browser.get(link(app, "setup")).status_code == 404


def test_an_invited_person_makes_an_account(app: Flask, site: Keys, browser: Browser) -> None:
    path = link(app, "invite", email="bob@example.org", site_id=site.id, role=Role.VIEWER)
    page = browser.get(path).text
    assert "Join Shop" in page and "viewer" in page and 'value="bob@example.org"' in page
    answer = browser.post(path, email="bob@example.org", password=PASSWORD)
    assert answer.headers["Location"] == f"/sites/{site.id}/"
    assert browser.get(f"/sites/{site.id}/feed").status_code == 200
    assert browser.get(f"/sites/{site.id}/settings").status_code == 403
    assert Browser(app).get(path).status_code == 404


def test_an_invited_person_with_an_account_gives_its_password(
    app: Flask, site: Keys, browser: Browser, new_person: Callable[..., Person]
) -> None:
    bob = new_person("bob@example.org")
    path = link(app, "invite", email=bob.email, site_id=site.id, role=Role.ADMIN)
    wrong = browser.post(path, page=path, email=bob.email, password="not his password")
    assert wrong.status_code == 400 and "You have an account already" in wrong.text
    assert browser.post(path, email=bob.email, password=bob.password).status_code == 302
    with app.app_context():
        assert members.role_of(users.need(bob.email), site.id) is Role.ADMIN


def test_who_is_signed_in_joins_with_one_click(
    app: Flask, site: Keys, new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    browser = sign_in(new_person("bob@example.org"))
    path = link(app, "invite", email="bob@example.org", site_id=site.id, role=Role.ADMIN)
    page = browser.get(path).text
    assert "Signed in as" in page and 'name="password"' not in page
    assert browser.post(path).status_code == 302
    assert browser.get(f"/sites/{site.id}/settings").status_code == 200


def test_looking_at_an_invitation_does_not_use_it(app: Flask, site: Keys, browser: Browser) -> None:
    path = link(app, "invite", email="bob@example.org", site_id=site.id, role=Role.VIEWER)
    for _ in range(3):
        assert browser.get(path).status_code == 200


def test_a_lost_password_is_replaced_and_every_other_device_signed_out(
    app: Flask, owner: Person, sign_in: Callable[..., Browser], browser: Browser
) -> None:
    elsewhere = sign_in(owner)
    path = link(app, "reset", email=owner.email)
    assert browser.post(path, page=path, password=owner.email).status_code == 400
    assert browser.post(path, password="a brand new one").headers["Location"] == "/sites"
    assert browser.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert browser.get(path).status_code == 404
    sign_in(Person(owner.id, owner.email, "a brand new one"))


def test_a_token_never_leaves_in_a_referrer_and_its_page_is_not_kept(app: Flask, browser: Browser) -> None:
    answer = browser.get(link(app, "setup"))
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.findall(r'(?:href|src)="https?://', answer.text)


def test_guessing_links_is_slowed(app: Flask) -> None:
    browser = Browser(app)
    browser.get("/login")
    answers = {browser.post(f"/reset/{'x' * 43}{n}", password=PASSWORD).status_code for n in range(25)}
    assert answers == {404, 429}
