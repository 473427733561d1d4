"""The single-file executable by itself: no Python, no home, another directory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.live_server import BINARY, COMMAND, environment, serving
from tracker import __version__
from tracker.accounts import upgrade
from tracker.cli.main import COMMANDS
from tracker.ledger import connect, schema

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
pytestmark = pytest.mark.skipif(not BINARY, reason="make test-binary builds the executable")


def run(*arguments: str, cwd: str = "/", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment() | environ,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_tells_its_version_and_looks_itself_over(tmp_path: Path) -> None:
    assert __version__ in run("--version").stdout
    found = json.loads(run("doctor", "--json", "--data", str(tmp_path / "data")).stdout)
    assert {finding["what"] for finding in found} >= {"SQLite", "Unpacking", "Data directory"}


def test_every_command_is_there_with_what_it_needs(tmp_path: Path) -> None:
    told = run("--help")  # loads each
    assert told.returncode == 0, told.stderr
    assert all(f"  {name} " in told.stdout for name in COMMANDS)
    with serving(tmp_path / "data") as server:
        server.create_site("Shop")
    made = run("columns", "rebuild", "--data", str(tmp_path / "data"))  # paints its progress
    assert made.returncode == 0, made.stderr


def test_it_holds_everything_pages_need(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        for path in ("/login", "/js/tracker.js", "/static/build/app.css", "/static/vendor/htmx.min.js"):
            assert server.get(path)[0] == 200, path
        paths = server.get("/api/openapi.json")[1]["paths"]
        assert "/api/v1/sites/{site}/overview" in paths
        keys = server.create_site("Shop", "--timezone", "Asia/Kolkata")
        event = {"eventName": "page_viewed", "context": {"url": "https://shop.example/a"}}
        for visitor, agent in (("a", FIREFOX), ("b", "Googlebot/2.1 (+http://www.google.com/bot.html)")):
            body = {"site": keys.site_key, "visitor": visitor, "events": [event]}
            assert server.track(body, **{"User-Agent": agent})[0] == 200
        kept = {event["visitor"]: event for event in server.events(keys)}
        assert sum(event["bot"] is not None for event in kept.values()) == 1
        assert "Firefox" in {event["context"].get("browser") for event in kept.values()}
        deadline = time.monotonic() + 120
        while True:
            status, answer = server.get(
                f"/api/v1/sites/{keys.id}/overview?timeframe=7d", Authorization=f"Bearer {keys.secret_key}"
            )
            if status == 200 and answer["visitors"] == 1:
                break
            assert time.monotonic() < deadline, answer
            time.sleep(0.1)
        assert "Traceback" not in server.log.read_text()


def test_demo_data_goes_through_it(tmp_path: Path) -> None:
    done = run("demo", "--events", "2000", "--data", "demo", cwd=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demo" / "ledger.db").exists()


def test_data_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """A copy is made first, and nothing is lost."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    upgrade.run(data / "desirepath.db", None, "0001")
    connection = connect.raw(data / "ledger.db")
    for statement in schema.MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("INSERT INTO clients VALUES (1, '{}')")
    connection.execute(
        "INSERT INTO events (site_id, event_id, name, at, received_at, visitor, flags, client_id, context,"
        " properties) VALUES (1, 'old', 'signup', 1760000000000, 1760000000000, 'v', 1, 1, '{}', '{}')"
    )
    connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
    connection.execute("PRAGMA user_version=1")
    connection.close()
    with serving(data) as server:
        keys = server.create_site("Shop")
        assert [event["eventId"] for event in server.events(keys)] == ["old"]


def test_what_killed_ones_left_is_swept(tmp_path: Path) -> None:
    place = tmp_path / "unpacked"
    place.mkdir()
    environ = environment() | {"TMPDIR": str(place), "DESIREPATH_DATA": str(tmp_path / "data")}
    command = [*COMMAND, "serve", "--bind", "127.0.0.1:0"]
    process = subprocess.Popen(command, env=environ, cwd="/", start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    left = set(place.glob("_MEI*"))
    assert len(left) == 1
    assert run("--version", TMPDIR=str(place)).returncode == 0
    assert not left & set(place.glob("_MEI*"))
    assert tempfile.gettempdir() != str(place)
