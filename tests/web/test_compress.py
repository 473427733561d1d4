"""Text goes out smaller to those who take it."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, br"}


def test_pages_and_scripts_are_compressed_for_those_who_take_it(client: FlaskClient) -> None:
    for path in ("/login", "/js/tracker.js", "/js/auto.js", "/static/build/app.css", "/api/openapi.json"):
        small, plain = client.get(path, headers=GZIP), client.get(path)
        assert small.headers["Content-Encoding"] == "gzip", path
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in small.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]
        if path != "/login":  # whose token is new each time
            assert gzip.decompress(small.data) == plain.data
        small.close()
        plain.close()


@pytest.mark.parametrize("path", ["/js/tracker.js", "/js/auto.js"])
def test_a_kept_copy_is_still_good(client: FlaskClient, path: str) -> None:
    first = client.get(path, headers=GZIP)
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    again = client.get(path, headers=GZIP | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_short_or_no_text_goes_as_it_is(client: FlaskClient) -> None:
    for path in ("/healthz", "/pixel.gif?site=x"):
        assert "Content-Encoding" not in client.get(path, headers=GZIP).headers


@pytest.mark.parametrize(
    ("path", "most"), [("/js/tracker.js", 1228), ("/js/auto.js", 1536), ("/js/consent.js", 256)]
)
def test_the_browser_scripts_keep_their_promise(client: FlaskClient, path: str, most: int) -> None:
    answer = client.get(path, headers=GZIP)
    assert 0 < len(answer.data) <= most
