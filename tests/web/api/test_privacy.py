"""Privacy settings over the API: read, changed one by one, refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.api.test_openapi import validator


@pytest.fixture
def call(client: FlaskClient, site: Keys) -> Callable[..., Any]:
    """`call("PATCH", {...})`, with the secret key."""

    def send(method: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {site.secret_key}"}
        return client.open(f"/api/v1/sites/{site.id}/privacy", method=method, json=body, headers=headers)

    return send


def test_one_setting_changes_and_what_is_said_with_it(
    call: Callable[..., Any], app: Flask, site: Keys
) -> None:
    before = call("GET").get_json()
    validator("Privacy").validate(before)
    answer = call("PATCH", {"collect_ip": True, "privacy_contact": " ask@example.org "})
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    after = answer.get_json()
    validator("Privacy").validate(after)
    assert after == call("GET").get_json()
    same = {
        key: value
        for key, value in before.items()
        if key not in ("collect_ip", "privacy_contact", "collected")
    }
    assert same.items() <= after.items() and same["identity"] == "consent"
    assert (after["collect_ip"], after["privacy_contact"]) == (True, "ask@example.org")
    said = [sentence for part in after["collected"] for sentence in part["sentences"]]
    assert "The internet address (IP) of the visitor, and the country it belongs to." in said
    assert app.extensions["desirepath"].sites.by_id(site.id).rules.collect_ip


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"identity": "fingerprint"}, "identity"),
        ({"identity": 4}, "identity"),
        ({"collect_ip": "yes"}, "collect_ip"),
        ({"collect_ip": True, "honour_dnt": None}, "honour_dnt"),
        ({"privacy_contact": ["a"]}, "privacy_contact"),
        ({"privacy_contact": "nobody"}, "privacy_contact"),
        ({"name": "Other"}, "name"),
        (["identity"], "body"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_changes_nothing(
    call: Callable[..., Any], body: Any, field: str
) -> None:
    before = call("GET").get_json()
    answer = call("PATCH", body)
    assert answer.status_code == 400 and answer.get_json()["error"]["field"] == field
    assert call("GET").get_json() == before


def test_a_public_key_or_a_viewer_changes_nothing(
    client: FlaskClient, site: Keys, new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    path = f"/api/v1/sites/{site.id}/privacy"
    public = {"Authorization": f"Bearer {site.site_key}"}
    assert client.patch(path, json={"collect_ip": True}, headers=public).status_code == 401
    viewer = sign_in(new_person("bob@example.org", site=site))
    assert viewer.get(path).status_code == 403 and viewer.send("PATCH", path).status_code == 403
