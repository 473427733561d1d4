"""The menu of a site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import NOW
from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.events import write
from tracker.accounts.roles import Role
from tracker.extensions import db
from tracker.web.navigation import PAGES, menu


def labels(role: Role) -> list[str]:
    return [item.label for group in menu(7, role, "/") for item in group.items]


def test_everybody_sees_what_they_may_open() -> None:
    assert "Settings" not in labels(Role.VIEWER)
    assert labels(Role.ADMIN) == [page.label for page in PAGES]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/sites/7/feed", ["Live feed"]),
        ("/sites/7/settings/keys", ["Settings"]),
        ("/sites/7/feedback", []),
        ("/sites/7/person", ["People"]),
        ("/sites/7/product", ["Products"]),
        ("/sites/7/payment", ["Payments"]),
        ("/sites/7/error", ["Errors"]),
        ("/sites/8/feed", []),
    ],
)
def test_the_page_one_is_on_is_marked(path: str, current: list[str]) -> None:
    groups = menu(7, Role.OWNER, path, "/stats")
    assert [item.label for group in groups for item in group.items if item.current] == current
    assert groups[0].items[1].url == "/stats/sites/7/feed"


def test_keys_are_each_used_once() -> None:
    keys = [page.key for page in PAGES if page.key]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_every_entry_opens(
    site: Keys, new_person: Callable[..., Person], sign_in: Callable[[Person], Browser], role: Role
) -> None:
    browser = sign_in(new_person("carol@example.org", site=site, role=role))
    for group in menu(site.id, role, "/"):
        for item in group.items:
            answer = browser.get(item.url)
            assert answer.status_code == 200
            assert f'href="{item.url}" aria-current="page"' in answer.text


def test_the_sites_of_the_menu_are_read_once_however_many_panels(
    app: Flask, site: Keys, owner: Person, sign_in: Callable[[Person], Browser]
) -> None:
    write(app, site.id, NOW, {"name": "page_viewed"})
    browser, asked = sign_in(owner), []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert browser.get(f"/sites/{site.id}/overview").text.count('class="card panel') > 5
    assert len([statement for statement in asked if "ORDER BY sites.name" in statement]) == 1
