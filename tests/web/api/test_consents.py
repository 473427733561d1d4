"""Records of consent: taken once, listed by person, handed out, erased with whom they are about."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.api.test_openapi import validator
from tracker.domain.event import Flag

AT = 1_760_000_000_000


def changed(number: int, given: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": f"consent-{number}", "eventName": "consent_changed", "timestamp": AT + number * 1000,
        "properties": {"given": given, **more},
    }  # fmt: skip


@pytest.fixture
def send(client: FlaskClient, site: Keys) -> Callable[..., Any]:
    """`send(event, …, visitor="v1")`, as a browser does."""

    def track(*events: Any, **body: Any) -> Any:
        told = {"site": site.site_key, "events": list(events), **body}
        return client.post("/api/v1/track", json=told)

    return track


@pytest.fixture
def ask(client: FlaskClient, site: Keys) -> Callable[..., Any]:
    """`ask("consents", person="v1")`, with the secret key."""

    def get(path: str = "consents", method: str = "GET", **params: str) -> Any:
        headers = {"Authorization": f"Bearer {site.secret_key}"}
        return client.open(
            f"/api/v1/sites/{site.id}/{path}", method=method, query_string=params, headers=headers
        )

    return get


def test_who_what_when_and_by_which_text(send: Callable[..., Any], ask: Callable[..., Any]) -> None:
    assert send(changed(1, True, version="2026-11"), visitor="v1").status_code == 200
    assert send(changed(2, False, version="2026-11", scope="marketing"), visitor="v1").status_code == 200
    assert send(changed(3, False)).status_code == 200
    told = ask().get_json()
    validator("Consents").validate(told)
    newest, withdrawn, given = told["consents"]
    assert (given["visitor"], given["given"], given["version"], given["scope"]) == (
        "v1", True, "2026-11", "recognition",
    )  # fmt: skip
    assert given["at"] == "2025-10-09T08:53:21.000Z" and given["eventId"] == "consent-1"
    assert (withdrawn["given"], withdrawn["scope"], withdrawn["daily"]) == (False, "marketing", False)
    assert newest["daily"] and newest["visitor"].startswith("d-") and newest["version"] is None
    assert [one["eventId"] for one in ask(person="v1").get_json()["consents"]] == ["consent-2", "consent-1"]


def test_the_same_record_sent_again_counts_once(send: Callable[..., Any], ask: Callable[..., Any]) -> None:
    for _ in range(3):
        answer = send(changed(1, True), visitor="v1")
    assert answer.get_json()["duplicates"] == 1
    assert len(ask().get_json()["consents"]) == 1


@pytest.mark.parametrize(
    ("properties", "field"),
    [
        ({}, "properties.given"),
        ({"given": "yes"}, "properties.given"),
        ({"given": True, "version": 7}, "properties.version"),
        ({"given": True, "scope": "x" * 201}, "properties.scope"),
    ],
)
def test_what_proves_nothing_is_refused_by_name(
    send: Callable[..., Any], ask: Callable[..., Any], properties: dict[str, Any], field: str
) -> None:
    answer = send(
        {"eventName": "consent_changed", "properties": properties}, {"eventName": "fine"}
    ).get_json()
    assert answer["accepted"] == 1 and answer["errors"][0]["field"] == field
    assert ask().get_json()["consents"] == []


def test_pages_follow_each_other_and_a_file_holds_all(
    send: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    send(*(changed(number, True, version="=1+1") for number in range(5)), visitor="v1")
    first = ask(limit="2").get_json()
    rest = ask(limit="1000", cursor=first["next_cursor"]).get_json()
    ids = [one["eventId"] for one in first["consents"] + rest["consents"]]
    assert ids == [f"consent-{number}" for number in reversed(range(5))] and rest["next_cursor"] is None
    answer = ask(format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 5 and {row["version"] for row in rows} == {"'=1+1"}
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("params", "field"),
    [({"limit": "0"}, "limit"), ({"format": "xml"}, "format"), ({"whom": "a"}, "whom"),
     ({"cursor": "x"}, "cursor"), ({"person": ""}, "person")],
)  # fmt: skip
def test_bad_questions_are_refused_by_name(
    ask: Callable[..., Any], params: dict[str, str], field: str
) -> None:
    answer = ask(**params)
    assert answer.status_code == 400 and answer.get_json()["error"]["field"] == field


def test_it_is_part_of_what_is_handed_out_and_goes_with_the_person(
    send: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    send(changed(1, True, version="2026-11"), visitor="v1")
    send(changed(2, True), visitor="v2")
    export = ask("people/v1/export").get_json()
    assert [(e["eventName"], e["properties"]["version"]) for e in export["events"]] == [
        ("consent_changed", "2026-11")
    ]
    assert ask("people/v1", method="DELETE").status_code in (200, 202)
    assert [one["visitor"] for one in ask().get_json()["consents"]] == ["v2"]


def test_agreeing_makes_nobody_active(app: Flask, send: Callable[..., Any]) -> None:
    send(changed(1, True), {"eventName": "click"}, visitor="v1")
    with app.extensions["desirepath"].readers.read() as connection:
        rows = connection.execute("SELECT name, flags FROM events").fetchall()
    active = {name: bool(flags & Flag.INTERACTIVE) for name, flags in rows}
    assert active == {"consent_changed": False, "click": True}


def test_the_page_lists_them_and_teaches_where_there_are_none(
    send: Callable[..., Any], site: Keys, owner: Person, sign_in: Callable[..., Browser]
) -> None:
    hers = sign_in(owner)
    path = f"/sites/{site.id}/settings/privacy/consent"
    assert "/js/consent.js" in hers.get(path).text
    send(changed(1, True, version="<b>2026"), visitor="v1")
    send(changed(2, False), visitor="v2")
    page = hers.get(path).text
    assert "agreed" in page and "refused or withdrawn" in page and "&lt;b&gt;2026" in page
    own = hers.get(f"{path}?person=v1").text
    assert "<code>v1</code>" in own and "<code>v2</code>" not in own and "format=csv" in own
    assert hers.get(f"{path}?cursor=nonsense").status_code == 400
