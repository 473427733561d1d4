"""The segments page, and building a segment with its live count."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.demo_server import Demo, settle
from tests.browser.pages import violations
from tracker.web import formats

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("undefined")]
DESKTOP = {"width": 1280, "height": 1000}


def test_segments_are_the_apis(demo: Demo) -> None:
    told = demo.ask(demo.saas, "segments", "timeframe=30d")
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "segments"))
        settle(page)
        people = page.locator("#panel-segments [data-label=People]").all_inner_texts()
        assert people == [formats.whole(one["userCount"]) for one in told["segments"]]
        expect(page.locator("[name=compare]")).to_have_count(0)
        expect(page.locator("#panel-segments.panel-fits")).to_be_visible()  # nothing is below it


def test_one_is_built_counted_and_used(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.shop, "segments"))
        page.get_by_role("link", name="New segment").click()
        assert violations(page) == []
        page.locator("[name=row_kind]").nth(0).select_option("event")
        page.locator("[name=row_what]").nth(0).fill("purchase")
        count = page.locator("#segment-count strong")
        expect(count).to_be_visible()
        buyers = int(count.inner_text().replace(",", ""))
        assert buyers > 0
        page.locator("[name=row_kind]").nth(1).select_option("dimension")
        page.locator("[name=row_what]").nth(1).fill("device")
        with page.expect_response(lambda response: "row_value=mobile" in response.url) as answer:
            page.locator("[name=row_value]").nth(1).fill("mobile")
        (counted,) = re.findall(r"<strong>(.+?)</strong>", answer.value.text())
        expect(count).to_have_text(counted)
        assert counted != formats.whole(buyers)
        page.get_by_label("Name", exact=True).fill("Mobile buyers")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/segments")
        settle(page)
        assert page.locator("#panel-segments [data-label=People]").all_inner_texts() == [counted]
        page.locator("#panel-segments").get_by_role("link", name="Mobile buyers").click()
        page.wait_for_url("**/people?segment=**")
        number = page.url.rpartition("=")[2]
        page.goto(demo.path(demo.shop, f"overview?segment={number}"))
        settle(page)
        told = demo.ask(demo.shop, "overview", f"timeframe=30d&segment={number}")
        assert page.locator("[data-figure=visitors]").inner_text() == formats.whole(told["visitors"])
        page.goto(demo.path(demo.shop, "definitions"))
        page.get_by_role("link", name="Mobile buyers").click()
        assert page.locator("[name=row_value]").nth(1).input_value() == "mobile"
        page.goto(demo.path(demo.shop, "definitions"))
        page.get_by_role("button", name="Remove Mobile buyers").click()


def test_what_rows_cannot_say_is_kept_as_json(demo: Demo) -> None:
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "definitions/segments/new"))
        page.get_by_label("Name", exact=True).fill("Nested")
        page.locator("summary", has_text="As JSON").click()
        page.get_by_label("Use this instead").check()
        page.get_by_label("Criteria").fill('{"not": {"event": "signup", "times": 0}}')
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("criteria.not.times")
        watch.complaints.clear()  # the browser tells the console of every 400
        page.get_by_label("Criteria").fill('{"not": {"event": "signup"}}')
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/segments")
        page.goto(demo.path(demo.saas, "definitions"))
        page.get_by_role("link", name="Nested").click()
        assert '"not"' in page.get_by_label("Criteria").input_value()
        page.goto(demo.path(demo.saas, "definitions"))
        page.get_by_role("button", name="Remove Nested").click()


def test_rows_take_what_they_need_and_suggest_traits(demo: Demo) -> None:
    traits = demo.ask(demo.saas, "person-traits")["traits"]
    name, values = next((one["name"], one["values"]) for one in traits if one["values"])
    with demo.open(viewport=DESKTOP) as watch:
        page = watch.page
        page.goto(demo.path(demo.saas, "definitions/segments/new"))
        row = page.locator("[data-row]").first
        expect(row.locator("[name=row_days]")).to_be_hidden()
        row.locator("[name=row_kind]").select_option("trait")
        what, value = row.locator("[name=row_what]"), row.locator("[name=row_value]")
        expect(what.locator("xpath=..")).to_contain_text("Trait")
        what.focus()
        offered = page.locator("#asked-values option")
        expect(offered).to_have_count(min(20, len(traits)))
        assert name in [one.get_attribute("value") for one in offered.all()]
        what.fill(name)
        value.focus()
        expect(offered).to_have_count(len(values))
        assert [one.get_attribute("value") for one in offered.all()] == values
        assert violations(page) == []
        row.locator("[name=row_kind]").select_option("away")
        expect(row.locator("[name=row_days]")).to_be_visible()
        expect(what).to_be_hidden()
        row.locator("[name=row_kind]").select_option("page")
        what.fill("")
        what.press_sequentially("/pri")
        expect(offered.first).to_have_attribute("value", "/pricing")
