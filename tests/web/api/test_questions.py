"""Questions over the API: the same figure in every format, and clear words for what cannot be asked."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.web.events import until_counted, write
from tracker import clock
from tracker.analytics import registry
from tracker.services import Services

pytestmark = pytest.mark.usefixtures("midday")

NAMES = sorted(registry.questions())
DAY = 86_400_000


@pytest.fixture
def ask(app: Flask, client: FlaskClient, site: Keys) -> Any:
    """`ask("overview", timeframe="7d")`: the answer, once all events written before are counted."""
    services: Services = app.extensions["desirepath"]

    def get(name: str, key: str = site.secret_key, **params: Any) -> Any:
        until_counted(services)
        return client.get(
            f"/api/v1/sites/{site.id}/{name}",
            query_string=params,
            headers={"Authorization": f"Bearer {key}"},
        )

    return get


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_site_has_an_answer_in_every_format(ask: Any, name: str) -> None:
    needed = {p.name for p in registry.get(name).parameters if p.default is registry.MISSING}
    if needed:
        answer = ask(name)
        assert (answer.status_code, answer.get_json()["error"]["field"] in needed) == (400, True)
        return
    assert isinstance(ask(name).get_json(), dict)
    for shape, kind in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
        answer = ask(name, format=shape)
        assert (answer.status_code, answer.mimetype) == (200, kind)


def test_json_csv_and_ndjson_say_the_same(app: Flask, ask: Any, site: Keys) -> None:
    now = clock.now_ms()
    page = {"name": "page_viewed", "context": '{"path":"/a"}'}
    write(
        app, site.id, now - DAY, page | {"visitor": "v1"}, page | {"visitor": "v2"}, page | {"visitor": "v2"}
    )
    told = ask("overview", timeframe="7d").get_json()
    assert (told["visitors"], told["pageViews"]) == (2, 3)
    series = [(step["date"], str(step["visitors"]), str(step["pageViews"])) for step in told["series"]]
    text = ask("overview", timeframe="7d", format="csv").get_data(as_text=True)
    assert [(r["date"], r["visitors"], r["pageViews"]) for r in csv.DictReader(io.StringIO(text))] == series
    lines = ask("overview", timeframe="7d", format="ndjson").get_data().splitlines()
    assert [json.loads(line) for line in lines] == told["series"]


def test_an_answer_is_remembered_until_something_happens(app: Flask, ask: Any, site: Keys) -> None:
    answers = app.extensions["desirepath"].answers
    ask("overview")
    before = answers.hits
    ask("overview")
    assert answers.hits == before + 1
    write(app, site.id, clock.now_ms(), {"name": "page_viewed", "context": '{"path":"/"}', "visitor": "v"})
    assert ask("overview").get_json()["visitors"] == 1


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"timeframe": "soon"}, "timeframe"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "2026-03-01", "to": "2026-02-01"}, "from"),
        ({"interval": "minute"}, "interval"),
        ({"limit": "0"}, "limit"),
        ({"filter": "colour:red"}, "filter"),
        ({"filter": "country"}, "filter"),
        ({"format": "xml"}, "format"),
        ({"fliter": "country:DE"}, "fliter"),
    ],
)
def test_what_cannot_be_asked_is_named(ask: Any, params: dict[str, str], field: str) -> None:
    answer = ask("overview", **params)
    assert (answer.status_code, answer.get_json()["error"]["field"]) == (400, field)


def test_keys_of_others_see_nothing(ask: Any) -> None:
    assert ask("overview", key="sk_wrong").status_code == 401
    assert ask("overview", key="pk_wrong").status_code == 401


def test_cells_that_a_spreadsheet_would_run_are_quoted() -> None:
    from tracker.web.csv_rows import lines as as_csv

    lines = "".join(as_csv(["a", "b"], [["=1+1", "fine"], ["@x", -5], ["-2+3", "+x"]])).splitlines()
    assert lines == ["a,b", "'=1+1,fine", "'@x,-5", "'-2+3,'+x"]
