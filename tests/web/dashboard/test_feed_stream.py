"""The functions the streaming front calls in its threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.events import write
from tracker import clock
from tracker.errors import Invalid, NotFound, Unauthorized
from tracker.web.dashboard.feed_stream import open_stream, updates


def environ(path: str, browser: Browser | None = None, **headers: str) -> dict[str, Any]:
    made = EnvironBuilder(path, headers=headers).get_environ()
    if browser is not None:
        made["HTTP_COOKIE"] = f"desirepath={browser.cookie()}"
    return made


def test_a_stream_gives_what_comes_in(
    app: Flask, site: Keys, owner: Person, sign_in: Callable[[Person], Browser]
) -> None:
    stream = open_stream(app, environ(f"/sites/{site.id}/feed/stream?name=wanted&after=0", sign_in(owner)))
    assert stream.after == 0
    assert updates(app, stream, 0) == ("", 0)
    ids = write(app, site.id, clock.now_ms(), {"name": "wanted"}, {"name": "other"})
    html, last = updates(app, stream, 0)
    assert last == ids[-1]
    assert html.count("<li") == 1
    assert f'id="event-{ids[0]}"' in html
    assert updates(app, stream, last) == ("", last)


def test_a_browser_that_comes_back_goes_on_where_it_was(
    app: Flask, site: Keys, owner: Person, sign_in: Callable[[Person], Browser]
) -> None:
    path = f"/sites/{site.id}/feed/stream?after=3"
    found = open_stream(app, environ(path, sign_in(owner), **{"Last-Event-ID": "17"}))
    assert found.after == 17


def test_streams_are_for_those_who_may_see_the_site(
    app: Flask, site: Keys, new_person: Callable[..., Person], sign_in: Callable[[Person], Browser]
) -> None:
    path = f"/sites/{site.id}/feed/stream?after=0"
    with pytest.raises(Unauthorized):
        open_stream(app, environ(path))
    with pytest.raises(NotFound):
        open_stream(app, environ(path, sign_in(new_person("bob@example.org"))))
    viewer = sign_in(new_person("carol@example.org", site=site))
    assert open_stream(app, environ(path, viewer)).place.site_id == site.id


@pytest.mark.parametrize(
    ("query", "field"), [("", "after"), ("?after=x", "after"), ("?after=1&from=never", "from")]
)
def test_what_cannot_be_is_refused_at_once(
    app: Flask, site: Keys, owner: Person, sign_in: Callable[[Person], Browser], query: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        open_stream(app, environ(f"/sites/{site.id}/feed/stream{query}", sign_in(owner)))
    assert refused.value.field == field
