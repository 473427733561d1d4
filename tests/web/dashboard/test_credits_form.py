"""The form on a person's page that moves credits: exact, once, by admins only, told at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from tests.live_server import Keys
from tests.pages import Browser, Person, seen
from tests.web.events import until_counted, write
from tracker import clock
from tracker.accounts.roles import Role
from tracker.ledger.credits import operations
from tracker.services import Services

REFERENCE = re.compile(r'name="reference" value="([^"]+)"')


@pytest.fixture
def hers(app: Flask, site: Keys, new_person: Callable[..., Person]) -> Browser:
    """Ann, an admin of the site, on which Ada (42) was seen; a visitor became her."""
    told = {"user_id": "42", "flags": 3, "profile": '{"email":"ada@example.org"}', "visitor": "phone"}
    write(app, site.id, clock.now_ms() - 3_600_000, told, {"visitor": "stranger"})
    return Browser(app).sign_in(new_person("ann@example.org", site=site, role=Role.ADMIN))


def page_of(site: Keys, person: str = "42") -> str:
    return f"/sites/{site.id}/person?person={person}"


def action(site: Keys, person: str = "42") -> str:
    return f"/sites/{site.id}/person/credits?person={person}"


def reference(text: str) -> str:
    found = REFERENCE.search(text)
    assert found
    return found[1]


def move(browser: Browser, site: Keys, person: str = "42", **form: str) -> tuple[int, str]:
    """Open the page, send its form; the status, and the page that is seen then."""
    page = browser.get(page_of(site, person)).text
    given = {"operation": "add", "amount": "5", "currency": "", "reason": "gift"} | form
    answer = browser.post(action(site, person), **{"reference": reference(page), **given})
    if answer.status_code != 302:
        return answer.status_code, unescape(answer.text)
    return 302, unescape(browser.get(answer.headers["Location"]).text)


def moved(app: Flask, site: Keys) -> list[tuple[str, str, str | None, str | None]]:
    services: Services = app.extensions["desirepath"]
    with services.readers.read() as connection:
        found = operations(connection, site.id, "42")
    return [(str(o.amount.normalize()), str(o.balance.normalize()), o.currency, o.reason) for o in found]


def test_added_and_deducted_exactly_and_seen_at_once(app: Flask, site: Keys, hers: Browser) -> None:
    assert "5.00 added; 5.00 left." in move(hers, site)[1]
    assert "0.125 EUR left." in move(hers, site, amount=" 0.125 ", currency="EUR", reason="<b>sorry</b>")[1]
    status, page = move(hers, site, "phone", operation="deduct", amount="1.0001")
    assert status == 302 and "3.9999 left." in page, "whom the visitor became"
    assert moved(app, site) == [
        ("5", "5", None, "gift"),
        ("0.125", "0.125", "EUR", "<b>sorry</b>"),
        ("-1.0001", "3.9999", None, "gift"),
    ]
    until_counted(app.extensions["desirepath"])  # the form waits, too, but only as long as people do
    timeline = hers.get(f"/sites/{site.id}/person/panels/timeline?person=42").text
    assert "balance 3.9999" in timeline and "&lt;b&gt;sorry&lt;/b&gt;" in timeline
    noted = seen(hers.get(f"/sites/{site.id}/settings"))
    assert "credits added" in noted and "credits deducted" in noted and "ann@example.org" in noted
    assert "ada@example.org" not in noted


def test_a_form_sent_twice_moves_once(app: Flask, site: Keys, hers: Browser) -> None:
    same = reference(hers.get(page_of(site)).text)
    assert "5.00 added" in move(hers, site, reference=same)[1]
    assert "nothing was moved again. 5.00 left." in move(hers, site, reference=same)[1]
    status, page = move(hers, site, reference=same, amount="6")
    assert status == 409 and "was used already" in page
    assert reference(page) != same, "what is shown may be sent"
    assert len(moved(app, site)) == 1
    assert hers.get(f"/sites/{site.id}/settings").text.count("credits added") == 1


@pytest.mark.parametrize(
    ("field", "value", "status", "words"),
    [
        ("amount", "", 400, "above zero"),
        ("amount", "-1", 400, "above zero"),
        ("amount", "ten", 400, "above zero"),
        ("amount", "1.00001", 400, "four decimals"),
        ("currency", "no spaces", 400, "short name"),
        ("reason", " ", 400, "reason is missing"),
        ("reason", "x" * 501, 400, "500 characters"),
        ("amount", "1000", 409, "cannot be deducted"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    app: Flask, site: Keys, hers: Browser, field: str, value: str, status: int, words: str
) -> None:
    form = {"operation": "deduct", "amount": "2", "reason": "because"} | {field: value}
    found, page = move(hers, site, **form)
    assert found == status
    said = re.search(rf'<p class="error" id="error-{field}" role="alert">([^<]*)</p>', page)
    assert said and words in said[1]
    assert re.search(rf'id="field-{field}"[^>]*aria-invalid="true"', page)
    assert 'value="because"' in page or field == "reason", "nothing has to be typed again"
    assert '<option value="deduct" selected>' in page and 'support-move" open' in page
    assert moved(app, site) == []


def test_only_for_admins_and_of_users(
    app: Flask, site: Keys, hers: Browser, new_person: Callable[..., Person]
) -> None:
    assert "support-move" not in hers.get(page_of(site, "stranger")).text
    given = {"operation": "add", "amount": "5", "reason": "gift", "reference": "r"}
    assert hers.post(action(site, "stranger"), **given).status_code == 404
    his = Browser(app).sign_in(new_person("bob@example.org", site=site, role=Role.VIEWER))
    assert "support-move" not in his.get(page_of(site)).text
    assert his.post(action(site), **given).status_code == 403
    assert moved(app, site) == []


def test_afterwards_the_time_shown_goes_on(site: Keys, hers: Browser) -> None:
    past = f"{action(site)}&from=2020-01-01&to=2020-01-02&timeline=events&before=7"
    given = {"operation": "add", "amount": "5", "reason": "gift", "reference": "r"}
    hers.get(page_of(site))
    assert hers.post(past, **given).headers["Location"] == page_of(site)
    kept = hers.post(f"{action(site)}&timeframe=7d&timeline=credits&full=1", **given).headers["Location"]
    assert "timeframe=7d" in kept and "timeline=credits" in kept and "full=1" in kept
