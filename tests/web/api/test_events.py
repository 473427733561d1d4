"""`GET /api/v1/sites/{site}/events`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.events import write

NOON = 1_760_011_200_000
"""2025-10-09T12:00:00Z."""
ALICE = {
    "user_id": "42",
    "profile": '{"name":"Alice Müller","email":"alice@example.org","traits":{"plan":"pro"}}',
    "flags": 3,
}


@pytest.fixture
def ask(client: FlaskClient, site: Keys) -> Callable[..., Any]:
    """Ask with the site's secret key: (status, JSON)."""

    def get(query: str = "", key: str = site.secret_key, site_id: int = site.id) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        answer = client.get(f"/api/v1/sites/{site_id}/events{query}", headers=headers)
        return answer.status_code, answer.get_json()

    return get


def test_an_event_in_full(app: Flask, site: Keys, ask: Callable[..., Any]) -> None:
    ids = write(
        app, site.id, NOON,
        ALICE | {"event_id": "mine-1", "name": "bought", "session": "s1", "visitor": "v1",
                 "properties": '{"sum":2.5,"cart":{"items":[1]}}', "context": '{"path":"/cart"}',
                 "client": '{"browser":"Firefox","country":"DE"}', "bot": "crawler"},
    )  # fmt: skip
    assert ask() == (
        200,
        {
            "events": [
                {
                    "id": ids[0],
                    "eventId": "mine-1",
                    "eventName": "bought",
                    "timestamp": "2025-10-09T12:00:00.000Z",
                    "receivedAt": "2025-10-09T12:00:00.250Z",
                    "user": {
                        "id": "42",
                        "name": "Alice Müller",
                        "email": "alice@example.org",
                        "phone_number": None,
                        "traits": {"plan": "pro"},
                        "verified": True,
                    },
                    "visitor": "v1",
                    "session": "s1",
                    "properties": {"sum": 2.5, "cart": {"items": [1]}},
                    "context": {"path": "/cart", "browser": "Firefox", "country": "DE"},
                    "bot": "crawler",
                }
            ],
            "next_cursor": None,
        },
    )


def test_an_acknowledged_event_is_there_at_once(
    client: FlaskClient, site: Keys, ask: Callable[..., Any]
) -> None:
    batch = {"site": site.site_key, "user": {"id": "7"}, "events": [{"eventName": "now"}]}
    assert client.post("/api/v1/track", json=batch).get_json()["accepted"] == 1
    (event,) = ask()[1]["events"]
    assert event["eventName"] == "now"
    assert event["user"]["verified"] is False


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["c", "b", "a"]),
        ("?name=b", ["b"]),
        ("?person=42", ["b"]),
        ("?q=m%C3%BCLLER", ["b"]),
        ("?q=miller", []),
        ("?property.plan=pro", ["a"]),
        ("?property.deep.plan=pro&property.plan=pro", []),
        ("?from=2025-10-09T12:00:01Z", ["c", "b"]),
        ("?from=1760011201000&to=1760011202000", ["b"]),
        ("?from=2025-10-10", []),
        ("?from=2025-10-09&to=2025-10-09", ["c", "b", "a"]),
        ("?bots=0", ["b", "a"]),
        ("?timeframe=today", []),
    ],
)
def test_filters(app: Flask, site: Keys, ask: Callable[..., Any], query: str, names: list[str]) -> None:
    write(
        app,
        site.id,
        NOON,
        {"name": "a", "properties": '{"plan":"pro"}'},
        {"name": "b"} | ALICE,
        {"name": "c", "bot": "crawler"},
    )
    assert [event["eventName"] for event in ask(query)[1]["events"]] == names


def test_days_are_the_sites_own(app: Flask, new_site: Callable[..., Keys], ask: Callable[..., Any]) -> None:
    tokyo = new_site("Tokyo", time_zone="Asia/Tokyo")
    write(app, tokyo.id, NOON + 3 * 3_600_000 - 1000, {"name": "9 October"}, {"name": "10 October"})
    _, found = ask("?from=2025-10-10&to=2025-10-10", tokyo.secret_key, tokyo.id)
    assert [event["eventName"] for event in found["events"]] == ["10 October"]


def test_cursors_lead_through_everything_once(app: Flask, site: Keys, ask: Callable[..., Any]) -> None:
    ids = write(app, site.id, NOON, *({"name": f"e{n}", "at": NOON + n // 3} for n in range(25)))
    found: list[int] = []
    query = "?limit=7"
    while query:
        _, page = ask(query)
        found += [event["id"] for event in page["events"]]
        cursor = page["next_cursor"]
        query = f"?limit=7&cursor={cursor}" if cursor else ""
    assert found == ids[::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?limit=ten", "limit"),
        ("?limit=", "limit"),
        ("?limit=٣", "limit"),
        ("?limit=" + "9" * 5000, "limit"),
        ("?limit=1&limit=2", "limit"),
        ("?cursor=x", "cursor"),
        ("?from=yesterday", "from"),
        ("?from=2025-10-10&to=2025-10-09", "to"),
        ("?colour=red", "colour"),
        ("?name=a&name=b", "name"),
    ],
)
def test_what_cannot_be_is_told_by_name(ask: Callable[..., Any], query: str, field: str) -> None:
    status, answer = ask(query)
    assert status == 400
    assert answer["success"] is False
    assert (answer["error"]["code"], answer["error"]["field"]) == ("invalid", field)
    assert answer["error"]["message"]


def test_keys_open_their_own_site_only(
    site: Keys, new_site: Callable[..., Keys], ask: Callable[..., Any]
) -> None:
    other = new_site("Other")
    assert ask(key=other.secret_key)[0] == 404
    assert ask(site_id=999)[0] == 404
    for wrong in ("", site.site_key, "sk_" + "x" * 43):
        status, answer = ask(key=wrong)
        assert (status, answer["error"]["code"]) == (401, "unauthorized")


def test_a_session_may_ask_for_its_sites(
    site: Keys, new_person: Callable[..., Person], sign_in: Callable[[Person], Browser]
) -> None:
    path = f"/api/v1/sites/{site.id}/events"
    viewer = sign_in(new_person("carol@example.org", site=site))
    assert viewer.get(path).status_code == 200
    assert viewer.get(path, Authorization="Bearer sk_wrong").status_code == 401
    assert sign_in(new_person("bob@example.org")).get(path).status_code == 404


def test_wrong_methods_are_told_in_json(client: FlaskClient, site: Keys) -> None:
    answer = client.put(f"/api/v1/sites/{site.id}/events")
    assert answer.status_code == 405
    assert answer.get_json()["success"] is False
    assert "GET" in answer.headers["Allow"]
    assert client.get("/api/v1/nothing").get_json()["error"]["code"] == "not_found"
