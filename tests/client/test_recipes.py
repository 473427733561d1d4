"""The recipes of docs/python-client.md, word for word, each behind gunicorn, against the real server."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.live_server import Keys, LiveServer, free_port

ROOT = Path(__file__).parents[2]
RECIPE = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.S)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Customer:
    """Somebody with a browser that keeps cookies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def send(self, method: str, path: str, **form: str) -> tuple[int, str]:
        """Status and text of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"User-Agent": FIREFOX, "Content-Type": "application/x-www-form-urlencoded"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            connection.request(method, path, urlencode(form), headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@contextmanager
def shop(folder: Path, recipe: str, server: LiveServer, keys: Keys, *options: str) -> Iterator[int]:
    """The recipe's program, served; the port."""
    recipes = dict(RECIPE.findall((ROOT / "docs" / "python-client.md").read_text()))
    (folder / f"{recipe}.py").write_text(recipes[f"{recipe}.py"])
    port = free_port()
    environ = {**os.environ, "STATS_URL": server.url, "STATS_KEY": keys.secret_key, "SECRET_KEY": "x" * 40}
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--chdir", str(folder)]
    with (folder / "log").open("wb") as log:
        program = subprocess.Popen([*command, *options, f"{recipe}:app"], env=environ, stderr=log, cwd=ROOT)
    try:
        _wait(port, program, folder / "log")
        yield port
        program.terminate()
        assert program.wait(60) == 0
    finally:
        program.kill()
        program.wait()


def _wait(port: int, program: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and program.poll() is None:
        with suppress(OSError):
            if Customer(port).send("HEAD", "/")[0] < 500:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.mark.parametrize(
    ("recipe", "options"),
    [
        # Loaded before the fork: the workers inherit a tracker that has not sent anything yet.
        ("flask_shop", ("--workers", "2", "--preload")),
        ("django_shop", ("--threads", "4")),
        ("fastapi_shop", ("--worker-class", "asgi")),
    ],
)
def test_a_shop(live: LiveServer, tmp_path: Path, recipe: str, options: tuple[str, ...]) -> None:
    keys = live.create_site(recipe)
    with shop(tmp_path, recipe, live, keys, *options) as port:
        ada, bob = Customer(port), Customer(port)
        assert ada.send("GET", "/") == (200, "<h1>Shop</h1>")
        assert ada.send("POST", "/login", user="ada", name="Ada")[0] == 200
        assert ada.send("POST", "/cart", product="P-1")[0] == 200
        assert ada.send("GET", "/")[0] == 200
        assert bob.send("POST", "/cart", product="P-2")[0] == 200
        assert bob.send("GET", "/broken")[0] == 500
    # The program has ended, so everything has been sent.
    events = live.events(keys)
    kinds = sorted((event["eventName"], (event["user"] or {}).get("id") or "") for event in events)
    assert kinds == [
        ("cart_add", ""),
        ("cart_add", "ada"),
        ("error_occurred", ""),
        ("page_viewed", ""),
        ("page_viewed", "ada"),
        ("user_identified", "ada"),
    ]
    assert len({event["visitor"] for event in events}) == 1, (
        "one browser on one machine, as far as one can tell"
    )
    by_name: dict[str, dict[str, Any]] = {event["eventName"]: event for event in events}
    assert by_name["cart_add"]["context"]["path"] == "/cart"
    assert by_name["page_viewed"]["context"]["path"] == "/"
    assert by_name["page_viewed"]["context"]["browser"] == "Firefox"
    assert by_name["page_viewed"]["bot"] is None
    assert by_name["user_identified"]["user"]["name"] == "Ada"
    assert by_name["error_occurred"]["properties"]["path"] == "/broken"
