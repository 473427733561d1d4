"""data-auto: errors, messages, engaged time and scroll depth."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.far_end import FarEnd
from tests.browser.test_auto_clicks import captured, opened

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(finder: Any) -> Any:
    """A browser profile whose pages may throw: some do here."""
    context = finder.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
    yield context
    context.close()


def _engaged(far_end: FarEnd) -> list[tuple[str, dict[str, Any]]]:
    """(path, properties) of each report of time."""
    found = [event for event in far_end.accepted if event["eventName"] == "page_engaged"]
    assert all(event["interactive"] is False for event in found)
    return [
        (event["context"]["url"].removeprefix(far_end.shop("")), event["properties"])
        for event in sorted(found, key=lambda event: event["timestamp"])
    ]


def test_uncaught_errors(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(far_end, visitor, "<img src='/missing.png'>", 'data-auto="errors"')
    page.evaluate("""() => {
      setTimeout(() => { null.x });
      setTimeout(() => { throw new RangeError("too far " + "x".repeat(900)) });
      setTimeout(() => { null.x });
      Promise.reject(new TypeError("no stock"));
      Promise.reject("plain");
      Promise.reject(Object.create(null));
      try { throw new Error("caught") } catch {}
    }""")
    page.wait_for_timeout(100)
    found = captured(far_end, page)
    assert {name for name, _ in found} == {"error_occurred"}
    assert all((said["status"], said["source"]) == ("failed", "script") for _, said in found)
    messages = [said["error_message"] for _, said in found]
    assert len(messages) == 4 and max(map(len, messages)) == 500
    assert "TypeError: no stock" in messages and "plain" in messages
    assert any(
        message.startswith("Uncaught TypeError: Cannot read properties of null") for message in messages
    )
    (event, *_) = [event for event in far_end.accepted if event["eventName"] == "error_occurred"]
    assert event["interactive"] is False


def test_a_page_in_trouble_sends_few_errors(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(far_end, visitor, "", 'data-auto="errors"')
    page.evaluate("for (let i = 0; i < 50; i++) setTimeout(() => { throw new Error('number ' + i) })")
    page.wait_for_timeout(200)
    assert len(captured(far_end, page)) == 10


def test_messages_shown(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(
        far_end,
        visitor,
        """<style>.gone { display: none }</style>
        <p role=alert>  Your session
          has ended. </p><p role=alert></p><p role=alert class=gone id=hidden>Wrong password.</p>
        <p role=alert data-no-track>secret</p><div id=room></div>""",
        'data-auto="messages"',
    )
    pause = lambda: page.wait_for_timeout(200)  # noqa: E731 - longer than a look takes
    page.evaluate("document.querySelector('#hidden').className = ''")
    pause()
    page.evaluate("document.querySelector('#hidden').className = 'gone'")
    pause()
    page.evaluate("document.querySelector('#hidden').className = ''")
    pause()
    page.evaluate("document.querySelector('#room').innerHTML = '<b role=alert>Saved</b>'")
    pause()
    page.evaluate("document.querySelector('b').firstChild.data = 'Saved again ' + 'x'.repeat(900)")
    pause()
    page.evaluate("document.querySelector('b').id = 'same'; document.title = 'other'")
    pause()
    found = captured(far_end, page)
    messages = [said["message"] for name, said in found if name == "message_shown"]
    assert len(found) == len(messages)
    assert messages[:4] == ["Your session has ended.", "Wrong password.", "Wrong password.", "Saved"]
    assert len(messages) == 5 and messages[4].startswith("Saved again xx") and len(messages[4]) == 200
    assert {e["interactive"] for e in far_end.accepted if e["eventName"] == "message_shown"} == {False}


def test_messages_come_with_errors(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(far_end, visitor, "<p role=alert>Wrong password.</p>", 'data-auto="errors"')
    assert captured(far_end, page) == [("message_shown", {"message": "Wrong password."})]


def _timed(far_end: FarEnd, visitor: BrowserContext, html: str = "", tag: str = 'data-auto="scroll"') -> Page:
    """A page with its clock in our hands."""
    visitor.clock.install(time=0)
    visitor.clock.pause_at(1_000)  # a busy machine's own seconds must not count
    return opened(far_end, visitor, html, tag)


def _show(page: Page, state: str) -> None:
    page.evaluate(
        """(state) => {
          Object.defineProperty(document, "hidden", {value: state == "hidden", configurable: true});
          document.dispatchEvent(new Event("visibilitychange", {bubbles: true}));
        }""",
        state,
    )


def test_time_counts_while_the_page_is_looked_at(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _timed(far_end, visitor)
    page.clock.run_for(12_000)
    _show(page, "hidden")
    page.clock.run_for(60_000)
    _show(page, "visible")
    page.clock.run_for(5_000)
    page.evaluate("document.hasFocus = () => false")
    page.clock.run_for(30_000)
    page.goto("about:blank")
    far_end.until(lambda: len(_engaged(far_end)) == 2)
    assert [path for path, _ in _engaged(far_end)] == ["/page", "/page"]
    assert [said["seconds"] for _, said in _engaged(far_end)] == [12, 5], "each second is told once"


def test_a_glance_says_nothing(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _timed(far_end, visitor)
    page.clock.run_for(500)
    assert captured(far_end, page) == [] and _engaged(far_end) == []


def test_how_far_down(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _timed(far_end, visitor, "<style>body { margin: 0 }</style><div style='height: 7200px'></div>")
    page.clock.run_for(1_000)
    page.mouse.wheel(0, 2_880)
    page.wait_for_function("scrollY > 2800")
    page.clock.run_for(1_000)
    page.mouse.wheel(0, -2_000)
    page.wait_for_function("scrollY < 1000")
    page.goto("about:blank")
    far_end.until(lambda: _engaged(far_end))
    ((_, said),) = _engaged(far_end)
    assert said == {"seconds": 2, "scroll": 50}


def test_a_page_without_need_to_scroll_is_seen_whole(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _timed(far_end, visitor, "<p>Short</p>")
    page.clock.run_for(3_000)
    page.goto("about:blank")
    far_end.until(lambda: _engaged(far_end))
    assert _engaged(far_end) == [("/page", {"seconds": 3, "scroll": 100})]


def test_time_alone(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _timed(far_end, visitor, tag='data-auto="time"')
    page.clock.run_for(3_000)
    page.goto("about:blank")
    far_end.until(lambda: _engaged(far_end))
    assert _engaged(far_end) == [("/page", {"seconds": 3})]


@pytest.mark.parametrize("navigation", [True, False])
def test_in_a_single_page_each_address_has_its_own_time(
    far_end: FarEnd, visitor: BrowserContext, navigation: bool
) -> None:
    """Without the Navigation API (older browsers) some is lost, but none is told of the wrong page."""
    if not navigation:
        visitor.add_init_script("Object.defineProperty(window, 'navigation', {value: undefined})")
    page = _timed(far_end, visitor)
    page.clock.run_for(4_000)
    page.evaluate("history.pushState({}, '', '/two')")
    page.clock.run_for(7_000)
    page.evaluate("history.replaceState({}, '', '/two?tab=1'); history.pushState({}, '', '#below')")
    page.clock.run_for(2_000)
    page.go_back()
    page.go_back()
    page.wait_for_function("location.pathname == '/page'")
    page.clock.run_for(1_500)
    page.goto("about:blank")
    expected = [("/page", 4), ("/two", 9), ("/page", 1)]
    if navigation:
        far_end.until(lambda: len(_engaged(far_end)) == 3)
    else:
        far_end.until(lambda: _engaged(far_end))
        expected = expected[2:]
    told = [(path.partition("?")[0].partition("#")[0], said["seconds"]) for path, said in _engaged(far_end)]
    assert told == expected


def test_back_from_the_cache_time_begins_anew(far_end: FarEnd, visitor: BrowserContext) -> None:
    began = time.monotonic()
    page = opened(far_end, visitor, "", 'data-auto="time"')
    page.wait_for_timeout(3_200)
    page.goto(far_end.shop("/plain"))
    far_end.until(lambda: len(_engaged(far_end)) == 1)
    first = time.monotonic() - began
    began = time.monotonic()
    page.go_back(wait_until="commit")
    page.wait_for_timeout(1_500)
    page.goto("about:blank")
    far_end.until(lambda: len(_engaged(far_end)) == 2)
    again = time.monotonic() - began
    assert [path for path, _ in _engaged(far_end)] == ["/page", "/page"]
    told = [said["seconds"] for _, said in _engaged(far_end)]
    assert 3 <= told[0] <= first + 1 and 1 <= told[1] <= again + 1, "no more than passed since it was back"
