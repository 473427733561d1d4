"""The import over HTTP: its shape, who may, and what is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.api.test_openapi import validator
from tracker.accounts.roles import Role
from tracker.domain.event import MAX_IMPORT_BYTES

ONE = {"eventName": "visit", "timestamp": "2025-01-28T10:30:00Z", "user": "42"}


@pytest.fixture
def send(client: FlaskClient, site: Keys) -> Callable[..., Any]:
    """`send(b"…", "text/csv", dry_run=1)` with the secret key."""

    def post(
        body: bytes, kind: str = "application/x-ndjson", key: str = site.secret_key, **params: Any
    ) -> Any:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
        return client.post(f"/api/v1/sites/{site.id}/import", data=body, headers=headers, query_string=params)

    return post


def events(client: FlaskClient, site: Keys) -> list[Any]:
    bearer = {"Authorization": f"Bearer {site.secret_key}"}
    found: list[Any] = client.get(f"/api/v1/sites/{site.id}/events", headers=bearer).get_json()["events"]
    return found


def test_the_answer_has_its_shape(send: Callable[..., Any], client: FlaskClient, site: Keys) -> None:
    body = json.dumps(ONE).encode() + b"\n{\n" + json.dumps(ONE | {"eventName": "other"}).encode()
    dry = send(body, dry_run=1).get_json()
    assert (dry["dry_run"], dry["accepted"]) == (True, 2) and events(client, site) == []
    answer = send(body)
    told = answer.get_json()
    validator("Imported").validate(told)
    message = told["errors"][0].pop("message")
    assert (answer.status_code, told) == (
        200,
        {
            "success": True,
            "dry_run": False,
            "accepted": 2,
            "duplicates": 0,
            "refused": 1,
            "last_line": 3,
            "errors": [{"line": 2, "field": "line"}],
        },
    )
    assert message.startswith("The line is not JSON")
    assert send(body).get_json()["duplicates"] == 2
    assert {event["timestamp"][:19] for event in events(client, site)} == {"2025-01-28T10:30:00"}


def test_csv_gzip_and_parts(send: Callable[..., Any], client: FlaskClient, site: Keys) -> None:
    body = b"event,timestamp,user_id,amount\nbuy,2025-01-28,42,19.90\nbuy,soon,42,1\n"
    told = send(gzip.compress(body), "text/csv; charset=utf-8", first_line=1001).get_json()
    assert (told["accepted"], told["errors"][0]["line"], told["last_line"]) == (1, 1003, 1003)
    assert send(body, "text/plain", format="csv").get_json()["duplicates"] == 1
    (event,) = events(client, site)
    assert event["properties"] == {"amount": "19.90"} and event["user"]["id"] == "42"


@pytest.mark.parametrize(
    ("body", "params", "field"),
    [
        (b"", {}, "body"),
        (b"\n\n", {}, "body"),
        (b"event\nx", {"format": "csv"}, "header"),
        (b"{}", {}, "timestamp"),
        (b"{", {}, "line"),
        (b"\x1f\x8bnonsense", {}, "body"),
        (b"{}", {"format": "xml"}, "format"),
        (b"{}", {"dry_run": "yes"}, "dry_run"),
        (b"{}", {"first_line": "0"}, "first_line"),
        (b"{}", {"dryrun": "1"}, "dryrun"),
    ],
)
def test_bad_input_is_named(
    send: Callable[..., Any], body: bytes, params: dict[str, str], field: str
) -> None:
    answer = send(body, **params)
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)
    validator("Error").validate(answer.get_json())


def test_too_much_is_refused_packed_or_not(send: Callable[..., Any]) -> None:
    line = json.dumps(ONE | {"properties": {"a": "y" * 30_000}}).encode() + b"\n"
    large = line * (MAX_IMPORT_BYTES // len(line) + 1)
    assert send(large).status_code == 413
    packed = send(gzip.compress(large))
    assert packed.status_code == 413 and "before line" in packed.get_json()["error"]["message"]


def test_more_than_a_page_may_send_is_taken(send: Callable[..., Any]) -> None:
    lines = [json.dumps(ONE | {"id": str(n), "properties": {"a": "y" * 2000}}) for n in range(1000)]
    assert send("\n".join(lines).encode()).get_json()["accepted"] == 1000


def test_who_may(app: Flask, site: Keys, send: Callable[..., Any], new_person: Callable[..., Person]) -> None:
    body, path = json.dumps(ONE).encode(), f"/api/v1/sites/{site.id}/import"
    assert send(body, key=site.site_key).status_code == 401
    for email, role, status in (("ann@example.org", Role.ADMIN, 200), ("bob@example.org", Role.VIEWER, 403)):
        browser = Browser(app).sign_in(new_person(email, site=site, role=role))
        assert browser.client.post(path, data=body).status_code == 400, "without the token of a form"
        token = {"X-CSRFToken": browser._token}
        assert browser.client.post(path, data=body, headers=token).status_code == status
