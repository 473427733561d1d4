"""Every route against every role and a foreign site. A route that is not in the table fails."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.access.conftest import SignIn, csrf_token
from tracker.accounts.sites import NewKeys
from tracker.analytics.registry import questions
from tracker.models import User

QUESTIONS = {f"api.question_{name}" for name in questions()}
PEOPLE = ("nobody", "outsider", "viewer", "admin", "owner")
PUBLIC = {
    "static", "auth.login", "auth.setup", "auth.invite", "auth.reset", "auth.logout", "doors.api_v1_track",
    "doors.pixel_gif", "scripts.tracker_js", "scripts.tracker_d_ts", "health.healthz", "health.readyz",
    "health.metrics", "api.openapi",
}  # fmt: skip
ANYBODY_SIGNED_IN = {
    "sites.root", "sites.all_sites", "account.page", "account.name", "account.password", "account.sessions",
}  # fmt: skip
OWNERS = {"sites.new"}
LEVELS = {
    "viewer": {
        "sites.home", "feed.page", "feed.live", "feed.figures", "feed.event", "install.page",
        "install.status", "api.events", *QUESTIONS,
    },
    "admin": {
        "sites.settings", "keys.page", "keys.rotate_secret", "keys.rotate_token", "keys.revoke",
        "access.page", "access.invite", "access.withdraw", "access.role", "access.remove",
    },
    "owner": {"sites.delete"},
}  # fmt: skip


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_route_has_its_level(app: Flask) -> None:
    known = PUBLIC | ANYBODY_SIGNED_IN | OWNERS | set().union(*LEVELS.values())
    assert endpoints(app) == known


@pytest.fixture
def people(owner: User, admin: User, member: User, other_site: NewKeys) -> dict[str, str | None]:
    from tests.access.conftest import NOW, PASSWORD
    from tracker.accounts import members, users
    from tracker.accounts.roles import Role

    outsider = users.create("oscar@example.org", PASSWORD, NOW)
    members.grant(outsider.id, other_site.site.id, Role.ADMIN, NOW, None)
    return {
        "nobody": None, "outsider": outsider.email, "viewer": member.email, "admin": admin.email,
        "owner": owner.email,
    }  # fmt: skip


def test_who_may_do_what_on_a_site(
    app: Flask, site: NewKeys, people: dict[str, str | None], sign_in: SignIn
) -> None:
    """Everybody below the level is refused: 404 for strangers, 403 for too low a role."""
    wrong = []
    for person, email in people.items():
        browser = app.test_client() if email is None else sign_in(email)
        token = csrf_token(browser, "/login" if email is None else "/account")
        for level, names in LEVELS.items():
            for rule in app.url_map.iter_rules():
                if rule.endpoint not in names:
                    continue
                path = re.sub(
                    r"<int:(\w+)>", lambda m: str(site.site.id if m[1] == "site_id" else 999), rule.rule
                )
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    answer = browser.open(path, method=method, data={"csrf_token": token})
                    if not _as_expected(person, level, answer.status_code):
                        wrong.append((person, method, path, answer.status_code))
    assert not wrong


def _as_expected(person: str, level: str, status: int) -> bool:
    if person == "nobody":
        return status in (302, 401)
    if person == "outsider":
        return status == 404
    if PEOPLE.index(person) < PEOPLE.index(level):
        return status == 403
    return status not in (401, 403)


def test_owners_alone_make_sites(app: Flask, people: dict[str, str | None], sign_in: SignIn) -> None:
    for person, email in people.items():
        browser = app.test_client() if email is None else sign_in(email)
        expected = {"nobody": 302, "owner": 200}.get(person, 403)
        assert browser.get("/sites/new").status_code == expected


def test_one_sees_ones_own_sites_only(site: NewKeys, people: dict[str, str | None], sign_in: SignIn) -> None:
    page = sign_in(people["outsider"] or "").get("/sites").get_data(as_text=True)
    assert "Other" in page and "Shop" not in page


def test_no_form_works_without_its_token(app: Flask, site: NewKeys, owner: User, sign_in: SignIn) -> None:
    browser = sign_in(owner.email)
    forms = 0
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.endpoint.startswith("doors."):
            continue
        path = re.sub(r"<int:\w+>", str(site.site.id), rule.rule).replace("<token>", "x")
        assert browser.post(path, data={"name": "Shop"}).status_code == 400, path
        forms += 1
    assert forms > 10
    assert browser.get("/sites").status_code == 200, "and nothing was done"


def test_a_site_that_does_not_exist_looks_like_one_that_is_not_yours(
    site: NewKeys, people: dict[str, str | None], sign_in: SignIn
) -> None:
    browser = sign_in(people["outsider"] or "")
    answers = [browser.get(f"/sites/{number}/feed") for number in (site.site.id, 999)]
    pages = [re.sub(r"/sites/\d+/feed", "", a.get_data(as_text=True)) for a in answers]
    assert pages[0] == pages[1] and answers[0].status_code == 404


def test_private_pages_are_not_cached_and_run_no_foreign_code(owner: User, sign_in: SignIn) -> None:
    answer = sign_in(owner.email).get("/sites")
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    page = answer.get_data(as_text=True)
    assert not re.search(r"<script(?![^>]*src=)", page) and " style=" not in page and " onclick=" not in page
