"""A whole app on a fresh data directory, with people and sites in it."""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tracker.accounts import members, sites, users
from tracker.accounts.roles import Role
from tracker.accounts.sites import NewKeys
from tracker.app import create_app
from tracker.config import Settings
from tracker.models import User
from tracker.services import Services

NOW = 1_760_000_000_000
PASSWORD = "correct horse battery"
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings on a fresh directory, rate limits off."""
    return Settings.read({}, data=str(tmp_path / "data"), ratelimit_enabled="0", log_format="text")


class Stranger(FlaskClient):
    """A client that sees nothing of the test's own context: Flask-Login would find its user there."""

    def open(self, *args: Any, **options: Any) -> Any:
        """One request, in a context of its own."""
        return contextvars.Context().run(super().open, *args, **options)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The app, writing; inside its context."""
    app = create_app(settings)
    app.test_client_class = Stranger
    services: Services = app.extensions["desirepath"]
    services.start()
    with app.app_context():
        yield app
    services.stop()


@pytest.fixture
def services(app: Flask) -> Services:
    """What the app runs on."""
    found: Services = app.extensions["desirepath"]
    return found


@pytest.fixture
def owner(app: Flask) -> User:
    """Olivia, who owns the instance."""
    return users.create("olivia@example.org", PASSWORD, NOW, name="Olivia", owner=True)


@pytest.fixture
def site(owner: User) -> NewKeys:
    """A shop in Berlin, with its keys."""
    return sites.create("Shop", NOW, domains=["shop.example"], time_zone="Europe/Berlin", by=owner)


@pytest.fixture
def other_site(owner: User) -> NewKeys:
    """Another site, that most people here have nothing to do with."""
    return sites.create("Other", NOW, by=owner)


@pytest.fixture
def admin(site: NewKeys) -> User:
    """Adam, admin of the shop."""
    user = users.create("adam@example.org", PASSWORD, NOW, name="Adam")
    members.grant(user.id, site.site.id, Role.ADMIN, NOW, None)
    return user


@pytest.fixture
def member(site: NewKeys) -> User:
    """Vera, viewer of the shop."""
    user = users.create("vera@example.org", PASSWORD, NOW, name="Vera")
    members.grant(user.id, site.site.id, Role.VIEWER, NOW, None)
    return user


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser nobody is signed in with."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """`sign_in("olivia@example.org")`: a browser with that person signed in."""

    def begin(email: str) -> FlaskClient:
        browser = app.test_client()
        token = csrf_token(browser, "/login")
        form = {"email": email, "password": PASSWORD, "csrf_token": token}
        assert browser.post("/login", data=form).status_code == 302
        return browser

    return begin


def csrf_token(browser: FlaskClient, path: str) -> str:
    """The token of the first form on a page."""
    page = browser.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, f"{path} has no form"
    return found.group(1)


def submit(browser: FlaskClient, path: str, page: str | None = None, **form: str) -> object:
    """Send a form with the token of the page it is on (`page`, else the same path)."""
    return browser.post(path, data=form | {"csrf_token": csrf_token(browser, page or path)})
