"""Somebody at the dashboard, for what is measured there."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from tests.live_server import LiveServer


def sign_in(server: LiveServer, email: str, password: str) -> str:
    """The cookies of somebody who signed in through the form."""
    status, headers, page = server.request("GET", "/login")
    token = re.search(rb'name="csrf_token" value="([^"]+)"', page)
    assert status == 200 and token
    form = urlencode({"email": email, "password": password, "csrf_token": token[1].decode()})
    sent = {"Cookie": _cookie(headers), "Content-Type": "application/x-www-form-urlencoded"}
    status, headers, _ = server.request("POST", "/login", form.encode(), sent)
    assert status == 302
    return _cookie(headers)


def _cookie(headers: dict[str, str]) -> str:
    return headers["set-cookie"].split(";", 1)[0]
