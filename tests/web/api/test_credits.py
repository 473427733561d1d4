"""Credits moved over the API: the shape, who may, what is refused, and that every place tells the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.api.test_openapi import validator
from tests.web.events import write
from tracker import clock
from tracker.accounts.roles import Role
from tracker.services import Services

GIFT: dict[str, Any] = {"user": "42", "operation": "add", "amount": "5.00", "reference": "gift-1"}


@pytest.fixture
def move(app: Flask, site: Keys) -> Callable[..., Any]:
    """`move(amount="2", reference="r")` with the secret key; each call is a client of its own."""

    def send(key: str = site.secret_key, at: int = site.id, **changes: Any) -> Any:
        body = {name: value for name, value in (GIFT | changes).items() if value is not ...}
        return app.test_client().post(
            f"/api/v1/sites/{at}/credits", json=body, headers={"Authorization": f"Bearer {key}"}
        )

    return send


def settled(app: Flask) -> None:
    services: Services = app.extensions["desirepath"]
    assert services.sync.wait_for(services.writer.last_id, 10)


def test_the_answer_has_its_shape_and_the_exact_balance(move: Callable[..., Any]) -> None:
    first = move()
    assert first.status_code == 200
    assert first.get_json() == {
        "success": True,
        "duplicate": False,
        "id": first.get_json()["id"],
        "user": "42",
        "operation": "add",
        "amount": "5.00",
        "currency": None,
        "balance": "5.00",
        "reference": "gift-1",
    }
    validator("CreditsMoved").validate(first.get_json())
    spent = move(operation="deduct", amount=0.1, reference="s", reason="a report", user=42).get_json()
    assert (spent["amount"], spent["balance"]) == ("0.10", "4.90")
    assert move(amount="0.0001", reference="t").get_json()["balance"] == "4.9001"
    again = move().get_json()
    assert again == first.get_json() | {"duplicate": True, "balance": "4.9001"}


def test_timeline_payments_and_the_question_tell_the_same(
    app: Flask, client: FlaskClient, site: Keys, move: Callable[..., Any]
) -> None:
    now = clock.now_ms()
    write(app, site.id, now - 3_600_000, {"name": "payment_completed", "user_id": "42", "flags": 2,
                                          "properties": '{"reference":"order-1","amount":"20"}'})  # fmt: skip
    move(amount="20", reference="order-1")
    move(operation="deduct", amount="2.50", reference="use-1", reason="a report")
    settled(app)

    def ask(question: str, **params: str) -> Any:
        path, bearer = f"/api/v1/sites/{site.id}/{question}", {"Authorization": f"Bearer {site.secret_key}"}
        return client.get(path, query_string=params, headers=bearer).get_json()

    told = ask("credits", person="42")
    assert told["balances"] == [{"currency": None, "balance": 17.5}]
    assert [one["reason"] for one in told["operations"]] == ["a report", None]
    items = ask("timeline", person="42")["items"]
    assert [(one["kind"], one["amount"], one["balance"]) for one in items] == [
        ("credit", -2.5, 17.5),
        ("credit", 20, 20),
        ("event", 20, None),
    ]
    assert not any(one["interactive"] for one in items[:2])
    assert ask("payment", reference="order-1")["payment"]["status"] == "credited"


def test_below_zero_is_refused_in_a_sentence(move: Callable[..., Any]) -> None:
    move()
    answer = move(operation="deduct", amount="5.01", reference="x")
    assert answer.status_code == 409
    assert answer.get_json()["error"] == {
        "code": "conflict",
        "message": "User 42 has 5.00; 5.01 cannot be deducted.",
        "field": "amount",
    }
    assert move(operation="deduct", amount="5", reference="x").get_json()["balance"] == "0.00"


def test_another_operation_under_the_reference_is_refused(move: Callable[..., Any]) -> None:
    move()
    for other in ({"amount": "6"}, {"operation": "deduct"}, {"user": "43"}):
        answer = move(**other)
        assert (answer.status_code, answer.get_json()["error"]["field"]) == (409, "reference")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user": ...}, "user"),
        ({"user": ""}, "user"),
        ({"user": {}}, "user"),
        ({"user": ["42"]}, "user"),
        ({"user": "u" * 201}, "user"),
        ({"operation": ...}, "operation"),
        ({"operation": "steal"}, "operation"),
        ({"operation": ["add"]}, "operation"),
        ({"amount": ...}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "0.00001"}, "amount"),
        ({"amount": "1.00005"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "100000000000000"}, "amount"),
        ({"reference": ...}, "reference"),
        ({"reference": ""}, "reference"),
        ({"reference": " r"}, "reference"),
        ({"reference": 5}, "reference"),
        ({"reference": "r" * 194}, "reference"),
        ({"reference": "4111 1111 1111 1111"}, "reference"),
        ({"currency": ""}, "currency"),
        ({"currency": "two words"}, "currency"),
        ({"reason": 5}, "reason"),
        ({"reason": "r" * 501}, "reason"),
        ({"ammount": "5"}, "ammount"),
    ],
)
def test_bad_input_is_named(move: Callable[..., Any], changes: dict[str, Any], field: str) -> None:
    answer = move(**changes)
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)
    assert move(operation="deduct", amount="0.0001", reference="probe").status_code == 409, (
        "nothing was added"
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"5", b"[" * 5000])
def test_a_body_that_is_none_is_named(client: FlaskClient, site: Keys, body: bytes) -> None:
    bearer = {"Authorization": f"Bearer {site.secret_key}"}
    answer = client.post(f"/api/v1/sites/{site.id}/credits", data=body, headers=bearer)
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, "body")


def test_keys_open_their_own_site_only(
    move: Callable[..., Any], site: Keys, new_site: Callable[..., Keys]
) -> None:
    other = new_site("Other")
    assert move(key=site.site_key).status_code == 401
    assert move(key="sk_wrong").status_code == 401
    assert move(at=other.id).status_code == 404
    assert move().get_json()["balance"] == "5.00"


def test_an_admin_may_and_is_named_a_viewer_may_not(
    app: Flask, site: Keys, new_person: Callable[..., Person], client: FlaskClient
) -> None:
    path = f"/api/v1/sites/{site.id}/credits"
    for email, role, status in (("ann@example.org", Role.ADMIN, 200), ("bob@example.org", Role.VIEWER, 403)):
        browser = Browser(app).sign_in(new_person(email, site=site, role=role))
        token = {"X-CSRFToken": browser._token}
        assert browser.client.post(path, json=GIFT).status_code == 400, "without the token of a form"
        assert browser.client.post(path, json=GIFT, headers=token).status_code == status
    bearer = {"Authorization": f"Bearer {site.secret_key}"}
    kept = client.get(f"/api/v1/sites/{site.id}/events", headers=bearer).get_json()["events"]
    assert [event["properties"].get("by") for event in kept] == ["ann@example.org"]


def test_a_user_by_email_must_be_known_from_a_server(
    app: Flask, site: Keys, move: Callable[..., Any]
) -> None:
    mail = {"email": "ada@example.org"}
    assert move(user=mail).status_code == 404
    profile = '{"email":"Ada@example.org"}'
    write(app, site.id, clock.now_ms(), {"user_id": "mallory", "profile": profile, "flags": 1})
    refused = move(user=mail)
    assert refused.status_code == 404 and "id:mallory" in refused.get_json()["error"]["message"]
    write(app, site.id, clock.now_ms(), {"user_id": "7", "profile": profile, "flags": 3})
    assert move(user=mail).get_json()["user"] == "7"
    write(app, site.id, clock.now_ms(), {"user_id": "8", "profile": profile, "flags": 3})
    several = move(user=mail, reference="other")
    assert several.status_code == 409 and "id:7" in several.get_json()["error"]["message"]


def test_eight_at_once(app: Flask, move: Callable[..., Any]) -> None:
    move(amount="3")
    answers: list[int] = []

    def spend(number: int) -> None:
        for turn in range(4):
            answer = move(operation="deduct", amount="0.25", reference=f"{number % 4}-{turn}")
            answers.append(answer.status_code)

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 32 and set(answers) == {200, 409}
    assert move(amount="1", reference="last").get_json()["balance"] == "1.00"
