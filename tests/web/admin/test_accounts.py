"""All accounts of a server, for its owners."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import PASSWORD
from tests.live_server import Keys
from tests.pages import Browser, Person, seen
from tracker.accounts import users


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def shown_link(browser: Browser, kind: str) -> str:
    found = re.search(rf"http://localhost(/{kind}/[\w-]+)", browser.get("/accounts").text)
    assert found
    return found[1]


def test_everybody_is_listed_with_what_they_may_see(
    hers: Browser, owner: Person, site: Keys, new_person: Callable[..., Person]
) -> None:
    new_person("bob@example.org", site=site)
    new_person("eve@example.org")
    rows = re.findall(r"(?s)<tr>\s*<td>(.*?)</tr>", seen(hers.get("/accounts")))
    told = {
        email: row
        for row in rows
        for email in (owner.email, "bob@example.org", "eve@example.org")
        if email in row
    }
    assert "everything (owner)" in told[owner.email] and "Your account" in told[owner.email]
    assert "1 site<" in told["bob@example.org"] and "0 sites<" in told["eve@example.org"]
    assert 'href="/accounts"' in hers.get("/sites").text


def test_another_owner_is_invited(app: Flask, hers: Browser, site: Keys) -> None:
    assert hers.post("/accounts/invite", page="/accounts", email="ada@example.org").status_code == 302
    link = shown_link(hers, "invite")
    assert link not in hers.get("/accounts").text
    ada = Browser(app)
    assert "Own this server" in ada.get(link).text
    assert ada.post(link, email="ada@example.org", password=PASSWORD).headers["Location"] == "/sites"
    assert ada.get(f"/sites/{site.id}/settings").status_code == 200
    assert ada.get("/accounts").status_code == 200
    assert Browser(app).get(link).status_code == 404


def test_who_has_an_account_becomes_an_owner_by_one_click(
    hers: Browser, new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    bob = sign_in(new_person("bob@example.org"))
    hers.post("/accounts/invite", page="/accounts", email="bob@example.org")
    assert bob.post(shown_link(hers, "invite")).status_code == 302
    assert bob.get("/accounts").status_code == 200


def test_an_invitation_to_own_can_be_withdrawn_and_not_from_a_site(
    app: Flask, hers: Browser, site: Keys
) -> None:
    hers.post("/accounts/invite", page="/accounts", email="ada@example.org")
    link = shown_link(hers, "invite")
    number = re.search(r"/accounts/withdraw/(\d+)", hers.get("/accounts").text)
    assert number
    assert hers.post(f"/sites/{site.id}/settings/people/withdraw/{number[1]}").status_code == 404
    assert hers.post(f"/accounts/withdraw/{number[1]}").status_code == 302
    assert Browser(app).get(link).status_code == 404


def test_a_lost_password_is_helped_with_a_link(
    app: Flask, hers: Browser, new_person: Callable[..., Person]
) -> None:
    bob = new_person("bob@example.org")
    assert hers.post(f"/accounts/{bob.id}/reset", page="/accounts").status_code == 302
    link = shown_link(hers, "reset")
    assert Browser(app).post(link, page=link, password="a brand new one").status_code == 302
    Browser(app).sign_in(Person(bob.id, bob.email, "a brand new one"))
    assert hers.post("/accounts/999/reset").status_code == 404


def test_a_deleted_account_is_out_at_once_with_its_links(
    app: Flask, hers: Browser, site: Keys, new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    bob = new_person("bob@example.org", site=site)
    his = sign_in(bob)
    hers.post(f"/accounts/{bob.id}/reset", page="/accounts")
    link = shown_link(hers, "reset")
    assert hers.post(f"/accounts/{bob.id}/delete").status_code == 302
    assert "The account bob@example.org is deleted." in hers.get("/accounts").text
    assert his.get("/sites").status_code == 302
    assert Browser(app).get(link).status_code == 404
    assert "bob@example.org" not in seen(hers.get(f"/sites/{site.id}/settings/people"))
    assert hers.post(f"/accounts/{bob.id}/delete").status_code == 404


def test_the_last_owner_cannot_go(app: Flask, hers: Browser, owner: Person) -> None:
    refused = hers.post(f"/accounts/{owner.id}/delete", page="/accounts")
    assert refused.status_code == 400 and "Another owner has to" in refused.text
    with app.app_context():
        assert users.has_owner()


def test_what_is_no_address_is_told_beside_the_field(hers: Browser) -> None:
    answer = hers.post("/accounts/invite", page="/accounts", email="nobody")
    assert (
        answer.status_code == 400 and "no e-mail address" in answer.text and 'value="nobody"' in answer.text
    )
