"""Commands on the data of a server that runs: it knows at once what they did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.live_server import LiveServer, serving

PASSWORD = "seven wild geese"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("data")) as server:
        yield server


def send_form(server: LiveServer, path: str, **form: str) -> tuple[int, dict[str, str], bytes]:
    """Load a page and send its form, with the cookie it set."""
    _, headers, body = server.request("GET", path)
    cookie = SimpleCookie(headers["set-cookie"])["desirepath"].OutputString().split(";")[0]
    token = TOKEN.search(body.decode())
    assert token
    fields = urlencode(form | {"csrf_token": token[1]}).encode()
    return server.request("POST", path, fields, {"Content-Type": FORM, "Cookie": cookie})


def test_a_new_site_takes_events_at_once(server: LiveServer) -> None:
    for number in range(3):
        keys = server.create_site(f"Site {number}", "--domain", "shop.example")
        body = {"site": keys.site_key, "events": [{"eventName": "hello"}]}
        assert server.track(body, Origin="https://shop.example")[0] == 200
        assert server.track(body, Origin="https://other.example")[0] == 403
        assert [event["eventName"] for event in server.events(keys)] == ["hello"]


def test_a_new_owner_signs_in_at_once(server: LiveServer) -> None:
    assert b"Nobody owns this server yet" in server.request("GET", "/login")[2]
    server.cli("admin", "create", "ada@example.org", "--password-stdin", given=PASSWORD + "\n")
    assert b"Nobody owns this server yet" not in server.request("GET", "/login")[2]
    status, headers, _ = send_form(server, "/login", email="ada@example.org", password=PASSWORD)
    assert (status, headers["location"]) == (302, "/sites")


def test_a_reset_link_works_at_once_and_once(server: LiveServer) -> None:
    server.cli("admin", "create", "bob@example.org", "--password-stdin", given=PASSWORD + "\n")
    path = urlsplit(server.cli("admin", "reset-link", "bob@example.org").strip()).path
    assert path.startswith("/reset/")
    status, _, _ = send_form(server, path, password="a brand new one")
    assert status == 302
    assert server.request("GET", path)[0] == 404
    assert send_form(server, "/login", email="bob@example.org", password=PASSWORD)[0] == 400
    assert send_form(server, "/login", email="bob@example.org", password="a brand new one")[0] == 302


def test_the_log_of_a_server_holds_no_key_and_no_password(server: LiveServer) -> None:
    keys = server.create_site("Quiet")
    server.track({"site": keys.site_key, "events": [{"eventName": "a"}]})
    send_form(server, "/login", email="eve@example.org", password="not a password")
    log = Path(server.log).read_text()
    for secret in (keys.secret_key, keys.token_secret, "not a password", "eve@example.org"):
        assert secret not in log
