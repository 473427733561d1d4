"""The browser script: visitors' ids and consent, users, and which events go out under whose name."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.far_end import FarEnd

pytestmark = pytest.mark.browser


def _open(visitor: BrowserContext, far_end: FarEnd, tag: str = "") -> Page:
    far_end.page("/page", far_end.tag(tag))
    page = visitor.new_page()
    page.goto(far_end.shop("/page"))
    far_end.until(lambda: far_end.batches)
    return page


def _who(far_end: FarEnd) -> dict[str, tuple[Any, Any]]:
    """{event name: (visitor, user id)} of all that was heard."""
    return {
        name: (batch.body["visitor"], batch.body.get("user", {}).get("id"))
        for batch in far_end.batches
        for name in batch.names
    }


def test_visitors_get_an_id_once_they_agree(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end)
    page.evaluate("desirepath.track('before'); desirepath.consent(true); desirepath.track('after')")
    page.goto(far_end.shop("/next"))
    page.evaluate("desirepath.consent(false); desirepath.track('refused')")
    assert page.evaluate("localStorage.dpv") is None, "the id is gone"
    page.goto("about:blank")
    far_end.heard("after", "before", "page_viewed", "page_viewed", "refused")
    who = _who(far_end)
    assert who["before"] == (None, None)
    assert who["after"][0] is not None
    assert who["page_viewed"] == who["after"], "the next page knows the visitor"
    assert who["refused"] == (None, None)


def test_the_id_is_the_same_on_every_page_and_after_a_break(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end)
    page.evaluate("desirepath.consent(true); desirepath.track('one')")
    page.close()
    page = _open(visitor, far_end)
    page.evaluate("desirepath.track('two')")
    page.goto("about:blank")
    far_end.heard("one", "page_viewed", "page_viewed", "two")
    assert _who(far_end)["one"] == _who(far_end)["two"] != (None, None)


def test_persistent_sites_give_an_id_at_once_unless_refused(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end, 'data-identity="persistent"')
    page.evaluate("desirepath.consent(false); desirepath.track('refused')")
    page.reload()
    page.goto("about:blank")
    far_end.heard("page_viewed", "page_viewed", "refused")
    views = [batch.body["visitor"] for batch in far_end.batches if "page_viewed" in batch.names]
    assert views[0] is not None
    assert views[-1] is None, "a refusal is remembered"
    assert _who(far_end)["refused"] == (None, None)


def test_cookieless_sites_never_keep_an_id(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end, 'data-identity="cookieless"')
    page.evaluate("desirepath.consent(true); desirepath.track('agreed')")
    assert page.evaluate("localStorage.dpv") is None
    page.goto("about:blank")
    far_end.heard("agreed", "page_viewed")
    assert _who(far_end)["agreed"] == (None, None)


def test_an_id_from_before_is_not_used_once_cookieless(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end)
    page.evaluate("desirepath.consent(true); desirepath.track('known')")
    page.goto("about:blank")
    far_end.heard("known", "page_viewed")
    far_end.batches.clear()
    _open(visitor, far_end, 'data-identity="cookieless"')
    far_end.heard("page_viewed", "known") if "known" in far_end.names else far_end.heard("page_viewed")
    assert _who(far_end)["page_viewed"] == (None, None)


def test_identifying_tells_the_traits_once_and_the_id_from_then_on(
    far_end: FarEnd, visitor: BrowserContext
) -> None:
    page = _open(visitor, far_end)
    page.evaluate("desirepath.identify(42, {name: 'Ada', email: 'ada@example.org', plan: 'pro'})")
    page.goto(far_end.shop("/next"))
    far_end.heard("page_viewed", "page_viewed", "user_identified")
    identified = next(batch for batch in far_end.batches if "user_identified" in batch.names)
    assert identified.body["user"] == {
        "id": "42",
        "traits": {"name": "Ada", "email": "ada@example.org", "plan": "pro"},
    }
    assert identified.events[0]["interactive"] is False
    assert identified.events[0]["properties"] == {}
    later = next(batch for batch in far_end.batches if "/next" in batch.events[0]["context"]["url"])
    assert later.body["user"] == {"id": "42"}


@pytest.mark.parametrize("nobody", ["undefined", "null", "''"])
def test_nobody_is_not_identified(far_end: FarEnd, visitor: BrowserContext, nobody: str) -> None:
    page = _open(visitor, far_end)
    page.evaluate(f"desirepath.identify({nobody}, {{name: 'x'}}); desirepath.track('after')")
    page.goto("about:blank")
    far_end.heard("after", "page_viewed")
    assert _who(far_end)["after"] == (None, None)


def test_each_user_keeps_the_events_of_their_time(far_end: FarEnd, visitor: BrowserContext) -> None:
    """Signing in, changing accounts and signing out, all while nothing can be sent."""
    page = _open(visitor, far_end)
    far_end.heard("page_viewed")
    visitor.set_offline(True)
    page.evaluate("""() => {
      desirepath.track("nobody");
      desirepath.identify("ada"); desirepath.track("adas");
      desirepath.identify("bob"); desirepath.track("bobs");
      desirepath.reset(); desirepath.track("nobody_again");
    }""")
    page.close()
    visitor.set_offline(False)
    _open(visitor, far_end)
    names = ["adas", "bobs", "nobody", "nobody_again", "page_viewed", "page_viewed"]
    far_end.heard(*names, "user_identified", "user_identified")
    who = {name: user for name, (_, user) in _who(far_end).items()}
    assert (who["nobody"], who["adas"], who["bobs"], who["nobody_again"]) == (None, "ada", "bob", None)


def test_resetting_gives_the_next_person_another_id(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end, 'data-identity="persistent"')
    page.evaluate("desirepath.identify('7'); desirepath.track('first')")
    page.evaluate("desirepath.reset(); desirepath.track('second')")
    page.goto("about:blank")
    far_end.heard("first", "page_viewed", "second", "user_identified")
    first, second = _who(far_end)["first"], _who(far_end)["second"]
    assert first[1] == "7"
    assert second[1] is None
    assert first[0] != second[0] is not None


def test_events_may_say_that_no_person_caused_them(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = _open(visitor, far_end)
    page.evaluate("desirepath.track('ping', {}, false); desirepath.track('click')")
    page.goto("about:blank")
    far_end.heard("click", "page_viewed", "ping")
    by_name = {event["eventName"]: event for event in far_end.accepted}
    assert by_name["ping"]["interactive"] is False
    assert "interactive" not in by_name["click"]


RECORDS = '<script defer src="{}/js/consent.js"></script>'


@pytest.mark.parametrize("before", [True, False])
def test_consent_is_recorded_under_the_id_it_is_about(
    far_end: FarEnd, visitor: BrowserContext, before: bool
) -> None:
    """Wherever the second script stands, and though the banner calls before either has come."""
    tags = [RECORDS.format(far_end.stats), far_end.tag()]
    early = "<script>(self.desirepath = self.desirepath || [])</script>"
    far_end.page("/page", early + "".join(tags if before else reversed(tags)))
    page = visitor.new_page()
    page.goto(far_end.shop("/page"))
    far_end.until(lambda: far_end.batches)
    page.evaluate("desirepath.consent(true, {version: 'v1'}); desirepath.track('known')")
    page.evaluate("desirepath.consent(false, {version: 'v1'}); desirepath.track('unknown')")
    assert page.evaluate("localStorage.dpv") is None
    page.goto("about:blank")
    far_end.heard("consent_changed", "consent_changed", "known", "page_viewed", "unknown")
    who = _who(far_end)
    records = [
        (batch.body["visitor"], event["properties"], event["interactive"])
        for batch in far_end.batches
        for event in batch.events
        if event["eventName"] == "consent_changed"
    ]
    own = who["known"][0]
    assert own is not None and who["unknown"] == (None, None), "from then on nothing is connected to the id"
    given, withdrawn = {"version": "v1", "given": True}, {"version": "v1", "given": False}
    assert sorted(records, key=str) == sorted([(own, given, False), (own, withdrawn, False)], key=str)
