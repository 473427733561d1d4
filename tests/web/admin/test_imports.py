"""The import page: a file is checked, then imported; errors by line; stopping and going on."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask

from tests.live_server import Keys
from tests.pages import Browser, Person
from tracker.domain.event import MAX_IMPORT_BYTES
from tracker.ledger import reads
from tracker.ledger.reads import Filter
from tracker.services import Services

GOOD = b"event,timestamp,user_id\nbuy,2025-01-28T10:30:00Z,42\nlook,2025-01-28T10:31:00Z,42\n"
MIXED = GOOD + b"buy,some day,43\n<b>,2025-01-28T10:32:00Z,44\n=cmd,,45\n"


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    return sign_in(owner)


def send(browser: Browser, site: Keys, body: bytes, name: str = "events.csv") -> Any:
    """The form as browsers send it."""
    path = f"/sites/{site.id}/settings/import"
    browser.get(path)
    head = f'--B\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{browser._token}\r\n'
    head += f'--B\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    whole = head.encode() + body + b"\r\n--B--\r\n"
    return browser.client.post(path, data=whole, content_type="multipart/form-data; boundary=B")


def settled(browser: Browser, address: str) -> str:
    """The page of a file once nothing goes on."""
    deadline = time.monotonic() + 60
    while True:
        page = unescape(browser.get(address).text)
        if 'hx-trigger="every 1s"' not in page:
            return page
        assert time.monotonic() < deadline, page
        time.sleep(0.05)


def uploaded(browser: Browser, site: Keys, body: bytes, name: str = "events.csv") -> tuple[str, str]:
    """(address, page) of a file that was checked."""
    answer = send(browser, site, body, name)
    assert answer.status_code == 302, answer.text
    address = answer.headers["Location"]
    return address, settled(browser, address)


def kept(app: Flask, site: Keys) -> list[str]:
    services: Services = app.extensions["desirepath"]
    with services.readers.read() as connection:
        found = reads.newest(connection, Filter(site_id=site.id), limit=50).events
    return sorted(one.name for one in found)


def fact(page: str, name: str) -> str:
    found = re.search(rf"<dt>{name}</dt><dd>([^<]*)</dd>", page)
    assert found, page
    return found[1]


def test_checked_then_imported_and_each_event_once(app: Flask, site: Keys, hers: Browser) -> None:
    address, page = uploaded(hers, site, MIXED)
    assert (fact(page, "Can be imported"), fact(page, "Refused")) == ("3", "2")
    assert fact(page, "Looked at") == "5 events, up to line 6"
    assert re.search(r'<td class="number">4</td><td><code>timestamp</code>', page)
    assert kept(app, site) == [], "a check keeps nothing"
    hers.post(f"{address}/run", page=address)
    page = settled(hers, address)
    assert (fact(page, "Imported"), fact(page, "Were there already")) == ("3", "0")
    assert kept(app, site) == ["<b>", "buy", "look"]
    again, _ = uploaded(hers, site, MIXED)
    hers.post(f"{again}/run", page=again)
    assert fact(settled(hers, again), "Were there already") == "3"
    report = hers.get(f"{address}/errors.csv")
    assert report.mimetype == "text/csv" and report.text.splitlines()[0] == "line,field,message"
    assert [line.split(",")[0] for line in report.text.splitlines()[1:]] == ["4", "6"]
    assert "history imported" in hers.get(f"/sites/{site.id}/settings").text
    assert hers.post(f"{address}/run", page=address).status_code == 409
    hers.post(f"{address}/remove", page=address)
    assert hers.get(address).status_code == 404


def test_ndjson_and_gzip(app: Flask, site: Keys, hers: Browser) -> None:
    one = b'{"eventName": "a", "timestamp": 1738060200000, "visitor": "v"}\n'
    for name, body in (("a.ndjson", one), ("events", gzip.compress(one)), ("b.csv.gz", gzip.compress(GOOD))):
        _, page = uploaded(hers, site, body, name)
        assert fact(page, "Refused") == "0" and fact(page, "Can be imported") in "12"


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.csv", b"color,size\nred,1\n", "eventName"),
        ("a.csv.gz", gzip.compress(GOOD)[:-12], "cannot be unpacked"),
        ("a.ndjson", b"\n\n", "holds no events"),
    ],
    ids=["other columns", "cut off", "empty"],
)
def test_what_cannot_be_read_is_said_and_cannot_be_imported(
    site: Keys, hers: Browser, name: str, body: bytes, words: str
) -> None:
    address, page = uploaded(hers, site, body, name)
    assert words in page and "/run" not in page
    assert hers.post(f"{address}/run", page=address).status_code == 409


@pytest.mark.parametrize(
    ("body", "name", "status", "words"),
    [
        (b"", "", 400, "not empty"),
        (b"x" * (MAX_IMPORT_BYTES + 1), "a.csv", 413, "16 MB"),
        (b"\x1f\x8bnothing", "a", 400, "no gzip"),
    ],
    ids=["empty", "large", "damaged"],
)
def test_what_is_no_file_is_said_at_the_field(
    site: Keys, hers: Browser, body: bytes, name: str, status: int, words: str
) -> None:
    answer = send(hers, site, body, name)
    assert answer.status_code == status
    said = re.search(r'id="error-file" role="alert">([^<]*)<', answer.text)
    assert said and words in said[1]


def test_stopped_it_goes_on_where_it_was(app: Flask, site: Keys, hers: Browser) -> None:
    rows = b"".join(b"e%d,2025-01-28T10:30:00Z,42\n" % n for n in range(3_000))
    address, _ = uploaded(hers, site, b"event,timestamp,user_id\n" + rows)
    services: Services = app.extensions["desirepath"]
    upload = services.uploads.one(site.id, address.rsplit("/", 1)[1])
    services.uploads.begin(upload)
    services.uploads.halt(upload)
    page = settled(hers, address)
    first = upload.imported.rows
    assert upload.state == "stopped" and first in range(500, 3_000, 500) and "Go on" in page
    hers.post(f"{address}/run", page=address)
    page = settled(hers, address)
    assert (fact(page, "Imported"), fact(page, "Were there already")) == ("3,000", "0")
    assert upload.imported.line == 3_001


def test_the_oldest_idle_file_gives_way_and_no_other_site_sees_it(
    site: Keys, hers: Browser, new_site: Callable[..., Keys]
) -> None:
    first, _ = uploaded(hers, site, GOOD)
    other = new_site("Other")
    token = first.rsplit("/", 1)[1]
    assert hers.get(f"/sites/{other.id}/settings/import/{token}").status_code == 404
    for _ in range(4):
        last, _ = uploaded(hers, site, GOOD)
    assert hers.get(first).status_code == 404
    assert hers.get(last).status_code == 200
    assert hers.get(f"/sites/{site.id}/settings/import").text.count("checked, sent") == 4
