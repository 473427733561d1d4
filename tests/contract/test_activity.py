"""The mobile backend's shape, word for word, with right and wrong inputs."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.live_server import Keys
from tracker import clock
from tracker.accounts import sites
from tracker.analytics import revenue
from tracker.definitions.resolve import query_of
from tracker.doors.activity import KNOWN
from tracker.services import Services

pytestmark = pytest.mark.usefixtures("midday")

SENT = {
    "activity_type": "recharge",
    "timestamp": "2025-01-28T10:30:00.000Z",
    "details": {
        "phone_number": "9220648066",
        "amount": 299,
        "operator": "Jio",
        "transaction_id": "TXN123456",
        "platform": "mobile",
        "app_version": "1.0.0",
    },
}
DONE = {"success": True, "message": "Activity tracked successfully"}


def token_of(secret: str, **claims: Any) -> str:
    now = clock.now_ms() // 1000
    told = {"sub": "42", "name": "Asha Rao", "email": "asha@example.org", "exp": now + 600} | claims
    return jwt.encode(
        {"alg": "HS256"}, {k: v for k, v in told.items() if v is not None}, OctKey.import_key(secret)
    )


@pytest.fixture
def send(client: FlaskClient, site: Keys) -> Any:
    def post(body: Any, token: str | None = None, path: str = "/activity/track") -> Any:
        bearer = token_of(site.token_secret) if token is None else token
        data = body if isinstance(body, bytes) else json.dumps(body)
        return client.post(path, data=data, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})

    return post


def kept(client: FlaskClient, site: Keys) -> list[Any]:
    answer = client.get(
        f"/api/v1/sites/{site.id}/events", headers={"Authorization": f"Bearer {site.secret_key}"}
    )
    found: list[Any] = answer.get_json()["events"]
    return found


@pytest.mark.parametrize("path", ["/activity/track", "/activity/track/"])
def test_word_for_word(client: FlaskClient, site: Keys, send: Any, path: str) -> None:
    answer = send(SENT, path=path)
    assert (answer.status_code, answer.get_json()) == (200, DONE)
    (event,) = kept(client, site)
    assert (event["eventName"], event["timestamp"]) == ("recharge", "2025-01-28T10:30:00.000Z")
    assert event["properties"] == SENT["details"]
    assert event["user"]["id"] == "42" and event["user"]["verified"]
    assert (event["user"]["name"], event["user"]["email"]) == ("Asha Rao", "asha@example.org")


def test_platform_is_mobile_unless_told(client: FlaskClient, site: Keys, send: Any) -> None:
    send({"activity_type": "login"})
    send({"activity_type": "login", "details": {"platform": "web"}})
    assert {event["properties"]["platform"] for event in kept(client, site)} == {"mobile", "web"}


@pytest.mark.parametrize("amount", ["299", "299.10", "0.1", "12345678901234.5678", '"17.0001"', "1e2"])
def test_amounts_are_exact(app: Flask, client: FlaskClient, site: Keys, send: Any, amount: str) -> None:
    body = f'{{"activity_type": "purchase", "details": {{"amount": {amount}, "currency": "INR"}}}}'
    assert send(body.encode()).status_code == 200
    services: Services = app.extensions["desirepath"]
    assert services.sync.wait_for(services.writer.last_id, 10)
    with app.app_context():
        found = services.answers.ask(
            revenue.answer, query_of(services.sites.by_id(site.id), {}, clock.now_ms())
        )
    assert found.currencies[0].revenue == Decimal(amount.strip('"'))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "activity_type"),
        ({"activity_type": ""}, "activity_type"),
        ({"activity_type": "x" * 51}, "activity_type"),
        ({"activity_type": 5}, "activity_type"),
        ({"activity_type": "login", "details": []}, "details"),
        ({"activity_type": "login", "details": {"amount": "much"}}, "details.amount"),
        ({"activity_type": "login", "details": {"amount": True}}, "details.amount"),
        ({"activity_type": "login", "details": {"amount": 1e300}}, "details.amount"),
        ({"activity_type": "login", "details": {"platform": 7}}, "details.platform"),
        ({"activity_type": "login", "timestamp": "soon"}, "timestamp"),
        ([], "body"),
        (b"{", "body"),
        (b"", "body"),
    ],
)
def test_what_is_wrong_is_named(client: FlaskClient, site: Keys, send: Any, body: Any, field: str) -> None:
    answer = send(body)
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)
    assert kept(client, site) == []


def test_a_strict_site_takes_the_known_types_only(app: Flask, site: Keys, send: Any) -> None:
    assert len(KNOWN) == 20
    assert send({"activity_type": "dancing"}).status_code == 200
    with app.app_context():
        sites.change(site.id, 1, None, strict_types=True)
    answer = send({"activity_type": "dancing"})
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, "activity_type")
    assert all(send({"activity_type": name}).status_code == 200 for name in sorted(KNOWN))


def test_tokens_that_are_not_taken(site: Keys, send: Any) -> None:
    now = clock.now_ms() // 1000
    signed = token_of(site.token_secret)
    head, claims, _ = signed.split(".")
    none = "eyJhbGciOiJub25lIn0." + claims + "."
    for token, words in (
        ("", "access token"),
        ("nonsense", "no JSON web token"),
        (token_of("another secret, as long as it has to be"), "signature"),
        (f"{head}.{claims}.AAAA", "signature"),
        (none, "signature"),
        (token_of(site.token_secret, exp=now - 120), "expired"),
        (token_of(site.token_secret, nbf=now + 600), "not valid yet"),
        (token_of(site.token_secret, sub=None), "sub"),
    ):
        answer = send(SENT, token)
        assert answer.status_code == 401 and words in answer.get_json()["error"]["message"], (
            token,
            answer.text,
        )


def test_the_token_tells_the_site(client: FlaskClient, site: Keys, new_site: Any, send: Any) -> None:
    other = new_site("Other")
    assert send(SENT, token_of(other.token_secret)).status_code == 200
    assert (len(kept(client, other)), len(kept(client, site))) == (1, 0)


def test_a_secret_that_was_replaced_is_taken_for_a_day(app: Flask, site: Keys, send: Any) -> None:
    old = token_of(site.token_secret)
    with app.app_context():
        new = sites.rotate_token_secret(site.id, clock.now_ms(), None)
    assert send(SENT, old).status_code == 200
    assert send(SENT, token_of(new)).status_code == 200
    with app.app_context():
        sites.revoke_previous(site.id, clock.now_ms(), None)
    assert send(SENT, old).status_code == 401


def test_tokens_are_made_with_the_secret_key(client: FlaskClient, site: Keys, send: Any) -> None:
    def mint(body: Any, key: str) -> Any:
        return client.post("/api/v1/tokens", json=body, headers={"Authorization": f"Bearer {key}"})

    made = mint({"user": {"id": 7, "email": "bo@example.org"}, "expires_in": 600}, site.secret_key)
    assert made.status_code == 200
    assert send(SENT, made.get_json()["token"]).status_code == 200
    (event,) = kept(client, site)
    assert (event["user"]["id"], event["user"]["email"]) == ("7", "bo@example.org")
    assert mint({"user": {"id": 7}}, site.site_key).status_code == 401
    for body, field in (
        ({}, "user.id"),
        ({"user": {"id": " "}}, "user.id"),
        ({"user": {"id": 1, "email": 5}}, "user.email"),
        ({"user": {"id": 1}, "expires_in": 5}, "expires_in"),
        ({"user": {"id": 1}, "expires_in": "soon"}, "expires_in"),
    ):
        answer = mint(body, site.secret_key)
        assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)
