"""What tests share: an app on a directory of its own, people and sites in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from tests.apps import running
from tests.examples import as_many_as_wanted
from tests.live_server import Keys
from tests.notify.receivers import MailServer, Receiver, mail_server, receiver
from tests.pages import Browser, Person
from tracker import clock
from tracker.accounts import members, passwords, sites, users
from tracker.accounts.roles import Role
from tracker.config import Settings

NOW = 1_760_000_000_000
PASSWORD = "seven wild geese"
DAY = 86_400_000
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HERE = Path(__file__).parent
LONGEST_FIRST = (
    "reliability", "keeping", "browser", "cli", "privacy", "shop", "wallet", "client", "demo", "archive",
    "contract", "analytics", "columns", "web",
)  # fmt: skip
"""Directories whose tests take long, or wait for processes of their own. A worker that came to one of them
last would still be at it when the others have been done for minutes."""

SECOND_TRY = ("browser", "cli", "client", "notify", "shop", "wallet")
"""Directories whose tests wait for browsers, processes or threads; a busy machine may hold those up longer
than anybody waits. The summary names every test that needed its second try, so that somebody looks for the
reason. What shows that nothing is lost (reliability, privacy, keeping) has one try: once is too often."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors: tests wait a good part of their time, for a disk or a browser."""
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (known or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hand the longest out first; `make test` tells xdist to leave it at that. Files stay as they are."""
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(_directory(item), len(order)))
    for item in items:
        if _directory(item) in SECOND_TRY:
            item.add_marker(pytest.mark.flaky(reruns=1))


def _directory(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Property tests try as many examples as the run wants."""
    with as_many_as_wanted(item):
        return (yield)


@pytest.fixture
def real_passwords() -> None:
    """Hash passwords as a server does; other tests sign hundreds of people in and need no strong hashes."""


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with argon2's least cost, but where a test asks for `real_passwords`."""
    if "real_passwords" not in request.fixturenames:
        monkeypatch.setattr(passwords, "_hasher", QUICK)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, on an empty directory."""
    return Settings.read({}, data=str(tmp_path / "data"))


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The app with everything running; outside any context, as a server has it."""
    with running(settings) as app:
        yield app


@pytest.fixture
def midday(monkeypatch: pytest.MonkeyPatch) -> int:
    """Hold the clock at noon (UTC) of today (epoch ms): no day ends between what is sent and asked."""
    noon = clock.now_ms() // DAY * DAY + DAY // 2
    monkeypatch.setattr(clock, "now_ms", lambda: noon)
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(noon / 1000, UTC))
    return noon


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A bare client of the app."""
    return app.test_client()


@pytest.fixture
def new_person(app: Flask) -> Callable[..., Person]:
    """Make an account: `new_person("bob@example.org", site=site, role=Role.ADMIN)`."""

    def make(
        email: str, *, owner: bool = False, site: Keys | None = None, role: Role = Role.VIEWER
    ) -> Person:
        with app.app_context():
            user = users.create(email, PASSWORD, NOW, name=email.split("@")[0].title(), owner=owner)
            if site is not None:
                members.grant(user.id, site.id, role, NOW, None)
            return Person(user.id, user.email, PASSWORD)

    return make


@pytest.fixture
def new_site(app: Flask) -> Callable[..., Keys]:
    """Make a site: `new_site("Shop", domains=["shop.example"])`."""

    def make(name: str, domains: tuple[str, ...] = (), time_zone: str = "UTC") -> Keys:
        with app.app_context():
            made = sites.create(name, NOW, domains=domains, time_zone=time_zone)
            return Keys(made.site.id, made.site.public_key, made.secret_key, made.token_secret)

    return make


@pytest.fixture
def owner(new_person: Callable[..., Person]) -> Person:
    """Alice owns the server."""
    return new_person("alice@example.org", owner=True)


@pytest.fixture
def site(new_site: Callable[..., Keys]) -> Keys:
    """A site that takes events from anywhere."""
    return new_site("Shop")


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Person], Browser]:
    """A new browser in which a person is signed in."""
    return lambda person: Browser(app).sign_in(person)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server that keeps what it is given."""
    with mail_server() as server:
        yield server


@pytest.fixture
def far() -> Iterator[Receiver]:
    """Somebody who takes webhooks."""
    with receiver() as found:
        yield found
