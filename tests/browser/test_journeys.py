"""The journeys page: paths, entries, exits and what leads to goals."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_paths_are_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.saas, "journeys", "timeframe=30d&limit=15")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "journeys"))
        settle(page)
        shown = page.locator("#panel-paths .issue-message").all_inner_texts()
        assert shown == [" → ".join(one["path"]) for one in told["commonPaths"]]
        counts = page.locator("#panel-entries tbody td:nth-child(2)").all_inner_texts()
        assert counts == [formats.whole(one["count"]) for one in told["entryPoints"][:10]]
        flow = json.loads(page.locator("#panel-flow [data-chart] script").inner_text())
        assert flow["kind"] == "sankey" and len(flow["flows"]) > 5
        place, longer = next((n, one) for n, one in enumerate(told["commonPaths"]) if one["dropoffPoints"])
        listed = page.locator("#panel-paths .issue").nth(place)
        listed.locator("summary").click()
        left = longer["dropoffPoints"][0]["dropoffRate"]
        expect(listed.locator(".issue-body")).to_contain_text(f"{formats.percent(left)} go elsewhere")
