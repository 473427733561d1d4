"""The retention page: curve, cohorts and churn as the API tells them."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tracker.web import formats

pytestmark = pytest.mark.browser
DESKTOP = {"width": 1280, "height": 1000}


def test_curve_cohorts_and_churn_are_the_apis(demo: Demo) -> None:
    query = "timeframe=30d"
    curve, cohorts = demo.ask(demo.saas, "retention", query), demo.ask(demo.saas, "cohorts", query)
    churn = demo.ask(demo.saas, "churn", f"{query}&compare=1")
    before = demo.ask(demo.saas, "retention", f"{query}&compare=1")["previous"]
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "retention"))
        settle(page)
        drawn = json.loads(page.locator("#panel-curve [data-chart] script").inner_text())
        assert drawn["series"][0]["values"] == [p["retentionRate"] for p in curve["retentionCurve"]]
        assert drawn["series"][1]["values"] == [p["retentionRate"] for p in before]
        assert page.locator("#panel-cohorts tbody tr").count() == len(cohorts["cohorts"])
        latest = cohorts["cohorts"][-1]
        days = [
            day
            for day in latest["retention"]
            if any(c["retention"][day] is not None for c in cohorts["cohorts"])
        ]
        assert 0 < len(days) < len(latest["retention"]), "no column for days that are over for nobody"
        cells = page.locator("#panel-cohorts tbody tr").first.locator("td").all_inner_texts()
        assert cells == [
            "" if v is None else formats.percent(v, 0) for v in (latest["retention"][day] for day in days)
        ]
        shown = page.locator("#panel-churn .figure-tile .figure").all_inner_texts()
        expect(page.locator("#panel-churn")).to_contain_text(
            f"{formats.percent(churn['previousChurnRate'])} before"
        )
        assert shown[:2] == [formats.percent(churn["churnRate"]), formats.whole(churn["churnedUsers"])]
        people = page.locator("#panel-risk tbody td:nth-child(2)").all_inner_texts()
        assert people == [formats.whole(one["users"]) for one in churn["riskSegments"]]


def test_who_has_nobody_new_is_told_what_to_do(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "retention?filter=country:XX"))
        settle(page)
        assert "desirepath.identify" in page.locator("#panel-curve").inner_text()
