"""Addresses of scripts and styles."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from tracker.web import assets


@pytest.fixture
def built(tmp_path: Path) -> Path:
    static = tmp_path / "static"
    (static / "build").mkdir(parents=True)
    (static / "build" / "app.css").write_text("body{}")
    (static / "build" / "manifest.json").write_text(json.dumps({"build/app.css": "0123456789ab"}))
    return static


@pytest.fixture
def client(built: Path) -> FlaskClient:
    app = Flask("assets", static_folder=str(built), static_url_path="/static")
    assets.register(app)
    app.add_url_rule(
        "/page/<path:name>", "page", lambda name: render_template_string("{{ asset(name) }}", name=name)
    )
    return app.test_client()


def test_addresses_carry_the_hash_where_there_is_one(client: FlaskClient) -> None:
    assert client.get("/page/build/app.css").text == "/static/build/app.css?v=0123456789ab"
    assert client.get("/page/icon.svg").text == "/static/icon.svg"


@pytest.mark.parametrize(
    ("query", "kept"), [("?v=0123456789ab", True), ("?v=old", False), ("?v=", False), ("", False)]
)
def test_only_the_right_hash_is_kept_for_ever(client: FlaskClient, query: str, kept: bool) -> None:
    with client.get(f"/static/build/app.css{query}") as answer:
        tag = answer.headers["ETag"]
    expected = "public, max-age=31536000, immutable" if kept else "no-cache"
    assert answer.headers["Cache-Control"] == expected
    with client.get(f"/static/build/app.css{query}", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304
        assert again.headers["Cache-Control"] == expected


def test_a_new_build_is_noticed(client: FlaskClient, built: Path) -> None:
    client.get("/page/build/app.css")
    manifest = built / "build" / "manifest.json"
    manifest.write_text(json.dumps({"build/app.css": "ffffffffffff"}))
    os.utime(manifest, ns=(1, 1))
    assert client.get("/page/build/app.css").text.endswith("?v=ffffffffffff")


def test_without_a_build_pages_still_come(client: FlaskClient, built: Path) -> None:
    (built / "build" / "manifest.json").unlink()
    assert client.get("/page/build/app.css").text == "/static/build/app.css"
    assert client.get("/static/missing.js").status_code == 404
