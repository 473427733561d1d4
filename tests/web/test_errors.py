"""Failures as answers."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.pages import Browser, Person
from tracker.errors import Conflict, DesirepathError, Forbidden, NotFound, RateLimited, TooLarge, Unavailable
from tracker.extensions import writing
from tracker.logs import JsonFormatter

SECRET = "alice@example.org"


def broken() -> str:
    try:
        return {}[SECRET]
    except KeyError as error:
        raise RuntimeError(f"cannot store {SECRET}") from error


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """Two addresses for every kind of failure: one for people, one for programs."""
    failures: dict[str, DesirepathError | int] = {
        "forbidden": Forbidden("Not you."),
        "missing": NotFound("No such thing.", field="site"),
        "clash": Conflict("Taken.", field="name"),
        "large": TooLarge("Too big."),
        "fast": RateLimited("Slow down.", retry_after=7),
        "busy": Unavailable("Not now.", retry_after=3),
        "teapot": 418,
        "limited": 429,
    }

    def fail(kind: str) -> str:
        if kind == "broken":
            return broken()
        failure = failures[kind]
        if isinstance(failure, int):
            abort(failure)
        raise failure

    app.add_url_rule("/js/fail/<kind>", "scripts.fail", fail)  # `scripts` is public
    app.add_url_rule("/api/fail/<kind>", "api.fail", fail)
    return app.test_client()


@pytest.mark.parametrize(
    ("kind", "status", "code", "field", "retry_after"),
    [
        ("forbidden", 403, "forbidden", None, None),
        ("missing", 404, "not_found", "site", None),
        ("clash", 409, "conflict", "name", None),
        ("large", 413, "too_large", None, None),
        ("fast", 429, "rate_limited", None, "7"),
        ("busy", 503, "unavailable", None, "3"),
        ("teapot", 418, "invalid", None, None),
        ("limited", 429, "rate_limited", None, "60"),
    ],
)
def test_programs_get_json_and_people_a_page(
    failing: FlaskClient, kind: str, status: int, code: str, field: str | None, retry_after: str | None
) -> None:
    answer = failing.get(f"/api/fail/{kind}")
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == retry_after
    told = answer.get_json()
    assert told["success"] is False
    assert (told["error"]["code"], told["error"]["field"]) == (code, field)
    page = failing.get(f"/js/fail/{kind}")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert page.headers.get("Retry-After") == retry_after
    assert re.search(r"<h1>[^<]{10,}</h1>", page.text)


def test_a_page_is_json_for_who_asks_for_json(failing: FlaskClient) -> None:
    answer = failing.get("/js/fail/clash", headers={"Accept": "application/json"})
    assert answer.get_json()["error"]["message"] == "Taken."


def test_our_own_faults_are_logged_with_a_number_and_nothing_personal(
    failing: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = failing.get(f"/js/fail/broken?email={SECRET}")
        answer = failing.get("/api/fail/broken")
    assert (page.status_code, answer.status_code) == (500, 500)
    references = re.findall(r"<code>([0-9a-f]{8})</code>", page.text)
    references.append(answer.get_json()["error"]["reference"])
    records = [record for record in caplog.records if record.name == "tracker.web.errors"]
    assert [record.__dict__["reference"] for record in records] == references
    assert records[0].__dict__["route"] == "/js/fail/<kind>"
    assert records[0].__dict__["error"] == "RuntimeError from KeyError"
    assert "in broken" in records[0].__dict__["stack"]
    assert SECRET not in page.text + answer.text
    assert SECRET not in "".join(JsonFormatter().format(record) for record in caplog.records)


def test_error_pages_need_no_database(
    app: Flask, failing: FlaskClient, owner: Person, sign_in: Callable[[Person], Browser]
) -> None:
    browser = sign_in(owner)
    with app.app_context(), writing() as session:
        session.execute(text("ALTER TABLE users RENAME TO gone"))
    page = browser.get("/js/fail/busy")
    assert page.status_code == 503
    assert "Not at this moment" in page.text
    page = browser.get("/sites")
    assert page.status_code == 500
    assert "Something broke on our side" in page.text


@pytest.mark.parametrize(
    ("kind", "offered"), [("busy", True), ("broken", True), ("limited", True), ("forbidden", False)]
)
def test_what_may_go_well_later_can_be_tried_again(failing: FlaskClient, kind: str, offered: bool) -> None:
    assert ('href="">Try again<' in failing.get(f"/js/fail/{kind}").text) == offered


def test_a_limit_says_for_how_long(failing: FlaskClient) -> None:
    assert "Try again in 7 seconds." in failing.get("/js/fail/fast").text


@pytest.mark.parametrize(
    ("before", "link"),
    [
        ("http://localhost/sites/new?a=1&b=2", "/sites/new?a=1&amp;b=2"),
        ("http://elsewhere.example/sites/new", None),
        ("http://localhost//elsewhere.example/", None),
        ("", None),
    ],
)
def test_a_form_that_failed_can_be_gone_back_to(failing: FlaskClient, before: str, link: str | None) -> None:
    answer = failing.post("/login", headers={"Referer": before})
    assert answer.status_code == 400 and "Open the page anew" in answer.text
    found = re.search(r'href="([^"]*)">Back to the form<', answer.text)
    assert (found and found[1]) == link
    out = failing.post("/sites/new", headers={"Referer": before})
    assert out.status_code == 401 and f'href="{link or "/"}">Sign in<' in out.text


def test_missing_pages_are_told_the_same_whoever_asks(client: FlaskClient) -> None:
    assert client.get("/no/such/page").status_code == 404
    assert client.get("/api/no/such/page").get_json()["error"]["code"] == "not_found"
