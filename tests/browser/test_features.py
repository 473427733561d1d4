"""The features page: adoption by category, the funnel, the table."""

from __future__ import annotations

import pytest

from tests.browser.demo_server import Demo, settle
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_features_are_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.saas, "features", "timeframe=30d")
    heat = demo.ask(demo.saas, "feature-heatmap", "timeframe=30d")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "features"))
        settle(page)
        names = page.locator("#panel-features tbody th").all_inner_texts()
        assert names == [one["featureName"] for one in told["features"]]
        uses = page.locator("#panel-features tbody td:nth-child(3)").all_inner_texts()
        assert uses == [formats.whole(one["usageCount"]) for one in told["features"]]
        trends = page.locator("#panel-features td [role=img][title]").evaluate_all(
            "all => all.map((one) => one.title)"
        )
        every = demo.ask(demo.saas, "features", "timeframe=30d&top=1000")["topFeatures"]
        assert trends == [one["trend"] for one in every] and len(trends) == len(names) > 10
        steps = page.locator("#panel-adoption .funnel-value strong").all_inner_texts()
        assert steps == [formats.whole(stage["users"]) for stage in told["adoptionFunnel"]]
        tiles = page.locator("#panel-heatmap .tile").evaluate_all("all => all.map((one) => one.title)")
        assert len(tiles) == len(heat["cells"])
        first = heat["cells"][0]
        assert f"{first['feature']}: {formats.whole(first['usage'])} uses by" in tiles[0]
        idle = page.locator("#panel-idle li span:first-child").all_inner_texts()
        assert idle == [one["feature"] for one in told["unusedFeatures"]]
