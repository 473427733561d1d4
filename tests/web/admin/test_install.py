"""The install page: snippets that work, and what is wrong while no event comes."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.apps import running
from tests.conftest import NOW, PASSWORD
from tests.live_server import Keys
from tests.pages import Browser, Person
from tracker.accounts import sites, users
from tracker.accounts.roles import Role
from tracker.config import Settings

ROOT = Path(__file__).parents[3]
WAITING = "Waiting for the first event"


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def snippet(page: str, name: str) -> str:
    found = re.search(rf'id="{name}"[^>]*><code>(.*?)</code>', page, re.S)
    assert found
    return html.unescape(found[1])


def send(client: FlaskClient, key: str, **headers: str) -> int:
    body = {"site": key, "events": [{"eventName": "hello", "context": {"url": "https://shop.example/x"}}]}
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/v1/track", data=json.dumps(body), headers=told).status_code


def test_the_tag_is_all_a_page_needs(hers: Browser, site: Keys) -> None:
    page = hers.get(f"/sites/{site.id}/install").text
    expected = f'<script defer src="http://localhost/js/tracker.js" data-site="{site.site_key}"></script>'
    assert snippet(page, "tag") == expected


def test_the_second_tag_records_without_code_what_the_script_knows(hers: Browser, site: Keys) -> None:
    page = hers.get(f"/sites/{site.id}/install").text
    plain, auto = snippet(page, "tag"), snippet(page, "auto-tag")
    words = re.search(r' data-auto="([a-z ]+)"', auto)
    assert words and auto.replace(words[0], "") == plain
    script = (ROOT / "static" / "src" / "auto.js").read_text()
    known = {
        word for asked in re.findall(r"asked\(([^)]*)\)", script) for word in re.findall(r'"(\w+)"', asked)
    }
    assert set(words[1].split()) <= known and "clicks" in known


@pytest.mark.parametrize("identity", ["persistent", "cookieless"])
def test_the_tag_tells_the_script_what_the_site_chose(
    app: Flask, hers: Browser, site: Keys, identity: str
) -> None:
    with app.app_context():
        sites.change(site.id, NOW, None, identity=identity, honour_dnt=False)
    tag = snippet(hers.get(f"/sites/{site.id}/install").text, "tag")
    assert f'data-identity="{identity}"' in tag and 'data-dnt="ignore"' in tag


def test_snippets_name_the_public_address_whatever_the_host_header_says(settings: Settings) -> None:
    chosen = Settings.read({}, data=str(settings.data), public_url="https://stats.example.org/")
    with running(chosen) as app:
        with app.app_context():
            users.create("a@b.c", PASSWORD, NOW, owner=True)
            made = sites.create("Shop", NOW)
        browser = Browser(app)
        client = browser.client
        login = client.get("/login", base_url="https://evil.example")
        token = re.search(r'name="csrf_token" value="([^"]+)"', login.text)
        assert token
        form = {"csrf_token": token[1], "email": "a@b.c", "password": PASSWORD}
        assert client.post("/login", base_url="https://evil.example", data=form).status_code == 302
        page = client.get(f"/sites/{made.site.id}/install", base_url="https://evil.example").text
    assert "evil.example" not in page
    assert 'src="https://stats.example.org/js/tracker.js"' in snippet(page, "tag")
    assert "curl https://stats.example.org/api/v1/track" in snippet(page, "curl")


def test_the_curl_line_and_the_pixel_do_what_they_say(hers: Browser, site: Keys, client: FlaskClient) -> None:
    page = hers.get(f"/sites/{site.id}/install").text
    words = shlex.split(snippet(page, "curl"))
    assert words[0] == "curl" and words[2] == "-d"
    as_curl_does = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "curl/8.5.0"}
    path = words[1].removeprefix("http://localhost")
    assert client.post(path, data=words[3], headers=as_curl_does).status_code == 200
    source = re.search(r'src="http://localhost([^"]+)"', snippet(page, "pixel"))
    assert source
    pixel = client.get(
        source[1], headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}
    )
    assert pixel.status_code == 200 and pixel.mimetype == "image/gif"
    events = client.get(
        f"/api/v1/sites/{site.id}/events", headers={"Authorization": f"Bearer {site.secret_key}"}
    )
    assert {event["eventName"] for event in events.json["events"]} == {"hello", "page_viewed"}


def test_it_waits_and_notices_the_first_event(hers: Browser, site: Keys, client: FlaskClient) -> None:
    waiting = hers.get(f"/sites/{site.id}/install").text
    assert WAITING in waiting and 'hx-trigger="every 2s"' in waiting
    part = hers.get(f"/sites/{site.id}/install/status", HX_Request="true").text
    assert WAITING in part and "<html" not in part
    assert send(client, site.site_key) == 200
    arrived = hers.get(f"/sites/{site.id}/install/status").text
    assert "It works." in arrived and "hello" in arrived and "/x" in arrived
    assert "hx-trigger" not in arrived, "there is nothing more to wait for"


def test_a_page_of_a_domain_that_is_not_listed_is_named(
    app: Flask, hers: Browser, site: Keys, client: FlaskClient
) -> None:
    with app.app_context():
        sites.change(site.id, NOW, None, domains=["shop.example"])
    assert send(client, site.site_key, Origin="https://staging.example") == 403
    page = hers.get(f"/sites/{site.id}/install/status").text
    assert WAITING in page and "https://staging.example" in page
    assert "takes events from shop.example only" in page


def test_do_not_track_and_the_limit_are_named(
    app: Flask, hers: Browser, site: Keys, client: FlaskClient
) -> None:
    send(client, site.site_key, DNT="1")
    page = hers.get(f"/sites/{site.id}/install/status").text
    assert "asks not to be tracked" in page and "Try another browser" in page
    with app.app_context():
        sites.change(site.id, NOW, None, visitor_rate=1)
    send(client, site.site_key, DNT="1")
    assert send(client, site.site_key) == 429
    assert "The limit can be raised" in hers.get(f"/sites/{site.id}/install/status").text


def test_the_same_refusal_is_told_once(hers: Browser, site: Keys, client: FlaskClient) -> None:
    for _ in range(5):
        send(client, site.site_key, DNT="1")
    assert hers.get(f"/sites/{site.id}/install/status").text.count("asks not to be tracked") == 1


def test_a_mistyped_key_is_told_to_those_whom_it_concerns(
    hers: Browser,
    client: FlaskClient,
    new_site: Callable[..., Keys],
    new_person: Callable[..., Person],
    sign_in: Callable[..., Browser],
) -> None:
    shop, other = new_site("Shop", ("shop.example",)), new_site("Other", ("other.example",))
    bob = sign_in(new_person("bob@example.org", site=shop, role=Role.ADMIN))
    eve = sign_in(new_person("eve@example.org", site=other, role=Role.ADMIN))
    assert send(client, "pk_mistyped", Origin="https://www.shop.example") == 401
    assert "No site has this public key" in bob.get(f"/sites/{shop.id}/install/status").text
    assert "www.shop.example" in hers.get(f"/sites/{other.id}/install/status").text
    assert "shop.example" not in eve.get(f"/sites/{other.id}/install/status").text


def test_what_a_sender_wrote_is_never_markup(hers: Browser, site: Keys, client: FlaskClient) -> None:
    client.post(
        "/api/v1/track",
        data=json.dumps({"site": site.site_key, "events": [{"eventName": ""}]}),
        headers={"Origin": "https://<script>alert(1)</script>"},
    )
    page = hers.get(f"/sites/{site.id}/install/status").text
    assert "<script>alert" not in page and "Refused" in page
