"""The marketplace's shape, word for word: acts, stats at the same moment, history, summary, names."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.contract.test_activity import token_of
from tests.live_server import Keys
from tracker import clock
from tracker.accounts import sites
from tracker.analytics import products as question
from tracker.definitions.resolve import query_of
from tracker.ledger import connect, deletions, schema
from tracker.services import Services

pytestmark = pytest.mark.usefixtures("midday")

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def act(client: FlaskClient, site: Keys, app: Flask) -> Any:
    with app.app_context():
        sites.change(site.id, 1, None, visitor_rate=100_000, identity="persistent")

    def post(product: Any, action: str, token: str = "", **body: Any) -> Any:
        headers = {"User-Agent": FIREFOX} | ({"Authorization": f"Bearer {token}"} if token else {})
        told = {"product_id": product, "action": action} | body
        return client.post("/api/activity/track/", json=told, headers=headers)

    return post


def stats(client: FlaskClient, product: str) -> Any:
    return client.get(f"/api/activity/stats/{product}/").get_json()


def test_word_for_word(act: Any, client: FlaskClient) -> None:
    answer = act("P1", "view", product_name="Mug")
    told = answer.get_json()
    assert list(told) == ["success", "message", "activity_id", "user_authenticated", "session_key"]
    assert told["message"] == "Activity tracked: view on Mug"
    assert told["activity_id"] == 1 and told["user_authenticated"] is False
    assert told["session_key"] in answer.headers["Set-Cookie"]
    again = act("P1", "click", session_key=told["session_key"]).get_json()
    assert again["session_key"] == told["session_key"]
    assert again["message"] == "Activity tracked: click on Mug", "as it was called before"
    by_cookie = act("P1", "click").get_json()
    assert by_cookie["session_key"] == told["session_key"]


def test_the_rates_of_the_example_right_at_once(act: Any, client: FlaskClient) -> None:
    for action, times in (("view", 150), ("click", 45), ("favorite", 12), ("unfavorite", 2), ("cart_add", 8)):
        for _ in range(times):
            assert act("P1", action, product_name="Product Name").status_code == 200
    told = stats(client, "P1")
    updated = told["metrics"].pop("last_updated")
    assert updated.endswith("Z")
    assert told == {
        "product_id": "P1",
        "product_name": "Product Name",
        "activity_counts": {
            "view": 150,
            "click": 45,
            "favorite": 12,
            "unfavorite": 2,
            "cart_add": 8,
            "cart_remove": 0,
            "purchase": 0,
        },
        "metrics": {
            "total_views": 150,
            "total_clicks": 45,
            "total_favorites": 10,
            "total_cart_additions": 8,
            "view_to_click_rate": 30.0,
            "click_to_cart_rate": 17.8,
            "cart_to_purchase_rate": 0.0,
        },
    }
    nothing = stats(client, "P9")
    assert nothing["metrics"]["view_to_click_rate"] == 0.0 and nothing["metrics"]["last_updated"] is None


def test_the_column_store_says_the_same_later(app: Flask, act: Any, client: FlaskClient, site: Keys) -> None:
    for action in ("view", "view", "click", "favorite", "unfavorite", "cart_add", "purchase"):
        act("P1", action)
    body = {
        "site": site.site_key,
        "visitor": "v",
        "events": [
            {"id": "same", "eventName": "view", "properties": {"product_id": "P1"}},
            {"id": "same", "eventName": "view", "properties": {"product_id": "P1"}},
            {"eventName": "product_viewed", "properties": {"product_id": 5}},
            {"eventName": "product_viewed", "properties": {"product_id": ["odd"]}},
        ],
    }
    client.post("/api/v1/track", json=body, headers={"User-Agent": FIREFOX})
    robot = body | {"events": [{"eventName": "view", "properties": {"product_id": "P1"}}]}
    client.post("/api/v1/track", json=robot, headers={"User-Agent": "Googlebot/2.1"})
    services: Services = app.extensions["desirepath"]
    assert services.sync.wait_for(services.writer.last_id, 10)
    with app.app_context():
        query = query_of(services.sites.by_id(site.id), {}, clock.now_ms())
        found = {one.product_id: one for one in services.answers.ask(question.answer, query).products}
    counts = stats(client, "P1")["activity_counts"]
    one = found["P1"]
    assert counts["view"] == one.views == 3
    assert list(counts.values()) == [
        one.views,
        one.clicks,
        one.favorites,
        one.unfavorites,
        one.cart_adds,
        one.cart_removes,
        one.purchases,
    ]
    assert stats(client, "5")["activity_counts"]["view"] == 1
    summary = client.get("/api/activity/summary/P1/?period=daily").get_json()
    assert summary["totals"]["activity_counts"] == counts
    assert len(summary["periods"]) == 30 and summary["periods"][-1]["unique_users"] == one.users
    for period, number in (("weekly", 13), ("monthly", 12)):
        told = client.get(f"/api/activity/summary/P1?period={period}").get_json()
        assert number <= len(told["periods"]) <= number + 1
        assert sum(step["activity_counts"]["view"] for step in told["periods"]) == 3


def test_a_user_and_the_visitor_they_were_become_one(
    app: Flask, act: Any, client: FlaskClient, site: Keys
) -> None:
    key = act("P1", "view").get_json()["session_key"]
    token = token_of(site.token_secret)
    told = act("P1", "purchase", token, session_key=key).get_json()
    assert (told["user_authenticated"], told["session_key"]) == (True, None)
    services: Services = app.extensions["desirepath"]
    assert services.sync.wait_for(services.writer.last_id, 10)
    with app.app_context():
        query = query_of(services.sites.by_id(site.id), {}, clock.now_ms())
        (one,) = services.answers.ask(question.answer, query).products
    assert (one.views, one.purchases, one.users) == (1, 1, 1)


def test_history_is_the_users_own(act: Any, client: FlaskClient, site: Keys) -> None:
    ann, bo = token_of(site.token_secret, sub="ann"), token_of(site.token_secret, sub="bo")
    act("P1", "view", ann, product_name="Mug")
    act("P2", "click", ann)
    act("P1", "view", bo)

    def history(token: str, query: str = "") -> Any:
        return client.get(f"/api/activity/history/{query}", headers={"Authorization": f"Bearer {token}"})

    told = history(ann).get_json()
    assert told["total_count"] == 2
    assert list(told["activities"][0]) == [
        "id",
        "product_id",
        "product_name",
        "action",
        "created_at",
        "ip_address",
    ]
    assert [(a["product_id"], a["product_name"], a["action"]) for a in told["activities"]] == [
        ("P2", "P2", "click"),
        ("P1", "Mug", "view"),
    ]
    assert {a["ip_address"] for a in told["activities"]} == {None}
    assert history(ann, "?action=view&limit=1").get_json()["total_count"] == 1
    for query, field in (("?action=look", "action"), ("?limit=0", "limit"), ("?limit=x", "limit")):
        answer = history(ann, query)
        assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)
    assert client.get("/api/activity/history/").status_code == 401


def test_the_address_is_told_where_the_site_keeps_it(
    app: Flask, act: Any, client: FlaskClient, site: Keys
) -> None:
    with app.app_context():
        sites.change(site.id, 1, None, collect_ip=True)
    token = token_of(site.token_secret)
    act("P1", "view", token)
    told = client.get("/api/activity/history/", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert told["activities"][0]["ip_address"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "view"}, "product_id"),
        ({"product_id": "", "action": "view"}, "product_id"),
        ({"product_id": "P" * 201, "action": "view"}, "product_id"),
        ({"product_id": "P1", "action": "look"}, "action"),
        ({"product_id": "P1", "action": ["view"]}, "action"),
        ({"product_id": "P1", "action": "view", "session_key": "short"}, "session_key"),
        ({"product_id": "P1", "action": "view", "product_name": 5}, "product_name"),
    ],
)
def test_what_is_wrong_is_named(client: FlaskClient, site: Keys, body: Any, field: str) -> None:
    answer = client.post("/api/activity/track/", json=body)
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)
    assert sum(stats(client, "P1")["activity_counts"].values()) == 0


def test_a_product_is_named_by_a_server(act: Any, client: FlaskClient, site: Keys) -> None:
    secret = {"Authorization": f"Bearer {site.secret_key}"}
    named = client.put("/api/v1/products/P1", json={"name": "Blue mug", "price": 4.5}, headers=secret)
    assert named.status_code == 200
    assert act("P1", "view").get_json()["message"] == "Activity tracked: view on Blue mug"
    assert client.get("/api/v1/products?ids=P1,P2", headers=secret).get_json() == {
        "products": {"P1": "Blue mug"}
    }
    assert client.get("/api/v1/products/P1", headers=secret).get_json()["activity_counts"]["view"] == 1
    for body, field in (({}, "name"), ({"name": " "}, "name"), ({"name": "x", "colour": 1}, "colour")):
        answer = client.put("/api/v1/products/P1", json=body, headers=secret)
        assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)
    other = client.put(
        "/api/v1/products/P1", json={"name": "x"}, headers={"Authorization": f"Bearer {site.site_key}"}
    )
    assert other.status_code == 401


def test_which_site_is_meant(client: FlaskClient, new_site: Any) -> None:
    shop = new_site("Shop", domains=("shop.example",))
    new_site("Other", domains=("other.example",))

    def post(**headers: str) -> int:
        told = {key.replace("_", "-"): value for key, value in headers.items()}
        return client.post(
            "/api/activity/track/", json={"product_id": "P", "action": "view"}, headers=told
        ).status_code

    assert post() == 401, "two sites, and nothing tells which"
    assert post(Origin="https://www.shop.example") == 200
    assert post(X_Site_Key=shop.site_key) == 200
    assert post(X_Site_Key=shop.site_key, Origin="https://evil.example") == 403
    assert post(X_Site_Key="pk_unknown") == 401


def test_counts_follow_deletions_and_are_made_for_older_ledgers(
    app: Flask, act: Any, client: FlaskClient, site: Keys
) -> None:
    for action in ("view", "view", "purchase"):
        act("P1", action, product_name="Mug")
    before = stats(client, "P1")["activity_counts"]
    services: Services = app.extensions["desirepath"]
    path = services.settings.ledger_path
    services.writer.stop()
    connection = connect.raw(path)
    later = " ".join(statement for step in schema.MIGRATIONS[1:] for statement in step)
    for kind, name in re.findall(r"CREATE (?:UNIQUE )?(TABLE|INDEX) (\w+)", later):
        connection.execute(f"DROP {kind} IF EXISTS {name}")
    for table, column in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", later):
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.execute("PRAGMA user_version=1")
    connection.close()
    services.writer._stopping = False
    services.writer.start()
    assert stats(client, "P1")["activity_counts"] == before
    assert stats(client, "P1")["product_name"] == "Mug"
    connection = connect.raw(path)
    connection.execute("BEGIN IMMEDIATE")
    deletions.delete(connection, site.id, [1], clock.now_ms())
    connection.execute("COMMIT")
    connection.close()
    assert stats(client, "P1")["activity_counts"]["view"] == 1
