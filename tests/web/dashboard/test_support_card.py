"""The diagnosis on a person's page: for admins, of users, with everything escaped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.events import write
from tracker import clock
from tracker.accounts.roles import Role

HOUR = 3_600_000


@pytest.fixture
def visited(app: Flask, site: Keys) -> None:
    """Ada (42) paid an hour ago; a visitor became her; another is unknown."""
    paid = '{"reference":"order <1>","amount":"20","currency":"EUR"}'
    write(
        app,
        site.id,
        clock.now_ms() - HOUR,
        {"user_id": "42", "flags": 3, "profile": '{"email":"ada@example.org"}', "visitor": "phone"},
        {"user_id": "42", "flags": 3, "name": "payment_completed", "properties": paid},
        {"user_id": "42", "name": "x", "properties": '{"error_message":"<b>paper</b>"}'},
        {"visitor": "stranger"},
    )


def card(browser: Browser, site: Keys, person: str) -> str:
    answer = browser.get(f"/sites/{site.id}/person?person={person}")
    assert answer.status_code == 200
    _, found, rest = answer.text.partition('class="card support-card"')
    return rest.partition("<details")[0] if found else ""


@pytest.mark.usefixtures("visited")
def test_an_admin_sees_what_is_wrong(app: Flask, site: Keys, new_person: Callable[..., Person]) -> None:
    browser = Browser(app).sign_in(new_person("ann@example.org", site=site, role=Role.ADMIN))
    shown = card(browser, site, "42")
    for words in ("Paid, not credited", "order &lt;1&gt; (20.00 EUR) was paid", "&lt;b&gt;paper", "stuck"):
        assert words in shown
    assert card(browser, site, "phone") == shown, "whom the visitor became"
    assert card(browser, site, "stranger") == card(browser, site, "nobody") == ""


@pytest.mark.usefixtures("visited")
def test_a_viewer_does_not(app: Flask, site: Keys, new_person: Callable[..., Person]) -> None:
    browser = Browser(app).sign_in(new_person("bob@example.org", site=site, role=Role.VIEWER))
    assert card(browser, site, "42") == ""
