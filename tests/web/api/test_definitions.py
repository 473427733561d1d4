"""Definitions over the API, and questions asked with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.events import write
from tracker import clock
from tracker.accounts.roles import Role
from tracker.analytics import registry
from tracker.services import Services

pytestmark = pytest.mark.usefixtures("midday")

CUSTOMERS = {"name": "Buyers", "criteria": {"event": "purchase"}}
FUNNEL = {"name": "To the till", "steps": [{"event": "page_viewed"}, {"event": "purchase"}]}


@pytest.fixture
def call(app: Flask, client: FlaskClient, site: Keys) -> Any:
    """`call("POST", "segments", {...})`, with the secret key."""

    def send(method: str, path: str, body: Any = None, key: str = site.secret_key, **params: Any) -> Any:
        return client.open(
            f"/api/v1/sites/{site.id}/{path}",
            method=method,
            json=body,
            query_string=params,
            headers={"Authorization": f"Bearer {key}"},
        )

    return send


@pytest.fixture
def counted(app: Flask, site: Keys) -> None:
    """Ann saw a page and bought; Ben saw a page."""
    now = clock.now_ms()
    write(
        app,
        site.id,
        now - 60_000,
        {"user_id": "ann", "name": "page_viewed", "context": '{"path":"/a"}'},
        {"user_id": "ann", "name": "purchase", "properties": '{"amount":5}'},
        {"user_id": "ann", "name": "payment_initialized", "properties": '{"reference":"r1"}'},
        {"user_id": "ben", "name": "page_viewed", "context": '{"path":"/a"}'},
    )
    services: Services = app.extensions["desirepath"]
    assert services.sync.wait_for(services.writer.last_id, 10)


def test_from_made_to_removed(call: Any) -> None:
    made = call("POST", "definitions/segments", CUSTOMERS)
    assert made.status_code == 201
    number = made.get_json()["id"]
    assert made.get_json()["criteria"] == {"event": "purchase", "times": 1}
    listed = call("GET", "definitions/segments").get_json()
    assert [one["id"] for one in listed["segments"]] == [number]
    assert "Customers" in {template["name"] for template in listed["templates"]}
    changed = call("PUT", f"definitions/segments/{number}", CUSTOMERS | {"name": "Customers"})
    assert changed.get_json()["name"] == "Customers"
    assert "Customers" not in str(call("GET", "definitions/segments").get_json()["templates"])
    assert call("DELETE", f"definitions/segments/{number}").status_code == 204
    assert call("GET", f"definitions/segments/{number}").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("segments", {"name": "X"}, 400, "criteria"),
        ("segments", {"name": "X", "criteria": {"or": [{"page": ""}]}}, 400, "criteria.or[0].page"),
        ("funnels", {"name": "X", "steps": [{"event": "a"}]}, 400, "steps"),
        ("funnels", FUNNEL | {"window": "soon"}, 400, "window"),
        ("goals", {"event": "a"}, 400, "name"),
        ("features", {"name": "a", "colour": "red"}, 400, "colour"),
        ("features", [], 400, None),
        ("nonsense", {}, 404, "kind"),
    ],
)
def test_what_is_wrong_is_named(call: Any, path: str, body: Any, status: int, field: str | None) -> None:
    answer = call("POST", f"definitions/{path}", body)
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (status, field)


def test_a_body_that_is_no_json(client: FlaskClient, site: Keys) -> None:
    answer = client.post(
        f"/api/v1/sites/{site.id}/definitions/goals",
        data=b"{",
        headers={"Authorization": f"Bearer {site.secret_key}"},
    )
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, "body")


def test_who_may_change_them(
    site: Keys,
    new_person: Callable[..., Person],
    sign_in: Callable[[Person], Browser],
    new_site: Any,
    call: Any,
) -> None:
    path = f"/api/v1/sites/{site.id}/definitions/goals"
    goal = {"name": "Bought", "event": "purchase"}
    viewer = sign_in(new_person("bob@example.org", site=site, role=Role.VIEWER))
    admin = sign_in(new_person("eve@example.org", site=site, role=Role.ADMIN))
    headers = {"X-CSRFToken": viewer._token}
    assert viewer.get(path).status_code == 200
    assert viewer.client.post(path, json=goal, headers=headers).status_code == 403
    assert admin.client.post(path, json=goal).status_code == 400, "without the token of our pages"
    assert admin.client.post(path, json=goal, headers={"X-CSRFToken": admin._token}).status_code == 201
    assert call("GET", "definitions/goals", key=new_site("Other").secret_key).status_code == 404


def test_questions_are_asked_with_them(call: Any, counted: None) -> None:
    segment = call("POST", "definitions/segments", CUSTOMERS).get_json()["id"]
    funnel = call("POST", "definitions/funnels", FUNNEL).get_json()["id"]
    call("POST", "definitions/goals", {"name": "Bought", "event": "purchase"})
    call("POST", "definitions/features", {"name": "purchase", "category": "Shop"})
    assert call("GET", "overview", timeframe="7d").get_json()["visitors"] == 2
    assert call("GET", "overview", timeframe="7d", segment=str(segment)).get_json()["visitors"] == 1
    steps = call("GET", "funnel", timeframe="7d", funnel=str(funnel)).get_json()["steps"]
    assert [step["users" if "users" in step else "count"] for step in steps] == [2, 1]
    goals = call("GET", "goals", timeframe="7d").get_json()["goals"]
    assert [(goal["goal"], goal["conversions"]) for goal in goals] == [("Bought", 1)]
    features = call("GET", "features", timeframe="7d").get_json()["features"]
    assert [(one["featureName"], one["category"]) for one in features] == [("purchase", "Shop")]
    whole = call("GET", "user-activity", timeframe="7d", segment=str(segment)).get_json()
    assert whole["activityMetrics"]["mau"] == 1
    assert [one["segmentName"] for one in whole["segments"]] == ["Buyers"]
    assert [one["goal"] for one in whole["userJourney"]["conversionPaths"]] == ["Bought"]
    assert [one["category"] for one in whole["featureUsage"]["features"]] == ["Shop"]


def test_a_changed_definition_changes_the_answer_at_once(call: Any, counted: None) -> None:
    number = call("POST", "definitions/segments", CUSTOMERS).get_json()["id"]
    assert call("GET", "overview", segment=str(number)).get_json()["visitors"] == 1
    call("PUT", f"definitions/segments/{number}", {"name": "All", "criteria": {"event": "page_viewed"}})
    assert call("GET", "overview", segment=str(number)).get_json()["visitors"] == 2


@pytest.mark.parametrize(("given", "status"), [("999", 404), ("abc", 400), ("-1", 400)])
def test_an_unknown_segment_is_named(call: Any, given: str, status: int) -> None:
    answer = call("GET", "overview", segment=given)
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (status, "segment")


def test_an_unknown_funnel_is_named(call: Any) -> None:
    answer = call("GET", "funnel", funnel="12345")
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (404, "funnel")


GIVEN = {
    "reference": "r1",
    "product": "P1",
    "funnel": "payment",
    "dimension": "country",
    "definition": '{"name":"A","criteria":{"event":"a"}}',
}


@pytest.mark.parametrize("name", sorted(registry.questions()))
def test_every_question_takes_filters_and_a_segment(call: Any, counted: None, name: str) -> None:
    """With a segment and filters that hold for everybody, each says what it says without."""
    everybody = {"name": "All", "criteria": {"total": "events", "at_least": 0}}
    number = call("POST", "definitions/segments", everybody).get_json()["id"]
    nobody = call("POST", "definitions/segments", {"name": "None", "criteria": {"event": "never"}}).get_json()
    needed = {
        p.name: GIVEN.get(p.name, "ann")
        for p in registry.get(name).parameters
        if p.default is registry.MISSING
    }
    if name in ("segments", "user-activity"):
        needed["segments"] = str(number)
    plain = call("GET", name, timeframe="7d", **needed)
    assert plain.status_code == 200, plain.text
    filters = ["country:is_not:XX", "host:unknown"]
    cut = call("GET", name, timeframe="7d", segment=str(number), filter=filters, **needed)
    assert cut.get_json() == plain.get_json()
    empty = call("GET", name, timeframe="7d", segment=str(nobody["id"]), **needed)
    assert empty.status_code == 200, empty.text
