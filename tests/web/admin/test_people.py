"""Who may see a site: invitations, roles, and their end."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import PASSWORD
from tests.live_server import Keys
from tests.pages import Browser, Person, seen
from tracker.accounts.roles import Role


@pytest.fixture
def path(site: Keys) -> str:
    """The page."""
    return f"/sites/{site.id}/settings/people"


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def invited(browser: Browser, path: str, email: str, role: str) -> str:
    """The path of a new invitation, as the page shows it."""
    assert browser.post(f"{path}/invite", page=path, email=email, role=role).headers["Location"] == path
    found = re.search(r"http://localhost(/invite/[\w-]+)", browser.get(path).text)
    assert found
    return found[1]


def test_an_invitation_is_shown_once_and_lets_somebody_in(app: Flask, hers: Browser, path: str) -> None:
    link = invited(hers, path, "bob@example.org", "viewer")
    page = hers.get(path).text
    assert link not in page and "bob@example.org" in page and "Withdraw" in page
    bob = Browser(app)
    assert bob.post(link, page=link, email="bob@example.org", password=PASSWORD).status_code == 302
    page = hers.get(path).text
    assert "Withdraw" not in page and re.search(r"<option selected>viewer</option>", page)


def test_an_invitation_can_be_withdrawn(app: Flask, hers: Browser, path: str) -> None:
    link = invited(hers, path, "bob@example.org", "admin")
    action = re.search(rf'action="({path}/withdraw/\d+)"', hers.get(path).text)
    assert action
    assert hers.post(action[1]).status_code == 302
    assert Browser(app).get(link).status_code == 404
    assert hers.post(action[1]).status_code == 404


def test_an_admin_of_one_site_cannot_touch_invitations_to_another(
    hers: Browser,
    path: str,
    new_site: Callable[..., Keys],
    new_person: Callable[..., Person],
    sign_in: Callable[..., Browser],
) -> None:
    invited(hers, path, "bob@example.org", "viewer")
    action = re.search(r"/withdraw/(\d+)", hers.get(path).text)
    assert action
    own = new_site("Own")
    eve = sign_in(new_person("eve@example.org", site=own, role=Role.ADMIN))
    assert eve.post(f"/sites/{own.id}/settings/people/withdraw/{action[1]}").status_code == 404
    assert "Withdraw" in hers.get(path).text


@pytest.mark.parametrize(
    ("email", "role"), [("nobody", "viewer"), ("a@b.c", "owner"), ("a@b.c", ""), ("", "admin")]
)
def test_what_cannot_be_invited_is_told(hers: Browser, path: str, email: str, role: str) -> None:
    answer = hers.post(f"{path}/invite", page=path, email=email, role=role)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert "/invite/" not in re.sub(r"/people/invite", "", answer.text)


def test_roles_are_changed_and_access_is_taken(
    hers: Browser, path: str, site: Keys, new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    bob = new_person("bob@example.org", site=site)
    his = sign_in(bob)
    assert his.get(path).status_code == 403
    hers.post(f"{path}/{bob.id}/role", page=path, role="admin")
    assert his.get(path).status_code == 200
    assert hers.post(f"{path}/{bob.id}/role", role="owner").status_code == 400
    hers.post(f"{path}/{bob.id}/remove")
    assert his.get(path).status_code == 404
    assert "bob@example.org" not in re.sub(r"(?s)Last changes.*", "", seen(hers.get(path)))


def test_nobody_gets_a_role_who_was_not_let_in(
    hers: Browser, path: str, new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    """Only an invitation, which they take themselves, lets somebody in."""
    eve = new_person("eve@example.org")
    assert hers.post(f"{path}/{eve.id}/role", page=path, role="admin").status_code == 404
    assert hers.post(f"{path}/{eve.id}/remove").status_code == 404
    assert sign_in(eve).get(path).status_code == 404


def test_owners_are_listed_and_cannot_be_changed_here(hers: Browser, owner: Person, path: str) -> None:
    page = seen(hers.get(path))
    assert owner.email in page and f"/{owner.id}/remove" not in page
    assert hers.post(f"{path}/{owner.id}/remove").status_code == 404


def test_names_of_people_and_sites_are_never_markup(
    app: Flask, hers: Browser, path: str, new_person: Callable[..., Person], site: Keys
) -> None:
    bob = new_person("bob@example.org", site=site)
    his = Browser(app).sign_in(bob)
    his.post("/account/name", name='"><img src=x onerror=alert(1)>')
    page = hers.get(path).text
    assert "<img" not in page and html.escape('"><img').replace("&quot;", "&#34;") in page
