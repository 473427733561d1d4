"""The browser script: what it takes for a page view, what it says of it, and when it keeps quiet."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.far_end import SITE, FarEnd

pytestmark = pytest.mark.browser

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def _open(visitor: BrowserContext, address: str, **options: Any) -> Page:
    page = visitor.new_page()
    page.goto(address, **options)
    return page


def _silent(far_end: FarEnd, page: Page) -> None:
    """Nothing is sent, and nothing stays in the browser."""
    page.evaluate(
        "desirepath.track('x'); desirepath.identify('7'); desirepath.consent(true); desirepath.reset()"
    )
    assert page.evaluate("desirepath.length") == 0, "calls are not hoarded either"
    page.goto(far_end.shop("/blank"))
    page.wait_for_timeout(300)
    assert far_end.batches == []
    assert page.evaluate("Object.keys(localStorage)") == []


def _urls(far_end: FarEnd) -> list[str]:
    views = [event for event in far_end.accepted if event["eventName"] == "page_viewed"]
    return [event["context"]["url"].removeprefix(far_end.shop("")) for event in views]


def test_the_first_page_view_is_sent_at_once(far_end: FarEnd, visitor: BrowserContext) -> None:
    visitor.add_cookies([{"name": "session", "value": "1", "url": far_end.stats}])
    before = time.time() * 1000
    _open(visitor, far_end.shop("/a?utm_source=news#part"), referer="http://search.test/")
    far_end.heard("page_viewed")
    (batch,) = far_end.batches
    (event,) = batch.events
    assert batch.body["site"] == SITE
    assert batch.body["visitor"] is None, "nobody has agreed to an id"
    assert "user" not in batch.body
    assert before - 1 <= event["timestamp"] <= batch.body["sent_at"] <= time.time() * 1000 + 1
    assert UUID7.fullmatch(event["id"])
    assert abs(int(event["id"].replace("-", "")[:12], 16) - event["timestamp"]) < 1000
    assert event["context"] == {
        "url": far_end.shop("/a?utm_source=news"),
        "referrer": "http://search.test/",
        "title": "/a",
        "screen": "1280x720",
        "viewport": "1280x720",
        "language": "en-GB",
    }
    assert batch.headers["content-type"].startswith("text/plain")
    assert "cookie" not in batch.headers
    assert far_end.preflights == 0


def test_navigation_inside_a_page_counts_when_the_address_changes(
    far_end: FarEnd, visitor: BrowserContext
) -> None:
    page = _open(visitor, far_end.shop("/"))
    page.evaluate("history.pushState({}, '', '/one'); document.title = 'One'")
    page.evaluate("history.replaceState({}, '', '/one?tab=2')")
    page.evaluate("history.pushState({}, '', '/one?tab=2'); history.pushState({}, '', '#below')")
    page.evaluate("history.pushState({}, '', '/three')")
    page.go_back()
    page.goto("about:blank")
    far_end.until(lambda: len(far_end.accepted) == 5)
    assert _urls(far_end) == ["/", "/one", "/one?tab=2", "/three", "/one?tab=2"]
    _, one, two, *_ = far_end.accepted
    assert one["context"]["title"] == "One", "a title set right after the address belongs to the page"
    assert two["context"]["referrer"] == far_end.shop("/one")


def test_the_page_still_gets_what_history_returns(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end.shop("/"))
    page.evaluate("history.pushState({step: 1}, '', '/one')")
    assert page.evaluate("history.state") == {"step": 1}
    assert page.evaluate(
        "try { history.pushState({}, '', 'http://else.test/') } catch (error) { error.name }"
    ) == ("SecurityError")


def test_fragments_count_where_asked(far_end: FarEnd, visitor: BrowserContext) -> None:
    far_end.page("/app", far_end.tag("data-hash"))
    page = _open(visitor, far_end.shop("/app#/inbox"))
    page.evaluate("location.hash = '#/sent'")
    page.wait_for_timeout(50)
    page.goto("about:blank")
    far_end.until(lambda: _urls(far_end) == ["/app#/inbox", "/app#/sent"])


def test_an_event_right_after_navigation_comes_after_its_page_view(
    far_end: FarEnd, visitor: BrowserContext
) -> None:
    page = _open(visitor, far_end.shop("/"))
    page.evaluate("history.pushState({}, '', '/form'); desirepath.track('form_opened', {kind: 'contact'})")
    page.goto("about:blank")
    far_end.until(lambda: len(far_end.accepted) == 3)
    assert [event["eventName"] for event in far_end.accepted] == ["page_viewed", "page_viewed", "form_opened"]
    opened = far_end.accepted[2]
    assert opened["properties"] == {"kind": "contact"}
    assert opened["context"]["url"] == far_end.shop("/form")


def test_coming_back_from_the_cache_is_a_page_view(far_end: FarEnd, visitor: BrowserContext) -> None:
    visitor.add_init_script("addEventListener('pageshow', (event) => window.kept = event.persisted)")
    page = _open(visitor, far_end.shop("/first"))
    far_end.heard("page_viewed")
    page.goto(far_end.shop("/second"))
    far_end.heard(*["page_viewed"] * 2)
    page.go_back(wait_until="commit")
    page.wait_for_function("window.kept !== undefined")
    assert page.evaluate("window.kept"), "this browser has no back/forward cache to test with"
    far_end.heard(*["page_viewed"] * 3)
    assert _urls(far_end) == ["/first", "/second", "/first"]


def test_a_prerendered_page_waits_until_it_is_shown(far_end: FarEnd, visitor: BrowserContext) -> None:
    visitor.add_init_script(
        "Object.defineProperty(document, 'prerendering', {value: true, configurable: true})"
    )
    page = _open(visitor, far_end.shop("/"))
    page.evaluate("desirepath.identify('7'); desirepath.track('early')")
    page.wait_for_timeout(200)
    assert far_end.batches == []
    assert page.evaluate("localStorage.length") == 0
    page.evaluate("document.dispatchEvent(new Event('prerenderingchange'))")
    page.evaluate("desirepath.track('shown')")
    page.goto("about:blank")
    far_end.heard("page_viewed", "user_identified", "early", "shown")


@pytest.mark.parametrize("signal", ["doNotTrack: '1'", "globalPrivacyControl: true"])
def test_nobody_is_tracked_who_asked_not_to_be(far_end: FarEnd, visitor: BrowserContext, signal: str) -> None:
    name, value = signal.split(": ")
    visitor.add_init_script(f"Object.defineProperty(navigator, '{name}', {{value: {value}}})")
    far_end.page("/blank", "")
    far_end.page("/ignoring", far_end.tag('data-dnt="ignore"'))
    page = _open(visitor, far_end.shop("/"))
    _silent(far_end, page)
    page.goto(far_end.shop("/ignoring"))
    far_end.heard("page_viewed")


def test_other_answers_to_do_not_track_mean_nothing(far_end: FarEnd, visitor: BrowserContext) -> None:
    visitor.add_init_script(
        "Object.defineProperty(navigator, 'doNotTrack', {value: 'unspecified'});"
        "Object.defineProperty(navigator, 'globalPrivacyControl', {value: false})"
    )
    _open(visitor, far_end.shop("/"))
    far_end.heard("page_viewed")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_developers_own_machine_is_skipped_unless_asked(
    far_end: FarEnd, visitor: BrowserContext, host: str
) -> None:
    far_end.page("/asked", far_end.tag("data-localhost"))
    page = _open(visitor, f"http://{host}:{far_end.port}/")
    page.evaluate("desirepath.track('x'); desirepath.identify('7')")
    page.wait_for_timeout(200)
    assert far_end.batches == []
    assert page.evaluate("localStorage.length") == 0
    page.goto(f"http://{host}:{far_end.port}/asked")
    far_end.heard("page_viewed")


def test_files_are_skipped(far_end: FarEnd, visitor: BrowserContext, tmp_path: Any) -> None:
    file = tmp_path / "page.html"
    file.write_text(far_end.tag())
    page = _open(visitor, file.as_uri())
    page.evaluate("desirepath.track('x')")
    page.wait_for_timeout(200)
    assert far_end.batches == []


def test_names_that_only_look_local_are_counted(far_end: FarEnd, visitor: BrowserContext) -> None:
    _open(visitor, f"http://localhost-shop.test:{far_end.port}/")
    far_end.heard("page_viewed")


def test_a_strict_policy_that_names_the_host_is_enough(far_end: FarEnd, visitor: BrowserContext) -> None:
    policy = f"default-src 'none'; script-src {far_end.stats}; connect-src {far_end.stats}"
    far_end.page("/strict", far_end.tag(), Content_Security_Policy=policy)
    page = visitor.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(far_end.shop("/strict"))
    far_end.heard("page_viewed")
    assert [text for text in complaints if "favicon" not in text] == []


def test_the_server_may_be_elsewhere_than_the_script(far_end: FarEnd, visitor: BrowserContext) -> None:
    far_end.page("/own-copy", far_end.tag(f'data-host="{far_end.stats}/"', host=far_end.shop("")))
    _open(visitor, far_end.shop("/own-copy"))
    far_end.heard("page_viewed")
    assert far_end.batches[0].headers["host"].startswith("stats.test")


def test_calls_made_before_the_script_came_are_replayed(far_end: FarEnd, visitor: BrowserContext) -> None:
    early = """<script>
    window.desirepath = window.desirepath || [];
    desirepath.push(() => desirepath.consent(true));
    desirepath.push(() => desirepath.track("early", {n: 1}));
    </script>"""
    far_end.page("/early", early + far_end.tag())
    page = _open(visitor, far_end.shop("/early"))
    far_end.heard("early", "page_viewed")
    assert far_end.batches[0].names == ["page_viewed", "early"]
    assert far_end.batches[0].body["visitor"], "consent given early is in time for the first page view"
    page.evaluate("desirepath.push(() => desirepath.track('late'))")
    page.goto("about:blank")
    far_end.heard("early", "late", "page_viewed")


@pytest.mark.parametrize(
    "broken",
    [
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})",
        "Object.defineProperty(window, 'localStorage', {value: null})",
    ],
    ids=["refused", "null"],
)
def test_without_storage_events_still_arrive(far_end: FarEnd, visitor: BrowserContext, broken: str) -> None:
    visitor.add_init_script(broken)
    page = _open(visitor, far_end.shop("/"))
    page.evaluate("desirepath.identify('7'); desirepath.track('x')")
    page.goto("about:blank")
    far_end.heard("page_viewed", "user_identified", "x")
    # The two requests of one page may overtake each other.
    users = [batch.body["user"]["id"] for batch in far_end.batches if batch.body.get("user")]
    assert users and set(users) == {"7"}


def test_in_a_sandbox_events_still_arrive(far_end: FarEnd, visitor: BrowserContext) -> None:
    far_end.page("/frame", '<iframe sandbox="allow-scripts" src="/inner"></iframe>')
    page = _open(visitor, far_end.shop("/frame"))
    inner = page.frames[1]
    assert inner.evaluate("try { localStorage } catch (error) { error.name }") == "SecurityError"
    far_end.heard("page_viewed")


def test_full_storage_costs_nothing(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end.shop("/"))
    far_end.heard("page_viewed")
    page.evaluate("""() => {
      for (let size = 1 << 22; size >= 1; size >>= 1)
        try { for (let i = 0; ; i++) localStorage[`full${size}-${i}`] = "x".repeat(size) } catch {}
    }""")
    page.evaluate("desirepath.track('one'); desirepath.track('two', {text: 'y'.repeat(9000)})")
    page.goto("about:blank")
    far_end.heard("one", "page_viewed", "two")


@pytest.mark.parametrize(
    "broken",
    [
        "delete window.fetch; window.fetch = undefined",
        "Object.defineProperty(window, 'crypto', {value: undefined})",
    ],
    ids=["fetch", "crypto"],
)
def test_what_is_missing_throws_nothing(far_end: FarEnd, visitor: BrowserContext, broken: str) -> None:
    visitor.add_init_script(broken)
    page = _open(visitor, far_end.shop("/"))
    page.evaluate(
        "desirepath.track('x'); desirepath.identify('7', {a: 1}); desirepath.reset(); desirepath.consent(1)"
    )
    page.evaluate("history.pushState({}, '', '/x')")
    page.goto(far_end.shop("/next"))
    page.wait_for_timeout(100)  # the fixture fails on any error a page saw


def test_a_blocked_request_throws_nothing_and_loses_nothing(far_end: FarEnd, visitor: BrowserContext) -> None:
    policy = f"script-src {far_end.stats}; connect-src 'none'"
    far_end.page("/blocked", far_end.tag(), Content_Security_Policy=policy)
    page = _open(visitor, far_end.shop("/blocked"))
    page.evaluate("desirepath.track('x')")
    page.goto(far_end.shop("/open"))
    far_end.heard("page_viewed", "page_viewed", "x")


def test_properties_that_are_no_json_cost_only_their_event(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end.shop("/"))
    page.evaluate("""() => {
      desirepath.track("before");
      const loop = {}; loop.self = loop;
      desirepath.track("circular", loop);
      desirepath.track("bigint", {n: 1n});
      desirepath.track("after");
    }""")
    page.goto("about:blank")
    far_end.heard("after", "before", "page_viewed")
