"""The browser script: when it sends, and that nothing is lost or doubled when sending fails."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.far_end import FarEnd

pytestmark = pytest.mark.browser

TICK = 30_000
"""Milliseconds between two looks at what waits."""
COUNT_ANSWERS = """
window.answered = 0;
const real = window.fetch;
window.fetch = (...all) => {
  const answer = real(...all);
  answer.then(() => { window.answered++ }, () => { window.answered++ });
  return answer;
};
"""
"""What the page does with an answer is done in the same turn: whoever sees it counted sees that done."""


def _open(visitor: BrowserContext, far_end: FarEnd, path: str = "/") -> Page:
    page = visitor.new_page()
    page.goto(far_end.shop(path))
    return page


def _arrived(visitor: BrowserContext, far_end: FarEnd) -> Page:
    """A page with its clock in our hands, whose first page view has been answered."""
    visitor.clock.install()
    visitor.add_init_script(COUNT_ANSWERS)
    page = _open(visitor, far_end)
    _settled(far_end, page)
    far_end.batches.clear()
    page.evaluate("window.answered = 0")
    return page


def _answered(far_end: FarEnd, page: Page) -> None:
    """Wait until the page has heard what became of the batch it sent."""
    far_end.until(lambda: page.evaluate("window.answered") == 1, page.wait_for_timeout)


def _stored(page: Page) -> list[str]:
    """The batches that wait in this browser."""
    stored = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('dppk_')).sort()")
    return [text for _, text in stored]


def _settled(far_end: FarEnd, page: Page) -> None:
    """Wait until everything is confirmed and nothing waits."""
    far_end.until(lambda: _stored(page) == [], page.wait_for_timeout)


def _track(page: Page, *names: str) -> None:
    page.evaluate("(names) => names.forEach((name) => desirepath.track(name))", list(names))


def _sees(far_end: FarEnd, page: Page, name: str) -> None:
    """Wait until a tab sees what another one stored: Chromium tells its other processes a moment later."""
    far_end.until(lambda: any(f'"{name}"' in text for text in _stored(page)), page.wait_for_timeout)


def _ids(far_end: FarEnd) -> Counter[str]:
    return Counter(event["id"] for batch in far_end.batches for event in batch.events)


def test_ten_events_make_a_batch(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    names = [f"event_{number}" for number in range(10)]
    _track(page, *names[:9])
    page.wait_for_timeout(200)
    assert far_end.batches == []
    assert len(_stored(page)) == 1, "what is not sent is stored at once"
    _track(page, names[9])
    _settled(far_end, page)
    assert [batch.names for batch in far_end.batches] == [names]


def test_fewer_go_after_half_a_minute(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    _track(page, "one", "two")
    page.clock.run_for(TICK)
    _settled(far_end, page)
    assert [batch.names for batch in far_end.batches] == [["one", "two"]]
    page.clock.run_for(10 * TICK)
    page.wait_for_timeout(100)
    assert len(far_end.batches) == 1, "nothing waits, nothing is sent"


def test_leaving_sends_by_beacon_and_the_next_page_confirms(far_end: FarEnd, visitor: BrowserContext) -> None:
    visitor.add_init_script("""
      const beacon = navigator.sendBeacon;
      navigator.sendBeacon = (...all) => {
        localStorage.beacons = 1 + +(localStorage.beacons ?? 0);
        return beacon.apply(navigator, all);
      };
    """)
    page = _open(visitor, far_end)
    _settled(far_end, page)
    _track(page, "leaving")
    page.goto(far_end.shop("/next"))
    far_end.heard("leaving", "page_viewed", "page_viewed")
    _settled(far_end, page)
    assert page.evaluate("+localStorage.beacons") == 1, "hiding and unloading send once"
    assert (
        _ids(far_end)[next(event["id"] for event in far_end.accepted if event["eventName"] == "leaving")] == 2
    )


def test_a_hidden_tab_has_sent_what_it_had(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    _track(page, "one")
    page.evaluate("""() => {
      Object.defineProperty(document, "hidden", {value: true, configurable: true});
      Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true});
      document.dispatchEvent(new Event("visibilitychange", {bubbles: true}));
    }""")
    far_end.heard("one")
    assert len(_stored(page)) == 1, "a beacon gives no answer, so the event stays"
    page.clock.run_for(TICK)
    _settled(far_end, page)
    assert [batch.names for batch in far_end.batches] == [["one"], ["one"]]
    assert len(_ids(far_end)) == 1


def test_where_the_beacon_is_refused_a_fetch_goes(far_end: FarEnd, visitor: BrowserContext) -> None:
    visitor.add_init_script("navigator.sendBeacon = () => false")
    page = _open(visitor, far_end)
    _settled(far_end, page)
    _track(page, "leaving")
    page.goto("about:blank")
    far_end.heard("leaving", "page_viewed")


def test_offline_then_closed_then_back_loses_nothing(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end)
    _settled(far_end, page)
    visitor.set_offline(True)
    _track(page, "one", "two", "three")
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    visitor.set_offline(False)
    page = _open(visitor, far_end, "/back")
    far_end.heard("one", "page_viewed", "page_viewed", "three", "two")
    _settled(far_end, page)


def test_a_tab_that_is_gone_without_a_word_keeps_what_was_tracked(
    far_end: FarEnd, visitor: BrowserContext
) -> None:
    """No unload event comes; what counts is what was written at once."""
    page = _open(visitor, far_end)
    _settled(far_end, page)
    _track(page, "one")
    page.close()
    _open(visitor, far_end, "/back")
    far_end.heard("one", "page_viewed", "page_viewed")


def test_back_online_sends_at_once(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    visitor.set_offline(True)
    _track(page, *(f"event_{number}" for number in range(12)))
    page.wait_for_timeout(100)
    visitor.set_offline(False)
    _settled(far_end, page)
    assert len(far_end.accepted) == 12


@pytest.mark.parametrize("status", [503, 500])
def test_a_struggling_server_gets_the_same_ids_again(
    far_end: FarEnd, visitor: BrowserContext, status: int
) -> None:
    page = _arrived(visitor, far_end)
    far_end.status = status
    _track(page, "one", "two")
    page.clock.run_for(TICK)
    _answered(far_end, page)
    assert len(_stored(page)) == 1 and len(far_end.batches) == 1
    far_end.status = 200
    page.clock.run_for(2 * TICK)
    page.wait_for_timeout(100)
    assert len(far_end.batches) == 1, "a minute's rest after a failure"
    page.clock.run_for(TICK)
    _settled(far_end, page)
    assert [batch.status for batch in far_end.batches] == [status, 200]
    assert far_end.batches[0].events == far_end.batches[1].events


def test_a_timeout_on_the_way_gets_the_same_ids_again(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    far_end.status = 408  # Chromium itself asks once more after this one
    _track(page, "one")
    page.clock.run_for(TICK)
    _answered(far_end, page)
    assert len(_stored(page)) == 1
    far_end.status = 200
    page.clock.run_for(3 * TICK)
    _settled(far_end, page)
    assert len(_ids(far_end)) == 1


def test_too_many_requests_waits_as_long_as_told(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    far_end.status, far_end.headers = 429, {"Retry-After": "300"}
    _track(page, *(f"event_{number}" for number in range(10)))
    _answered(far_end, page)
    far_end.status, far_end.headers = 200, {}
    _track(page, *(f"more_{number}" for number in range(15)))
    page.clock.run_for(300_000)
    page.wait_for_timeout(100)
    assert len(far_end.batches) == 1, "neither the clock nor more events hurry it"
    page.clock.run_for(3 * TICK)
    _settled(far_end, page)
    assert len(far_end.accepted) == 25
    assert far_end.batches[0].events == next(b for b in far_end.batches[1:] if "event_0" in b.names).events


@pytest.mark.parametrize("retry_after", ["", "45", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_whatever_is_told_to_wait_it_ends(far_end: FarEnd, visitor: BrowserContext, retry_after: str) -> None:
    page = _arrived(visitor, far_end)
    far_end.status, far_end.headers = 429, {"Retry-After": retry_after} if retry_after else {}
    _track(page, "one")
    page.clock.run_for(TICK)
    _answered(far_end, page)
    far_end.status = 200
    page.clock.run_for(4 * TICK)
    _settled(far_end, page)
    assert len(far_end.accepted) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_what_can_never_succeed_is_let_go(far_end: FarEnd, visitor: BrowserContext, status: int) -> None:
    page = _arrived(visitor, far_end)
    far_end.status = status
    _track(page, "bad")
    page.clock.run_for(TICK)
    _settled(far_end, page)
    far_end.status = 200
    _track(page, "good")
    page.clock.run_for(TICK)
    _settled(far_end, page)
    assert [(batch.status, batch.names) for batch in far_end.batches] == [(status, ["bad"]), (200, ["good"])]


def test_a_server_that_hangs_does_not_hold_up_the_rest(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    far_end.answering.clear()
    _track(page, *(f"event_{number}" for number in range(10)))
    far_end.until(lambda: len(far_end.batches) == 1, page.wait_for_timeout)
    _track(page, *(f"more_{number}" for number in range(12)))
    page.clock.run_for(3 * TICK)
    far_end.until(lambda: len(far_end.batches) == 2, page.wait_for_timeout)
    far_end.answering.set()
    _settled(far_end, page)
    assert len(far_end.accepted) == 22


def test_what_is_tracked_while_sending_waits_its_turn(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    far_end.answering.clear()
    _track(page, *(f"event_{number}" for number in range(10)))
    far_end.until(lambda: len(far_end.batches) == 1, page.wait_for_timeout)
    _track(page, "meanwhile")
    far_end.answering.set()
    far_end.until(lambda: len(_stored(page)) == 1, page.wait_for_timeout)
    page.wait_for_timeout(100)
    assert len(far_end.batches) == 1
    page.clock.run_for(TICK)
    _settled(far_end, page)
    assert set(_ids(far_end).values()) == {1}


def test_two_tabs_at_once(far_end: FarEnd, visitor: BrowserContext) -> None:
    tabs = [_open(visitor, far_end, f"/tab-{number}") for number in range(2)]
    script = """(tab) => {
      for (let i = 0; i < 60; i++) setTimeout(() => desirepath.track(`tab_${tab}_${i}`), i * 5);
    }"""
    for number, tab in enumerate(tabs):
        tab.evaluate(script, number)
    for tab in tabs:
        tab.wait_for_function("performance.now() > 1500")
    tabs[0].close()
    last = _open(visitor, far_end, "/last")
    expected = [f"tab_{tab}_{number}" for tab in range(2) for number in range(60)]
    tabs[1].goto("about:blank")
    last.reload()
    far_end.until(lambda: set(expected) <= set(far_end.names), last.wait_for_timeout)
    _settled(far_end, last)
    counts = Counter(far_end.names)
    assert all(counts[name] == 1 for name in expected), "each id once"


def test_a_tab_that_goes_on_keeps_what_it_adds_while_another_sends(
    far_end: FarEnd, visitor: BrowserContext
) -> None:
    """The other tab sends this one's batch; an event that joins it meanwhile must not go with the answer."""
    page = _arrived(visitor, far_end)
    _track(page, "early")
    far_end.answering.clear()
    other = _open(visitor, far_end, "/other")
    far_end.until(lambda: len(far_end.batches) == 1, other.wait_for_timeout)
    far_end.answering.set()
    far_end.answering.clear()
    far_end.until(lambda: any("early" in batch.names for batch in far_end.batches), other.wait_for_timeout)
    _track(page, "late")
    _sees(far_end, other, "late")
    far_end.answering.set()
    far_end.until(lambda: "early" in far_end.names, other.wait_for_timeout)
    page.clock.run_for(TICK)
    far_end.until(lambda: "late" in far_end.names, page.wait_for_timeout)
    _settled(far_end, other)


def test_what_another_tab_added_meanwhile_stays_stored(far_end: FarEnd, visitor: BrowserContext) -> None:
    """Even if that tab then dies without a word, as one whose beacons go nowhere."""
    visitor.add_init_script("if (location.pathname === '/dying') navigator.sendBeacon = () => true")
    dying = _open(visitor, far_end, "/dying")
    _settled(far_end, dying)
    _track(dying, "early")
    other = _open(visitor, far_end, "/other")
    far_end.until(lambda: "early" in far_end.names, other.wait_for_timeout)
    _settled(far_end, other)
    far_end.answering.clear()
    _track(dying, "again")
    _sees(far_end, other, "again")
    other.evaluate("dispatchEvent(new Event('online'))")
    far_end.until(lambda: "again" in far_end.names, other.wait_for_timeout)
    _track(dying, "late")
    _sees(far_end, other, "late")
    dying.close()
    far_end.answering.set()
    far_end.until(lambda: "late" in far_end.names, other.wait_for_timeout)


def test_a_long_backlog_is_bounded_and_drops_the_oldest(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    visitor.set_offline(True)
    for round_ in range(60):
        _track(page, *(f"round_{round_}" for _ in range(25)))
        page.clock.run_for(TICK)
    kept = _stored(page)
    assert 49 <= len(kept) <= 56, "trimmed at every attempt, each minute and a half"
    assert sum(text.count('"eventName"') for text in kept) <= 1100
    assert sum(len(text) for text in kept) < 500_000
    assert "round_59" in "".join(kept)
    assert "round_0" not in "".join(kept)
    visitor.set_offline(False)
    _settled(far_end, page)
    assert 600 <= len(far_end.accepted) <= 1020, "half-full batches are kept as they are"
    assert max(len(batch.events) for batch in far_end.batches) <= 50


def test_an_event_too_large_for_a_beacon_still_arrives(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end)
    _settled(far_end, page)
    page.evaluate("desirepath.track('large', {text: 'ä'.repeat(40000)})")
    page.goto(far_end.shop("/next"))
    far_end.heard("large", "page_viewed", "page_viewed")
    _settled(far_end, page)


def test_a_site_does_not_send_what_another_left(far_end: FarEnd, visitor: BrowserContext) -> None:
    """Two tags for two servers on one origin: each looks after its own."""
    page = _open(visitor, far_end)
    _settled(far_end, page)
    page.evaluate('localStorage[\'dppk_other0123\'] = \'{"site":"pk_other","events":[{"id":"1"}\'')
    page.goto(far_end.shop("/next"))
    far_end.heard("page_viewed", "page_viewed")
    page.wait_for_timeout(200)
    assert page.evaluate("localStorage['dppk_other0123'] !== undefined")
    assert all(batch.body["site"] == "pk_test" for batch in far_end.batches)


def test_what_belongs_to_the_page_is_left_alone(far_end: FarEnd, visitor: BrowserContext) -> None:
    far_end.page(
        "/shop", "<script>localStorage.undefined = 'x'; localStorage.cart = '[1]'</script>" + far_end.tag()
    )
    page = _open(visitor, far_end, "/shop")
    far_end.heard("page_viewed")
    page.wait_for_timeout(100)
    assert page.evaluate("[localStorage.undefined, localStorage.cart]") == ["x", "[1]"]
    assert len(far_end.batches) == 1


def test_requests_stay_small(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _arrived(visitor, far_end)
    visitor.set_offline(True)
    _track(page, *(f"event_{number}" for number in range(300)))
    visitor.set_offline(False)
    _settled(far_end, page)
    sizes: list[Any] = [int(batch.headers["content-length"]) for batch in far_end.batches]
    assert max(sizes) <= 60_000
    assert len(far_end.accepted) == 300
