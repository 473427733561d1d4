"""Text goes out smaller to those who take it."""

from __future__ import annotations

import gzip

from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, br"}


def test_pages_and_scripts_are_compressed_for_those_who_take_it(client: FlaskClient) -> None:
    for path in ("/login", "/js/tracker.js", "/static/build/app.css", "/api/openapi.json"):
        small, plain = client.get(path, headers=GZIP), client.get(path)
        assert small.headers["Content-Encoding"] == "gzip", path
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in small.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]
        if path != "/login":  # whose token is new each time
            assert gzip.decompress(small.data) == plain.data
        small.close()
        plain.close()


def test_a_kept_copy_is_still_good(client: FlaskClient) -> None:
    first = client.get("/js/tracker.js", headers=GZIP)
    again = client.get("/js/tracker.js", headers=GZIP | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_short_or_no_text_goes_as_it_is(client: FlaskClient) -> None:
    for path in ("/healthz", "/pixel.gif?site=x"):
        assert "Content-Encoding" not in client.get(path, headers=GZIP).headers


def test_the_browser_script_keeps_its_promise(client: FlaskClient) -> None:
    answer = client.get("/js/tracker.js", headers=GZIP)
    assert len(answer.data) <= 1228
