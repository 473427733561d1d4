"""Every route × every role × own and foreign site. A route that says nothing of its level fails here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.live_server import Keys
from tests.pages import Browser, Person
from tracker.accounts.roles import Role
from tracker.web.access import HIDDEN
from tracker.web.security import STALE


class Level(IntEnum):
    """What a route asks of whoever comes."""

    PUBLIC = 0
    SIGNED_IN = 1
    VIEWER = 2
    ADMIN = 3
    OWNER = 4


LEVELS: dict[str, Level] = {
    # A blueprint, or one endpoint of it where that asks for something else.
    "static": Level.PUBLIC,
    "scripts": Level.PUBLIC,
    "doors": Level.PUBLIC,
    "health": Level.PUBLIC,
    "auth": Level.PUBLIC,
    "auth.logout": Level.PUBLIC,
    "account": Level.SIGNED_IN,
    "accounts": Level.OWNER,
    "sites.root": Level.SIGNED_IN,
    "sites.all_sites": Level.SIGNED_IN,
    "sites.new": Level.OWNER,
    "sites.home": Level.VIEWER,
    "sites.settings": Level.ADMIN,
    "sites.delete": Level.OWNER,
    "keys": Level.ADMIN,
    "webhooks": Level.ADMIN,
    "privacy": Level.PUBLIC,
    "privacy_settings": Level.ADMIN,
    "alerts": Level.ADMIN,
    "imports": Level.ADMIN,
    "erasures": Level.ADMIN,
    "keeping": Level.ADMIN,
    "access": Level.ADMIN,
    "install": Level.VIEWER,
    "feed": Level.VIEWER,
    "suggestions": Level.VIEWER,
    "glance": Level.VIEWER,
    "palette": Level.VIEWER,
    "overview": Level.VIEWER,
    "users": Level.VIEWER,
    "sessions": Level.VIEWER,
    "journeys": Level.VIEWER,
    "funnels": Level.VIEWER,
    "segments": Level.VIEWER,
    "people": Level.VIEWER,
    "person": Level.VIEWER,
    "person.move_credits": Level.ADMIN,
    "definitions": Level.ADMIN,
    "definitions.page": Level.VIEWER,
    "features": Level.VIEWER,
    "retention": Level.VIEWER,
    "products": Level.VIEWER,
    "product": Level.VIEWER,
    "payments": Level.VIEWER,
    "payment": Level.VIEWER,
    "errors": Level.VIEWER,
    "error": Level.VIEWER,
    "api": Level.VIEWER,
    "marketplace": Level.PUBLIC,
    "api.openapi": Level.PUBLIC,
    "api.export_person": Level.ADMIN,
    "api.erase_person": Level.ADMIN,
    "api.pseudonymise_person": Level.ADMIN,
    "api.erasure": Level.ADMIN,
    "api.get_privacy": Level.ADMIN,
    "api.change_privacy": Level.ADMIN,
    "api.consents": Level.ADMIN,
    "api.keeping": Level.ADMIN,
    "api.change_keeping": Level.ADMIN,
    "api.preview_keeping": Level.ADMIN,
    "api.create_definition": Level.ADMIN,
    "api.replace_definition": Level.ADMIN,
    "api.delete_definition": Level.ADMIN,
    "api.move_credits": Level.ADMIN,
    "api.import_history": Level.ADMIN,
}
VALUES: dict[str, str | int] = {
    "act": "stop",
    "product_id": "P1",
    "kind": "segments",
    "number": 999,
    "user_id": 999,
    "link_id": 999,
    "event_id": 999,
    "panel": "no-such-panel",
    "token": "t" * 43,
    "provider": "stripe",
    "key": "pk_nobody",
    "filename": "icon.svg",
}


@dataclass(frozen=True)
class Request:
    """One method of one route."""

    endpoint: str
    method: str
    path: str
    level: Level
    of_site: bool


def level_of(rule: Rule) -> Level | None:
    """The declared level of a route."""
    return LEVELS.get(rule.endpoint, LEVELS.get(rule.endpoint.split(".")[0]))


def requests(app: Flask, site_id: int) -> list[Request]:
    """Everything the app answers, for one site."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith(("doors.", "marketplace.")):
                continue  # they tell senders by keys; tests/doors and tests/contract ask them
            values = {name: VALUES.get(name, 1) for name in rule.arguments}
            if "site_id" in values:
                values["site_id"] = site_id
            built = rule.build(values)
            assert built is not None, rule
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                level = level_of(rule)
                assert level is not None, f"say in LEVELS who may ask for {rule}"
                found.append(Request(rule.endpoint, method, built[1], level, "site_id" in values))
    return found  # outside the context, which requests would share


def ask(browser: Browser, request: Request) -> TestResponse:
    """Send it, with the token of a form where it changes something."""
    if request.method == "GET":
        return browser.get(request.path)
    return (
        browser.post(request.path) if request.method == "POST" else browser.send(request.method, request.path)
    )


def outcome(answer: TestResponse) -> str:
    """in, sign-in, forbidden or hidden."""
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/login"):
        return "sign in"
    if answer.status_code == 403:
        return "forbidden"
    if answer.status_code == 404 and HIDDEN in answer.text:
        return "hidden"
    return "in"


def test_every_route_says_who_may_come_in(app: Flask) -> None:
    unknown = [rule for rule in app.url_map.iter_rules() if level_of(rule) is None]
    assert not unknown, f"say in LEVELS who may ask for {unknown}"
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    known = endpoints | {endpoint.split(".")[0] for endpoint in endpoints}
    assert set(LEVELS) <= known, "LEVELS names what is gone"


def test_who_is_not_signed_in_sees_public_pages_only(app: Flask, site: Keys) -> None:
    for request in requests(app, site.id):
        if request.endpoint == "auth.logout":
            continue
        expected = "in" if request.level is Level.PUBLIC else "sign in"
        assert outcome(ask(Browser(app), request)) == expected, request


@pytest.mark.parametrize("role", [Level.VIEWER, Level.ADMIN, Level.OWNER])
def test_each_role_does_what_it_may_and_nothing_else(
    app: Flask, site: Keys, new_person: Callable[..., Person], role: Level
) -> None:
    if role is Level.OWNER:
        person = new_person("someone@example.org", owner=True)
    else:
        person = new_person("someone@example.org", site=site, role=Role[role.name])
    browser = Browser(app).sign_in(person)
    for request in requests(app, site.id):
        if request.endpoint == "auth.logout":
            continue
        expected = "in" if request.level <= role else "forbidden"
        answer = ask(browser, request)
        assert outcome(answer) == expected, (request, answer.status_code)
        assert answer.status_code != 500, request
        if request.endpoint == "account.sessions":
            browser.get("/account")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
@pytest.mark.parametrize("exists", [True, False])
def test_another_site_does_not_exist_for_its_strangers(
    app: Flask,
    new_site: Callable[..., Keys],
    new_person: Callable[..., Person],
    role: Role,
    exists: bool,
) -> None:
    """Whoever may do everything on one site learns nothing of another, not even that it is there."""
    own, foreign = new_site("Own"), new_site("Foreign")
    browser = Browser(app).sign_in(new_person("bob@example.org", site=own, role=role))
    for request in requests(app, foreign.id if exists else 4711):
        if not request.of_site:
            continue
        answer = ask(browser, request)
        assert outcome(answer) == "hidden", request
        assert "Foreign" not in answer.text, request


def test_an_owner_is_told_of_a_site_that_is_not_there(app: Flask, owner: Person) -> None:
    browser = Browser(app).sign_in(owner)
    for request in requests(app, 4711):
        if request.of_site:
            assert outcome(ask(browser, request)) == "hidden", request


def test_who_lost_access_is_out_at_once(
    app: Flask, site: Keys, new_person: Callable[..., Person], owner: Person
) -> None:
    bob = new_person("bob@example.org", site=site, role=Role.ADMIN)
    his, hers = Browser(app).sign_in(bob), Browser(app).sign_in(owner)
    assert his.get(f"/sites/{site.id}/settings").status_code == 200
    hers.post(f"/sites/{site.id}/settings/people/{bob.id}/role", role="viewer")
    assert outcome(his.get(f"/sites/{site.id}/settings")) == "forbidden"
    hers.post(f"/sites/{site.id}/settings/people/{bob.id}/remove")
    assert outcome(his.get(f"/sites/{site.id}/feed")) == "hidden"
    assert "Shop" not in his.get("/sites").text


def test_no_form_is_taken_without_its_token(app: Flask, site: Keys, owner: Person) -> None:
    browser = Browser(app).sign_in(owner)
    changing = [
        r for r in requests(app, site.id) if r.method != "GET" and not r.endpoint.startswith("doors.")
    ]
    assert len(changing) > 10
    for request in changing:
        for form in ({}, {"X-CSRFToken": "made-up"}):
            answer = browser.bare_send(request.method, request.path, **form)
            assert answer.status_code == 400 and STALE in answer.text, request
    assert browser.get("/account").status_code == 200
    assert app.extensions["desirepath"].sites.by_secret_key(site.secret_key) is not None


def test_a_token_of_somebody_else_is_not_taken(
    app: Flask, owner: Person, new_person: Callable[..., Person]
) -> None:
    hers, his = Browser(app).sign_in(owner), Browser(app).sign_in(new_person("bob@example.org"))
    assert hers.bare_post("/account/name", csrf_token=his._token, name="Mallory").status_code == 400
    assert "Mallory" not in hers.get("/account").text


def test_an_unknown_visitor_never_reaches_a_view_that_forgot_to_ask(app: Flask) -> None:
    """What is not public is closed by default."""
    rules = [rule for rule in app.url_map.iter_rules() if level_of(rule) not in (Level.PUBLIC, None)]
    endpoint = next(rule.endpoint for rule in rules if rule.endpoint == "sites.all_sites")
    app.view_functions[endpoint] = lambda: "forgot to ask"
    assert Browser(app).get("/sites").status_code == 302
