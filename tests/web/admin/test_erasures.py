"""The page of one person's rights: looking up, handing out, erasing only what was confirmed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def test_from_looking_up_to_the_receipt(hers: Browser, client: FlaskClient, site: Keys) -> None:
    body = {"user": {"id": "gone/1", "name": "Zoe"}, "events": [{"eventName": "click"}] * 3}
    headers = {"Authorization": f"Bearer {site.secret_key}"}
    assert client.post("/api/v1/track", json=body, headers=headers).status_code == 200
    path = f"/sites/{site.id}/settings/rights"
    assert hers.get(f"{path}?person=nobody").status_code == 404
    page = hers.get(f"{path}?person=gone/1").text
    assert "<dt>Events</dt><dd>3</dd>" in page and "people/gone/1/export" in page
    export = hers.get(f"/api/v1/sites/{site.id}/people/gone/1/export").get_json()
    assert [event["eventName"] for event in export["events"]] == ["click"] * 3
    assert export["knownAs"][0]["name"] == "Zoe"
    refused = hers.post(f"{path}/erase", page=f"{path}?person=gone/1", person="gone/1", confirm="gone")
    assert refused.status_code == 400 and "Type the same id" in refused.text
    assert client.delete(f"/api/v1/sites/{site.id}/people/gone/1").status_code == 400, (
        "no key, no form of ours"
    )
    done = hers.post(f"{path}/erase", page=f"{path}?person=gone/1", person="gone/1", confirm="gone/1")
    assert done.status_code == 302
    page = hers.get(path).text
    assert "receipt 1" in page and "gone/1" not in page
    assert client.get(f"/api/v1/sites/{site.id}/events", headers=headers).get_json()["events"] == []
    settings = hers.get(f"/sites/{site.id}/settings").text
    assert "person erased: receipt 1" in settings


def test_pseudonymising_asks_first_and_keeps_events(hers: Browser, client: FlaskClient, site: Keys) -> None:
    user = {"id": "b1", "name": "Zoe Qq", "email": "zoe@example.org"}
    headers = {"Authorization": f"Bearer {site.secret_key}"}
    body = {"user": user, "events": [{"eventName": "click"}] * 3}
    assert client.post("/api/v1/track", json=body, headers=headers).status_code == 200
    path = f"/sites/{site.id}/settings/rights"
    look = f"{path}?person=zoe@example.org"
    sure = {"person": "zoe@example.org", "confirm_pseudonyms": "zoe@example.org"}
    refused = hers.post(f"{path}/pseudonymise", page=look, **(sure | {"confirm_pseudonyms": "zoe"}))
    assert refused.status_code == 400 and refused.text.count("Type the same id") == 1
    assert hers.post(f"{path}/pseudonymise", page=look, **sure).status_code == 302
    page = hers.get(path).text
    assert "<td>pseudonymised</td>" in page and "zoe" not in page.lower()
    events = client.get(f"/api/v1/sites/{site.id}/events", headers=headers).get_json()["events"]
    assert len(events) == 3 and "zoe" not in str(events).lower()
    assert "<dt>Events</dt><dd>3</dd>" in hers.get(look).text, "by the clear e-mail"
    assert "person pseudonymised: receipt" in hers.get(f"/sites/{site.id}/settings").text
