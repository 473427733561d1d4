"""Whether it runs, whether it can keep its promise, and figures for those who may see them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pysqlite3 import dbapi2 as sqlite

from tests.live_server import Keys
from tracker import clock
from tracker.backup import kept, make
from tracker.backup.kept import Verified
from tracker.web import health


def test_a_server_that_runs_says_so(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready"}


def test_readiness_follows_the_ledger(
    app: Flask, client: FlaskClient, site: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = app.extensions["desirepath"]
    services.writer._connection.execute("PRAGMA busy_timeout=50")
    blocker = sqlite.connect(str(services.settings.ledger_path), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    event = {"site": site.site_key, "events": [{"eventName": "x"}]}
    assert client.post("/api/v1/track", json=event).status_code == 503
    assert client.get("/readyz").status_code == 503
    monkeypatch.setattr(health, "PROBE_AFTER_SECONDS", 0.0)
    assert client.get("/readyz").status_code == 503, "it tried for itself"
    blocker.execute("ROLLBACK")
    blocker.close()
    assert client.get("/readyz").status_code == 200, "nobody had to send an event first"


def test_figures_count_what_was_kept_and_what_was_refused(client: FlaskClient, site: Keys) -> None:
    body = {"site": site.site_key, "events": [{"eventName": "x"}, {"eventName": ""}]}
    client.post("/api/v1/track", json=body)
    text = client.get("/metrics").get_data(as_text=True)
    assert "desirepath_events_total 1.0" in text
    assert 'desirepath_refused_events_total{reason="invalid_name"} 1.0' in text
    assert 'desirepath_file_bytes{file="ledger.db"}' in text


def test_it_tells_how_far_figures_are_behind(app: Flask, client: FlaskClient, site: Keys) -> None:
    services, body = app.extensions["desirepath"], {"site": site.site_key, "events": [{"eventName": "x"}]}
    assert client.post("/api/v1/track", json=body).status_code == 200
    assert services.sync.wait_for(services.writer.last_id, 60)
    assert "\ndesirepath_columns_behind_events 0.0\n" in client.get("/metrics").get_data(as_text=True)
    services.sync.stop()
    for _ in range(2):
        assert client.post("/api/v1/track", json=body).status_code == 200
    assert "\ndesirepath_columns_behind_events 2.0\n" in client.get("/metrics").get_data(as_text=True)


def test_every_figure_is_documented_as_it_is(app: Flask, client: FlaskClient, site: Keys) -> None:
    body = {"site": site.site_key, "events": [{"eventName": ""}]}
    client.post("/api/v1/track", json=body)
    settings, now_ms = app.extensions["desirepath"].settings, clock.now_ms()
    folder = make.backup(settings, settings.backup_path, now_ms)[0]
    kept.note(folder, Verified(now_ms, 0.1, 1))
    text = client.get("/metrics").get_data(as_text=True)
    labels = dict(re.findall(r"^(\w+)\{(\w+)=", text, re.M))
    told = {
        f"| `{name}{'{' + labels[name] + '}' if name in labels else ''}` | {words} |"
        for name, words in re.findall(r"^# HELP (\w+) (.+)$", text, re.M)
    }
    docs = Path(__file__).parents[2] / "docs" / "running.md"
    assert told == set(re.findall(r"^\| `desirepath_.*$", docs.read_text(), re.M))


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("198.51.100.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.7"}, 404),
    ],
)
def test_figures_are_for_this_machine(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status
