"""Log lines: JSON, complete, and nothing personal in what a served request leaves behind."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import pytest

from tests.live_server import serving
from tracker.logs import JsonFormatter


def test_a_line_is_one_json_object() -> None:
    try:
        raise ValueError("broken\nin two")
    except ValueError:
        record = logging.LogRecord("a.b", logging.ERROR, "f", 1, "it %s", ("broke",), sys.exc_info())
    record.count = 3
    line = JsonFormatter().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["logger"], told["message"], told["count"]) == ("error", "a.b", "it broke", 3)
    assert "ValueError" in told["traceback"]


@pytest.mark.reliability
def test_requests_leave_nothing_personal_in_the_log(tmp_path: Path) -> None:
    with serving(tmp_path / "data", log_level="debug") as server:
        keys = server.create_site()
        person = {"id": "user-4711", "email": "secret.person@example.org", "name": "Secret Person"}
        body = {
            "site": keys.site_key,
            "visitor": "visitor-4711",
            "user": person,
            "context": {"url": "https://a.example/private-page"},
            "events": [{"eventName": "x", "properties": {"note": "private-note"}}, {"eventName": ""}],
        }
        headers = {"User-Agent": "Secret-Agent/1.0", "X-Forwarded-For": "198.51.100.77"}
        assert server.track(body, **headers)[0] == 200
        assert server.track(b"{private-broken", **headers)[0] == 400
        server.request("POST", "/login", b"email=secret.person@example.org&password=private-password")
        server.get("/sites/1/feed?q=private-search", **headers)
        server.stop()
        log = server.log.read_text()
    personal = ("4711", "secret.person", "Secret", "private", "198.51.100.77", keys.secret_key, keys.site_key)
    assert [word for word in personal if word in log] == []
