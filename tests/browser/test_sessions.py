"""The sessions page: every number is the API's."""

from __future__ import annotations

import json

import pytest

from tests.browser.demo_server import Demo, settle
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_figures_and_bars_are_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.saas, "sessions", "timeframe=30d")
    overview = demo.ask(demo.saas, "overview", "timeframe=30d&compare=1")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "sessions"))
        settle(page)
        assert page.locator("#panel-lengths .figure-tile .figure").all_inner_texts() == [
            formats.seconds(told["medianSessionLength"]),
            formats.seconds(told["avgSessionLength"]),
        ]
        tiles = page.locator("#panel-course .figure-tile")
        assert tiles.locator(".figure").all_inner_texts() == [
            formats.whole(told["totalSessions"]),
            formats.seconds(told["avgSessionLength"]),
            formats.percent(overview["bounceRate"]),
        ]
        words = formats.change_words(overview["changes"]["visits"])
        assert f"{words} against the time before" in (tiles.first.locator(".change").text_content() or "")
        bars = json.loads(page.locator("#panel-lengths [data-chart] script").inner_text())
        assert bars["series"][0]["values"] == list(told["sessionLengthDistribution"].values())
        line = json.loads(page.locator("#panel-course [data-chart] script").inner_text())
        assert line["series"][0]["values"] == [step["visits"] for step in overview["series"]]
        assert line["series"][1]["values"] == [step["visits"] for step in overview["previousSeries"]]
        page.locator("#panel-devices").get_by_role("link", name="Browser", exact=True).click()
        page.locator("#panel-devices tbody a", has_text="Firefox").click()
        page.wait_for_url(lambda url: "Firefox" in url)
