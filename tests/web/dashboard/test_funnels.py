"""The funnels page of a site that has none of its own: templates, with the events they need."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import NOW
from tests.live_server import Keys
from tests.pages import Browser, Person
from tracker.analytics.funnels.funnel import TEMPLATES, Funnel
from tracker.definitions import stored
from tracker.services import Services

LISTED = re.compile(r'<dt><a href="[^"]*funnel=(\w+)">([^<]+)</a></dt>\s*<dd>(.*?)</dd>')
Offered = dict[str, tuple[str, list[str]]]


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def listed(page: str) -> Offered:
    """(name, events) of each template a page lists, by its name in addresses."""
    return {key: (name, re.findall(r"<code[^>]*>(\w+)", steps)) for key, name, steps in LISTED.findall(page)}


def offered(*without: str) -> Offered:
    return {
        key: (one.name, [str(step.what.event) for step in one.steps])
        for key, one in TEMPLATES.items()
        if key not in without
    }


def send(app: Flask, client: FlaskClient, site: Keys) -> None:
    body = {"site": site.site_key, "events": [{"eventName": "hello"}]}
    assert client.post("/api/v1/track", json=body).status_code == 200
    services: Services = app.extensions["desirepath"]
    assert services.sync.wait_for(services.writer.last_id, 10)


def test_a_new_site_is_told_what_to_send(hers: Browser, site: Keys) -> None:
    page = hers.get(f"/sites/{site.id}/funnels").text
    assert "Waiting for the first event" in page
    assert listed(page) == offered() and len(offered()) == 4


def test_a_site_whose_people_took_no_step_is_told_so_too(
    app: Flask, client: FlaskClient, hers: Browser, site: Keys
) -> None:
    send(app, client, site)
    for key, funnel in TEMPLATES.items():
        page = hers.get(f"/sites/{site.id}/funnels?funnel={key}").text
        assert re.search(rf'aria-current="true">{funnel.name} <span[^>]*>template', page)
        panel = hers.get(f"/sites/{site.id}/funnels/panels/steps?funnel={key}").text
        assert "Nobody took the first step" in panel
        assert listed(panel) == offered()


def test_one_that_was_taken_over_is_offered_no_more(
    app: Flask, client: FlaskClient, hers: Browser, site: Keys
) -> None:
    send(app, client, site)
    with app.app_context():
        kept = stored.create(site.id, "funnels", TEMPLATES["payment"].to_json(), NOW, None)
    assert isinstance(kept.value, Funnel)
    page = hers.get(f"/sites/{site.id}/funnels/panels/steps?funnel={kept.id}").text
    assert listed(page) == offered("payment")


def test_the_sites_own_funnel_is_shown_first_and_marked(
    app: Flask, client: FlaskClient, hers: Browser, site: Keys
) -> None:
    send(app, client, site)
    shown = re.compile(r'aria-current="true">([^<]+?) ?<')
    assert shown.findall(hers.get(f"/sites/{site.id}/funnels").text.split('class="choices"')[1])[0] == (
        TEMPLATES["registration"].name
    )
    with app.app_context():
        stored.create(site.id, "funnels", TEMPLATES["verification"].to_json(), NOW, None)
        kept = stored.create(site.id, "funnels", TEMPLATES["registration"].to_json(), NOW, None)
        first = stored.all_of(site.id, "funnels")[0]
    page = hers.get(f"/sites/{site.id}/funnels").text.split('class="choices"')[1]
    assert shown.findall(page)[0] == first.value.name == kept.value.name
    panel = hers.get(f"/sites/{site.id}/funnels/panels/steps").text
    assert f'&amp;funnel={first.id}"' in panel
