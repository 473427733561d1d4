"""data-auto: clicks, forms, outbound links, downloads, and attributes in place of code."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.far_end import FarEnd

pytestmark = pytest.mark.browser

ALL = 'data-auto="clicks forms errors outbound downloads scroll"'
STAY = """<script>
addEventListener("click", (event) => event.target.closest("a") && event.preventDefault());
</script>"""


def opened(far_end: FarEnd, visitor: BrowserContext, html: str, tag: str = ALL) -> Page:
    """A page with the second file at work."""
    far_end.page("/page", far_end.tag(tag) + html)
    page = visitor.new_page()
    page.goto(far_end.shop("/page"))
    far_end.until(lambda: "/js/auto.js" in far_end.scripts)
    # The tag's module runs right after it has come; a round trip later it has.
    page.evaluate(f"import('{far_end.stats}/js/auto.js')")
    return page


def captured(far_end: FarEnd, page: Page) -> list[tuple[str, dict[str, Any]]]:
    """(name, properties) of everything but page views and time, in order; the page is left for it."""
    page.evaluate("desirepath.track('the_end')")
    page.goto("about:blank")
    far_end.until(lambda: "the_end" in far_end.names)
    events = sorted(far_end.accepted, key=lambda event: event["timestamp"])
    left_out = ("page_viewed", "page_engaged", "the_end")
    return [(e["eventName"], e.get("properties", {})) for e in events if e["eventName"] not in left_out]


def test_it_is_fetched_only_where_asked(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto(far_end.shop("/"))
    far_end.heard("page_viewed")
    page.wait_for_timeout(200)
    assert far_end.scripts == ["/js/tracker.js"]
    page = opened(far_end, visitor, "<button>Buy</button>", "data-auto")
    page.click("button")
    assert captured(far_end, page) == [], "without a word, only attributes count"


def test_it_is_not_fetched_for_those_who_asked_not_to_be_tracked(
    far_end: FarEnd, visitor: BrowserContext
) -> None:
    visitor.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    far_end.page("/page", far_end.tag(ALL) + "<button data-track='x'>Buy</button>")
    page = visitor.new_page()
    page.goto(far_end.shop("/page"))
    page.click("button")
    page.wait_for_timeout(200)
    assert far_end.scripts == ["/js/tracker.js"] and far_end.batches == []


def test_a_policy_that_names_the_host_is_enough(far_end: FarEnd, visitor: BrowserContext) -> None:
    policy = f"default-src 'none'; script-src {far_end.stats}; connect-src {far_end.stats}"
    far_end.page("/page", far_end.tag(ALL) + "<button>Buy</button>", Content_Security_Policy=policy)
    page = visitor.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(far_end.shop("/page"))
    far_end.until(lambda: "/js/auto.js" in far_end.scripts)
    page.wait_for_timeout(200)
    page.click("button")
    assert captured(far_end, page) == [("button_clicked", {"button": "Buy"})]
    assert [text for text in complaints if "favicon" not in text] == []


def test_where_the_second_file_is_blocked_nothing_throws(far_end: FarEnd, visitor: BrowserContext) -> None:
    visitor.route("**/auto.js", lambda route: route.abort())
    visitor.add_init_script("addEventListener('unhandledrejection', () => { window.unhandled = true })")
    far_end.page("/page", far_end.tag(ALL) + "<button>Buy</button>")
    page = visitor.new_page()
    page.goto(far_end.shop("/page"))
    page.click("button")
    page.wait_for_timeout(200)
    assert page.evaluate("window.unhandled") is None
    assert captured(far_end, page) == []


@pytest.mark.parametrize(
    ("html", "label"),
    [
        ("<button>  Add   to\n cart </button>", "Add to cart"),
        ("<button><b>Add</b> <i>now</i></button>", "Add now"),
        ("<button aria-label='Close dialog'>×</button>", "Close dialog"),
        ("<button title='Search' id=s></button>", "Search"),
        ("<button id=save></button>", "save"),
        ("<button>" + "long " * 50 + "</button>", ("long " * 50)[:80]),
        ("<div role=button>Open</div>", "Open"),
        ("<details><summary>More</summary></details>", "More"),
        ("<input type=submit name=go value='4111 1111 1111 1111'>", "go"),
        ("<input type=button value='secret'>", "button"),
        ("<a href='/x' role=button>Order</a>", "Order"),
    ],
)
def test_buttons(far_end: FarEnd, visitor: BrowserContext, html: str, label: str) -> None:
    page = opened(far_end, visitor, STAY + html)
    page.click("button,[role=button],summary,input")
    assert captured(far_end, page) == [("button_clicked", {"button": label})]


def test_what_is_typed_is_never_read(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(
        far_end,
        visitor,
        STAY
        + """<form onsubmit="return false"><input name=user><input type=password name=pw><textarea></textarea>
        <select><option>secret choice</option></select><input type=checkbox value=secret>
        <button>Sign in</button></form>
        <div contenteditable>secret draft <button>secret button</button></div>
        <div role=button id=card>Card <textarea>secret text</textarea></div>
        <div role=button id=name>Name <span contenteditable>secret name</span></div>
        <div role=button id=pick>Pick <select><option>secret option</option></select></div>
        <div role=alert id=alert>You wrote <textarea>secret words</textarea></div>
        <div data-no-track><button>secret account</button><a href="http://elsewhere.test/secret">x</a></div>""",
    )
    page.fill("[name=user]", "secret user")
    page.fill("[name=pw]", "secret password")
    page.fill("form textarea", "secret note")
    page.check("[type=checkbox]")
    page.select_option("form select", "secret choice")
    page.click("form button")
    page.click("[contenteditable] button")
    for name in ("card", "name", "pick"):
        page.click(f"#{name}", position={"x": 3, "y": 3})
    page.click("[data-no-track] button")
    page.evaluate("document.querySelector('[data-no-track] a').click()")
    page.keyboard.type("secret keys")
    found = captured(far_end, page)
    assert "secret" not in str([batch.body for batch in far_end.batches])
    assert [properties.get("button") for name, properties in found if name == "button_clicked"] == [
        "Sign in",
        "card",
        "name",
        "pick",
    ]


@pytest.mark.parametrize(
    ("attributes", "form"),
    [
        ("id=signup name=x", "signup"),
        ("name=newsletter", "newsletter"),
        ("action='/orders/new?token=secret'", "/orders/new"),
        ("", "/page"),
    ],
)
def test_forms(far_end: FarEnd, visitor: BrowserContext, attributes: str, form: str) -> None:
    fields = "<input name=id value=7><input name=name><input name=action required><button>Go</button>"
    html = f"<form {attributes}>{fields}</form>"
    page = opened(far_end, visitor, html, 'data-auto="forms"')
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    page.evaluate("document.forms[0].requestSubmit()")
    page.fill("[name=action]", "x")
    page.press("[name=action]", "Enter")
    assert captured(far_end, page) == [("form_submitted", {"form": form})], "one that is invalid is not sent"


def test_a_page_that_handles_events_itself_does_not_hide_them(
    far_end: FarEnd, visitor: BrowserContext
) -> None:
    page = opened(
        far_end,
        visitor,
        """<script>for (const name of ["click", "submit"]) document.addEventListener(name, (event) => {
          event.preventDefault(); event.stopImmediatePropagation(); }, true)</script>
        <form id=f><button type=button>Go</button></form>""",
    )
    page.click("button")
    page.evaluate("document.forms[0].requestSubmit()")
    assert captured(far_end, page) == [
        ("button_clicked", {"button": "Go"}),
        ("form_submitted", {"form": "f"}),
    ]


def test_links_out_and_files(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(
        far_end,
        visitor,
        STAY
        + """<a id=away href="https://elsewhere.test/a/b?token=secret#x"><span>Away</span></a>
        <a id=home href="/next">Next</a> <a id=mail href="mailto:a@example.org">Mail</a>
        <a id=file href="/files/Report.PDF?v=2">Report</a> <a id=named href="/export" download>Export</a>
        <a id=far href="https://elsewhere.test/x.zip">Zip</a> <a id=not href="/pdf">About PDF</a>""",
    )
    for name in ("away span", "home", "mail", "file", "named", "far", "not"):
        page.click(f"#{name}")
    page.click("#away", button="middle")
    page.click("#away", button="right")
    here = far_end.shop("")
    assert captured(far_end, page) == [
        ("outbound_clicked", {"url": "https://elsewhere.test/a/b"}),
        ("file_downloaded", {"url": f"{here}/files/Report.PDF"}),
        ("file_downloaded", {"url": f"{here}/export"}),
        ("file_downloaded", {"url": "https://elsewhere.test/x.zip"}),
        ("outbound_clicked", {"url": "https://elsewhere.test/a/b"}),
    ]


def test_a_click_that_leaves_the_page_arrives(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(far_end, visitor, "<a href='http://elsewhere.test/'>Away</a>", 'data-auto="outbound"')
    page.evaluate(f"document.querySelector('a').href = 'http://elsewhere.test:{far_end.port}/there'")
    page.click("a")
    far_end.until(lambda: "outbound_clicked" in far_end.names)
    (event,) = [event for event in far_end.accepted if event["eventName"] == "outbound_clicked"]
    assert event["context"]["url"] == far_end.shop("/page") and "interactive" not in event


def test_each_word_brings_its_own(far_end: FarEnd, visitor: BrowserContext) -> None:
    html = STAY + "<button>Buy</button><a href='https://elsewhere.test/x.zip'>Zip</a>"
    page = opened(far_end, visitor, html, 'data-auto="outbound,forms"')
    page.click("button")
    page.click("a")
    assert captured(far_end, page) == [("outbound_clicked", {"url": "https://elsewhere.test/x.zip"})]


def test_attributes_need_no_code(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(
        far_end,
        visitor,
        STAY
        + """<button data-track="signup_clicked" data-track-plan="pro" data-track-plan-size="2" data-x="y">
          <b>Sign up</b></button>
        <a data-track="docs_opened" href="https://docs.test/">Docs</a>
        <form data-track="searched" data-track-where="header" onsubmit="return false">
          <input name=q><button>Go</button></form>""",
        'data-auto="clicks forms outbound"',
    )
    page.click("b")
    page.click("a")
    page.fill("input", "secret")
    page.press("input", "Enter")
    assert captured(far_end, page) == [
        ("signup_clicked", {"plan": "pro", "plan_size": "2"}),
        ("docs_opened", {}),
        ("button_clicked", {"button": "Go"}),
        ("searched", {"where": "header"}),
    ]


def test_what_comes_to_the_page_later_counts_too(far_end: FarEnd, visitor: BrowserContext) -> None:
    page = opened(far_end, visitor, "<main></main>")
    page.evaluate("document.querySelector('main').innerHTML = '<button>New</button>'")
    page.click("button")
    assert captured(far_end, page) == [("button_clicked", {"button": "New"})]
