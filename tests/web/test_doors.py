"""The doors behind plain WSGI: the same answers as in the event loop."""

from __future__ import annotations

import gzip
import json
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from pysqlite3 import dbapi2 as sqlite

from tests.live_server import Keys
from tracker.ledger import connect, reads
from tracker.ledger.reads import Filter


def stored(app: Flask, site: Keys) -> list[str]:
    with app.extensions["desirepath"].readers.read() as connection:
        return [event.name for event in reads.after(connection, Filter(site_id=site.id), 0)]


def batch(site: Keys, *names: str) -> dict[str, Any]:
    return {"site": site.site_key, "events": [{"eventName": name} for name in names]}


def test_a_batch_is_committed_before_it_is_answered(app: Flask, client: FlaskClient, site: Keys) -> None:
    answer = client.post("/api/v1/track", json=batch(site, "a", "b"))
    assert (answer.status_code, answer.get_json()["accepted"]) == (200, 2)
    assert stored(app, site) == ["a", "b"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_beacons_and_gzip_are_read(app: Flask, client: FlaskClient, site: Keys) -> None:
    body = json.dumps(batch(site, "beacon")).encode()
    assert client.post("/api/v1/track", data=body, content_type="text/plain").status_code == 200
    packed = client.post("/api/v1/track", data=gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 200
    assert stored(app, site) == ["beacon", "beacon"]


def test_too_much_is_refused(app: Flask, client: FlaskClient, site: Keys) -> None:
    assert client.post("/api/v1/track", data=b"x" * 1_000_001).status_code == 413
    assert client.post("/api/v1/track", data=gzip.compress(b"0" * 30_000_000)).status_code == 413
    assert stored(app, site) == []


def test_preflight_and_pixel(app: Flask, client: FlaskClient, site: Keys) -> None:
    preflight = client.options("/api/v1/track", headers={"Origin": "https://a.example"})
    assert preflight.status_code == 204 and "POST" in preflight.headers["Access-Control-Allow-Methods"]
    pixel = client.get(f"/pixel.gif?site={site.site_key}&event=opened")
    assert (pixel.status_code, pixel.mimetype) == (200, "image/gif")
    assert stored(app, site) == ["opened"]


def test_a_ledger_that_cannot_commit_is_told(app: Flask, client: FlaskClient, site: Keys) -> None:
    services = app.extensions["desirepath"]
    services.writer._connection.execute("PRAGMA busy_timeout=50")
    blocker = sqlite.connect(str(services.settings.ledger_path), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    answer = client.post("/api/v1/track", json=batch(site, "late"))
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    assert answer.get_json()["error"]["code"] == "unavailable"
    blocker.execute("ROLLBACK")
    blocker.close()
    assert client.post("/api/v1/track", json=batch(site, "in time")).status_code == 200
    assert stored(app, site) == ["in time"]


def test_the_ledger_is_what_it_should_be(app: Flask, site: Keys) -> None:
    reader = connect.open_reader(app.extensions["desirepath"].settings.ledger_path)
    assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    reader.close()
