"""Handing out all of one person, also what was archived: as JSON and to read, by API, page and command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from tests.archive.made import row
from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.api.test_openapi import validator
from tracker.archive import lock
from tracker.archive.archive import Archive
from tracker.cli.main import cli
from tracker.errors import NotFound

AT = 1_760_000_000_000
OLD = (
    row(1, "2025-01-10 10:00", visitor="phone"),  # ann's: she is named next on it, in February
    row(2, "2025-02-10 10:00", visitor="phone", user="ann"),
    row(3, "2025-02-11 10:00", visitor="phone"),  # bob's: he is named next
    row(4, "2025-02-12 10:00", visitor="phone", user="bob"),
    row(5, "2025-02-13 10:00", visitor="phone"),  # ann's: the ledger names her next on it
    row(6, "2025-03-12 10:00", visitor="tablet"),  # hers: nobody else was ever named on it
    row(7, "2025-03-13 10:00", visitor="other"),
)


@pytest.fixture
def archive(app: Flask) -> Archive:
    return Archive(app.extensions["desirepath"].settings.data)


@pytest.fixture
def ann(client: FlaskClient, site: Keys, archive: Archive) -> Keys:
    """Ann, of whom most is archived; gives the site."""
    headers = {"Authorization": f"Bearer {site.secret_key}"}
    user = {"id": "ann", "name": "Ann <b>", "email": "Ann@example.org"}
    for visitor in ("phone", "tablet"):
        event = {"id": f"now-{visitor}", "eventName": "click", "timestamp": AT, "properties": {"what": "<i>"}}
        body = {"visitor": visitor, "user": user, "events": [event]}
        assert client.post("/api/v1/track", json=body, headers=headers).status_code == 200
    archive.add(site.id, OLD, AT)
    return site


@pytest.fixture
def ask(client: FlaskClient, site: Keys) -> Callable[..., Any]:
    """`ask("ann", format="html")`, with the secret key."""

    def get(who: str, method: str = "GET", **params: str) -> Any:
        headers = {"Authorization": f"Bearer {site.secret_key}"}
        path = f"/api/v1/sites/{site.id}/people/{who}/export"
        return client.open(path, method=method, query_string=params, headers=headers)

    return get


def numbers(told: Any) -> list[int]:
    return [one["properties"]["n"] for one in told["archived"]]


def test_what_was_archived_is_theirs_too_and_nothing_of_others(ann: Keys, ask: Callable[..., Any]) -> None:
    told = ask("ann").get_json()
    validator("PersonExport").validate(told)
    assert {one["eventId"] for one in told["events"]} == {"now-phone", "now-tablet"}
    assert numbers(told) == [1, 2, 5, 6]
    assert told["complete"] and told["unread"] == []
    first = told["archived"][0]
    assert (first["timestamp"], first["visitor"]) == ("2025-01-10T10:00:00.000Z", "phone")
    assert first["context"] == {"path": "/", "country": "DE"}
    assert numbers(ask("other").get_json()) == [7], "of whom the ledger knows nothing"
    assert numbers(ask("bob").get_json()) == [3, 4], "nor of him"
    assert ask("nobody").status_code == 404


def test_an_event_that_is_in_both_is_told_once(ann: Keys, ask: Callable[..., Any], archive: Archive) -> None:
    """A server that was killed between archiving and letting go has it in both."""
    both = ("now-phone", *row(8, "2025-10-09 08:53", user="ann")[1:])
    archive.add(ann.id, [both], AT)
    told = ask("ann").get_json()
    assert len(told["events"]) == 2 and numbers(told) == [1, 2, 5, 6]


def test_to_read(ann: Keys, ask: Callable[..., Any]) -> None:
    answer = ask("ann", format="html")
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="person.html"'
    page = answer.text
    assert "What Shop keeps of you" in page and page.rstrip().endswith("</html>")
    assert page.count("<article>") == 6
    assert "10 Jan 2025" in page and "not all of it" not in page
    assert "Ann &lt;b&gt;" in page and "&lt;i&gt;" in page and "<i>" not in page
    assert "http" not in page.replace('"http', ""), "it fetches nothing"
    refused = ask("ann", format="pdf")
    assert refused.status_code == 400 and refused.get_json()["error"]["field"] == "format"


def test_damaged_and_missing_files_are_told_and_the_rest_is_there(
    ann: Keys, ask: Callable[..., Any], archive: Archive
) -> None:
    folder = archive.folder(ann.id)
    whole = (folder / "2025-02-1.parquet").read_bytes()
    (folder / "2025-02-1.parquet").write_bytes(whole[:-9] + b"x" + whole[-8:])
    (folder / "2025-03-1.parquet").unlink()
    told = ask("ann").get_json()
    validator("PersonExport").validate(told)
    assert numbers(told) == [1] and len(told["events"]) == 2
    assert not told["complete"]
    assert [one["month"] for one in told["unread"]] == ["2025-02", "2025-03"]
    assert "checksum" in told["unread"][0]["problem"] and "missing" in told["unread"][1]["problem"]
    page = ask("ann", format="html").text
    assert "This is not all of it" in page and "2025-03-1.parquet is missing" in page
    (folder / "manifest.json").write_text("{")
    told = ask("ann").get_json()
    assert numbers(told) == [] and len(told["events"]) == 2
    assert [one["month"] for one in told["unread"]] == [None]


def test_an_archive_that_is_at_work_says_when_to_come_again(
    ann: Keys, ask: Callable[..., Any], archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.archive.archive.WAIT_SECONDS", 0.1)
    with lock.held(archive.folder(ann.id), 1):
        answer = ask("ann")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert numbers(ask("ann").get_json()) == [1, 2, 5, 6]


def test_nothing_is_left_beside_the_archive(ann: Keys, ask: Callable[..., Any], archive: Archive) -> None:
    before = sorted(archive.folder(ann.id).iterdir())
    with ask("ann") as answer:
        assert answer.status_code == 200
        assert sorted(archive.folder(ann.id).iterdir()) == before
        assert len(answer.get_json()["archived"]) == 4
    with ask("ann", method="HEAD") as answer:
        assert answer.status_code == 200 and answer.data == b""


def test_the_page_offers_both(ann: Keys, owner: Person, sign_in: Callable[..., Browser]) -> None:
    hers = sign_in(owner)
    for who in ("ann", "other"):
        page = hers.get(f"/sites/{ann.id}/settings/rights?person={who}").text
        for link in (f"people/{who}/export?format=html", f'people/{who}/export"'):
            assert link in page
    answer = hers.get(f"/api/v1/sites/{ann.id}/people/ann/export?format=html")
    assert answer.status_code == 200 and answer.text.count("<article>") == 6


def test_by_command(ann: Keys, archive: Archive, tmp_path: Path) -> None:
    data = str(archive.folder(ann.id).parents[1])

    def export(*more: str) -> Any:
        return CliRunner().invoke(cli, ["user", "export", str(ann.id), *more, "--data", data])

    told = json.loads(export("ann").stdout)
    assert numbers(told) == [1, 2, 5, 6] and len(told["events"]) == 2
    file = tmp_path / "ann.html"
    assert export("ann", "--format", "html", "--to", str(file)).exit_code == 0
    assert file.read_text().count("<article>") == 6 and file.stat().st_mode & 0o077 == 0
    again = export("ann", "--to", str(file))
    assert "exists" in str(again.exception)
    (archive.folder(ann.id) / "2025-03-1.parquet").unlink()
    found = export("ann")
    assert found.exit_code == 0 and "Not complete: 2025-03" in found.stderr
    assert isinstance(export("nobody").exception, NotFound)
