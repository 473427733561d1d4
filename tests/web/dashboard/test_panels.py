"""Panels in every state they can be in, and sent again only when something changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import running
from tests.live_server import Keys
from tests.pages import Browser, Person
from tests.web.events import until_counted, write
from tracker import clock
from tracker.app import create_app
from tracker.config import Settings
from tracker.definitions import stored
from tracker.domain.event import Flag
from tracker.services import Services
from tracker.web.dashboard import pages
from tracker.web.dashboard.overview import PAGE as OVERVIEW
from tracker.web.dashboard.panels import FEW
from tracker.web.dashboard.question_page import QuestionPage
from tracker.web.dashboard.users import PAGE as USERS

pytestmark = pytest.mark.usefixtures("midday")

PAGES = (OVERVIEW, USERS)
COMPARING = [page for module in pages.MODULES for page in vars(module).values()
             if isinstance(page, QuestionPage) and page.compares]  # fmt: skip
VIEW = {"name": "page_viewed", "context": '{"path":"/a"}', "client": '{"country":"DE","device":"mobile"}'}


@pytest.fixture
def counted(app: Flask, site: Keys) -> Callable[..., None]:
    """Write events and wait until they are counted: `counted({"visitor": "v1"}, …)`."""
    services: Services = app.extensions["desirepath"]

    def put(*events: dict[str, Any]) -> None:
        write(app, site.id, clock.now_ms() - 60_000, *(VIEW | event for event in events))
        until_counted(services)

    return put


@pytest.fixture
def alice(app: Flask, owner: Person, counted: Callable[..., None]) -> Browser:
    """The owner, once the store is open."""
    counted()
    return Browser(app).sign_in(owner)


def test_a_panel_shows_what_the_api_says(alice: Browser, site: Keys, counted: Callable[..., None]) -> None:
    counted({"visitor": "v1"}, {"visitor": "v2"}, {"visitor": "v2"})
    panel = alice.get(f"/sites/{site.id}/overview/panels/figures").text
    assert 'data-figure="visitors">2<' in panel and 'data-figure="pageViews">3<' in panel
    told = alice.get(f"/api/v1/sites/{site.id}/overview?compare=1").get_json()
    assert (told["visitors"], told["pageViews"]) == (2, 3)
    assert f'href="/api/v1/sites/{site.id}/overview?compare=1"' in panel
    assert "distinct persons" in panel and "Bots are left out." in panel


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_panel_loads_and_says_what_its_number_is(
    alice: Browser, site: Keys, counted: Callable[..., None], page: Any
) -> None:
    counted({"visitor": "v1", "user_id": "42"})
    frame = alice.get(f"/sites/{site.id}/{page.name}").text
    for panel in page.panels:
        assert f'hx-get="/sites/{site.id}/{page.name}/panels/{panel.name}' in frame
        for tab in panel.tabs or (None,):
            address = f"/sites/{site.id}/{page.name}/panels/{panel.name}"
            answer = alice.get(f"{address}?{panel.name}={tab.name}" if tab else address)
            assert answer.status_code == 200
            assert "What is this number?" in answer.text and "aria-busy" not in answer.text
            assert "This cannot be shown" not in answer.text


def test_nothing_is_sent_again_until_something_happens(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    address = f"/sites/{site.id}/overview/panels/pages"
    first = alice.get(address)
    assert first.headers["Cache-Control"] == "private, no-cache" and "Cookie" in first.headers["Vary"]
    again = alice.get(address, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.text) == (304, "")
    assert alice.get(address + "?timeframe=7d", If_None_Match=first.headers["ETag"]).status_code == 200
    counted({"visitor": "v1"})
    changed = alice.get(address, If_None_Match=first.headers["ETag"])
    assert changed.status_code == 200 and "/a" in changed.text


def test_somebody_without_access_gets_no_panel_from_a_kept_tag(
    app: Flask, alice: Browser, site: Keys, new_person: Callable[..., Person]
) -> None:
    address = f"/sites/{site.id}/overview/panels/pages"
    tag = alice.get(address).headers["ETag"]
    stranger = Browser(app).sign_in(new_person("bob@example.org"))
    assert stranger.get(address, If_None_Match=tag).status_code == 404


def test_an_empty_panel_teaches(alice: Browser, site: Keys) -> None:
    empty = alice.get(f"/sites/{site.id}/overview/panels/figures").text
    assert "data-site=&#34;pk_" in empty and "data-copy=" in empty
    filtered = alice.get(f"/sites/{site.id}/overview/panels/figures?filter=country:DE").text
    assert "Nothing matches" in filtered and "Remove the filters" in filtered


def test_more_rows_come_when_asked_for(alice: Browser, site: Keys, counted: Callable[..., None]) -> None:
    counted(*({"visitor": "v1", "context": f'{{"path":"/page/{n}"}}'} for n in range(15)))
    address = f"/sites/{site.id}/overview/panels/pages"
    few, all_of_them = alice.get(address).text, alice.get(address + "?more=pages").text
    assert (few.count("/page/"), few.count("5 more")) == (few.count("/page/"), 1)
    assert all_of_them.count('<th scope="row">') == 15 and "5 more" not in all_of_them


def test_the_course_of_a_row_does_not_fall_on_a_day_that_runs(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    counted({"visitor": "v1"}, {"visitor": "v2"})
    address = f"/sites/{site.id}/overview/panels/pages?timeframe="
    today = alice.get(address + "7d").text
    assert 'aria-label="From 0 to 0, 2 at most; 2 so far in the last step"' in today
    over, runs = (one.split() for one in re.findall(r'<polyline[^>]* points="([^"]+)"', today))
    assert len(over) == 6 and runs[0] == over[-1], "the last day is a piece of its own"
    assert today.count('<polyline class="spark-running"') == 1


def test_everything_is_in_the_page_where_there_are_no_scripts(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    counted({"visitor": "v1"})
    page = alice.get(f"/sites/{site.id}/overview?full=1").text
    assert 'data-figure="visitors">1<' in page and "Mobile" in page and "Germany" in page
    assert "hx-trigger" not in page.split("<main", 1)[1].split("data-panel", 1)[1]


def test_a_site_without_any_event_waits_for_the_first(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    page = alice.get(f"/sites/{site.id}/users").text
    assert "Waiting for the first event" in page and site.site_key in page and "data-panel" not in page
    status = f"/sites/{site.id}/install/status?within=1"
    assert f'hx-get="{status}"' in page
    assert "HX-Refresh" not in alice.get(status).headers
    nameless = {"site": site.site_key, "events": [{"eventName": ""}]}
    alice.client.post("/api/v1/track", json=nameless)
    assert "Refused" in alice.get(status).text, "the page tells what is wrong with what came"
    counted({"visitor": "v1"})
    assert alice.get(status).headers["HX-Refresh"] == "true", "the page is loaded with its panels"
    assert "Waiting" not in alice.get(f"/sites/{site.id}/users").text


def test_a_stored_segment_is_chosen_in_the_bar(
    app: Flask, alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    counted({"visitor": "v1"}, {"visitor": "v2", "user_id": "alice"})
    with app.app_context():
        wanted = {"name": "Known people", "criteria": {"dimension": "user", "operator": "known"}}
        made = stored.create(site.id, "segments", wanted, 1, None)
    page = alice.get(f"/sites/{site.id}/overview?segment={made.id}").text
    assert f'<option value="{made.id}" selected>Known people</option>' in page
    panel = alice.get(f"/sites/{site.id}/overview/panels/figures?segment={made.id}").text
    assert 'data-figure="visitors">1<' in panel and "Only people of the segment Known people." in panel
    assert f"/users?segment={made.id}" in page
    gone = alice.get(f"/sites/{site.id}/overview?segment={made.id + 1}")
    assert gone.status_code == 404 and "Start again" in gone.text


def test_goals_of_the_site_are_shown_with_what_they_bring(
    app: Flask, alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    address = f"/sites/{site.id}/overview/panels/goals"
    counted({"visitor": "v1"}, {"visitor": "v2", "name": "purchase"})
    assert "No goals yet" in alice.get(address).text
    with app.app_context():
        stored.create(site.id, "goals", {"name": "Bought", "event": "purchase"}, 1, None)
    told = alice.get(f"/api/v1/sites/{site.id}/goals").get_json()["goals"][0]
    panel = alice.get(address).text
    assert told["conversions"] == 1 and "Bought" in panel
    assert f"{told['conversionRate']:g}%" in panel


def test_a_wrong_address_is_told_and_leads_on(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    counted({"visitor": "v1"})
    answer = alice.get(f"/sites/{site.id}/overview?timeframe=soon")
    assert answer.status_code == 400 and "timeframe is one of" in answer.text
    assert "Start again" in answer.text
    assert alice.get(f"/sites/{site.id}/overview/panels/none").status_code == 404


def test_the_form_leads_to_a_short_address(alice: Browser, site: Keys) -> None:
    answer = alice.get(
        f"/sites/{site.id}/overview?form=1&timeframe=7d&comparing=1&compare=1&dimension=country&operator=is&value=DE"
    )
    assert answer.headers["Location"] == f"/sites/{site.id}/overview?timeframe=7d&filter=country:is:DE"
    assert alice.get(f"/sites/{site.id}/overview?form=1&dimension=x&value=y").status_code == 400


def test_figures_that_are_being_prepared_are_asked_for_again(settings: Settings) -> None:
    """Until the column store is open, panels say so and look again by themselves."""
    with running(settings) as app, app.app_context():
        from tracker.accounts import sites, users

        users.create("alice@example.org", "seven wild geese", 1, name="Alice", owner=True)
        sites.create("Shop", 1)
    idle = create_app(settings)  # not started: nobody opens the store
    browser = Browser(idle).sign_in(Person(1, "alice@example.org", "seven wild geese"))
    answer = browser.get("/sites/1/overview/panels/figures")
    assert answer.status_code == 200 and "Figures are being prepared" in answer.text
    assert 'hx-trigger="load delay:2s, again"' in answer.text
    assert "ETag" not in answer.headers and answer.headers["Cache-Control"] == "no-store"


def test_want_of_memory_is_told_and_not_asked_for_again_and_again(
    app: Flask, alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    counted({"visitor": "v1"})
    services: Services = app.extensions["desirepath"]

    def short_of_memory(*asked: Any) -> None:
        raise sa.exc.DBAPIError("", {}, duckdb.OutOfMemoryException("Out of Memory Error"))

    engine = services.sync._store._opened.engine
    sa.event.listen(engine, "before_cursor_execute", short_of_memory)
    panel = alice.get(f"/sites/{site.id}/overview/panels/figures").text
    assert "This cannot be shown" in panel and "more memory than" in panel and 'hx-trigger="again"' in panel
    glance = alice.get(f"/sites/{site.id}/glance").text
    assert "more memory than" in glance and "hx-trigger" not in glance


def test_values_that_occur_are_suggested(alice: Browser, site: Keys, counted: Callable[..., None]) -> None:
    counted({"visitor": "v1", "user_id": "alice-42"}, {"visitor": "v2", "properties": '{"plan":"pro"}'})

    def values(dimension: str, typed: str) -> Any:
        address = f"/sites/{site.id}/values?dimension={dimension}&q={typed}"
        return [one["value"] for one in alice.get(address).get_json()["values"]]

    assert values("country", "ger") == ["DE"]
    assert values("page", "a") == ["/a"] and values("page", "zzz") == []
    assert values("property.plan", "") == ["pro"]
    assert values("property", "LA") == ["plan"] and values("property", "zzz") == []
    builder = alice.get(f"/sites/{site.id}/definitions/segments/new").text
    assert (
        '<option value="property.plan:is:pro">' in builder or '<option value="property.plan:pro">' in builder
    )
    assert values("user", "ALICE") == ["alice-42"]
    crowd = [
        {"user_id": f"u{n}", "profile": f'{{"traits":{{"team":"blue","pet":"cat {n}"}}}}'} for n in range(5)
    ]
    counted(*crowd)
    assert values("trait", "") == ["pet", "team"] and values("trait", "TEA") == ["team"]
    assert values("trait.team", "") == ["blue"]
    assert values("trait.pet", "") == [], "what one person only has is nobody else's to see"
    assert alice.get(f"/sites/{site.id}/values?dimension=colour").status_code == 400


def test_the_palette_finds_people_and_events(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    counted({"visitor": "v1", "user_id": "alice-42"}, {"visitor": "v2", "name": "checkout_started"})
    found = alice.get(f"/sites/{site.id}/find?q=CHECK").get_json()["found"]
    assert [(one["kind"], one["label"]) for one in found] == [("Event", "checkout_started")]
    assert found[0]["url"] == f"/sites/{site.id}/overview?filter=event:is:checkout_started"
    found = alice.get(f"/sites/{site.id}/find?q=alice").get_json()["found"]
    assert [(one["kind"], one["label"]) for one in found] == [("Person", "alice-42")]
    assert alice.get(f"/sites/{site.id}/find?q=").get_json()["found"] == []


def test_browsers_keep_nothing_of_people_but_scripts_may_ask_what_is_new(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    counted({"user_id": "alice-42"})
    address = f"/sites/{site.id}/person/panels/timeline?person=alice-42"
    first = alice.get(address)
    assert "alice-42" in first.text and first.headers["Cache-Control"] == "no-store"
    tag = first.headers["ETag"]
    assert alice.get(address, If_None_Match=tag).status_code == 304
    counted({"user_id": "alice-42"})
    again = alice.get(address, If_None_Match=tag)
    assert again.status_code == 200 and again.text.count("timeline-name") == 2


def test_the_timeline_tells_what_an_event_says_as_it_was_sent(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    said = {"invited": True, "seats": 3, "plan": "Team"}
    counted({"user_id": "alice-42", "properties": json.dumps(said)})
    told = alice.get(f"/sites/{site.id}/person/panels/timeline?person=alice-42").text
    for key, value in (("invited", "true"), ("seats", "3"), ("plan", "Team")):
        assert f"<dt>{key}</dt><dd>{value}</dd>" in told


def test_a_site_at_a_glance(alice: Browser, site: Keys, counted: Callable[..., None]) -> None:
    counted({"visitor": "v1"}, {"visitor": "v2"})
    assert f'hx-get="/sites/{site.id}/glance"' in alice.get("/sites").text
    glance = alice.get(f"/sites/{site.id}/glance").text
    assert glance.count('<span class="figure">2</span>') == 2, "people and events of today"
    assert (
        "<strong>0</strong>" in glance and "people in the 14 days before" in glance and "<polyline" in glance
    )


def test_figures_that_lag_say_so(
    app: Flask, alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    counted({"visitor": "v1"})
    address = f"/sites/{site.id}/overview/panels/figures"
    assert "not in here yet" not in alice.get(address).text
    for _ in range(5):  # counting may be quicker than we ask
        write(app, site.id, clock.now_ms() - 9_000_000, *([VIEW] * (FEW + 1)))
        if "new events are not in here yet" in alice.get(address).text:
            return
    raise AssertionError("no word of events that are not counted")


@pytest.mark.parametrize(
    ("page", "panel"),
    [("users", "who"), ("users", "growth"), ("users", "stickiness"), ("retention", "curve"),
     ("retention", "cohorts")],
)  # fmt: skip
def test_panels_that_follow_people_say_when_nobody_can_be_followed(
    alice: Browser, site: Keys, counted: Callable[..., None], page: str, panel: str
) -> None:
    daily = {"flags": Flag.INTERACTIVE | Flag.DAILY_VISITOR}
    counted({"visitor": "d-1", **daily}, {"visitor": "d-2", **daily})
    path = f"/sites/{site.id}/{page}/panels/{panel}"
    assert "Unavailable: visitors have no lasting id" in alice.get(path).text
    counted({"visitor": "lasting", "flags": Flag.INTERACTIVE})
    text = alice.get(path).text
    assert "Unavailable" not in text and "2 people are left out" in text


def test_who_is_here_needs_no_lasting_id(alice: Browser, site: Keys, counted: Callable[..., None]) -> None:
    counted({"visitor": "d-1", "flags": Flag.INTERACTIVE | Flag.DAILY_VISITOR})
    text = alice.get(f"/sites/{site.id}/users/panels/active").text
    assert "Unavailable" not in text and "Nothing in this time" not in text


def test_pages_of_a_single_one_are_named_after_it(
    alice: Browser, site: Keys, counted: Callable[..., None]
) -> None:
    ada = '{"name":"Ada <Ash>","email":"ada@example.org"}'
    mug = '{"product_id":"P1","product_name":"Blue Mug"}'
    counted(
        {"visitor": "v1", "user_id": "42", "profile": ada},
        {"visitor": "v1", "user_id": "42", "name": "product_viewed", "properties": mug},
        {"visitor": "v2", "name": "product_viewed", "properties": '{"product_id":"P2"}'},
    )
    for address, title, heading in (
        ("person?person=42", "Ada &lt;Ash&gt; · Person", "Person Ada &lt;Ash&gt;"),
        ("person?person=v1", "Ada &lt;Ash&gt; · Person", "Person Ada &lt;Ash&gt;"),
        ("person?person=v2", "v2 · Person", "Person v2"),
        ("person", "Person", "Person"),
        ("product?product=P1", "Blue Mug · Product", "Product Blue Mug P1"),
        ("product?product=P2", "P2 · Product", "Product P2"),
        ("payment?reference=r-1", "r-1 · Payment", "Payment r-1"),
    ):
        page = alice.get(f"/sites/{site.id}/{address}").text
        assert f"<title>{title} · " in page
        found = re.search(r"<h1>(.*?)</h1>", page)
        assert found is not None and re.sub("<[^>]*>", "", found[1]) == heading


@pytest.mark.parametrize("page", COMPARING, ids=lambda page: str(page.name))
def test_comparing_shows_something_where_it_is_offered(
    app: Flask, alice: Browser, site: Keys, counted: Callable[..., None], page: QuestionPage
) -> None:
    done = [
        {"name": "page_viewed", "context": '{"path":"/"}'},
        {"name": "feature_used", "properties": '{"feature":"export"}'},
        {"name": "save_failed", "properties": '{"status":"failed","error_message":"boom"}'},
        {"name": "purchase", "properties": '{"product_id":"P1","amount":5,"currency":"EUR"}'},
    ]
    for ago, visitors in ((3, "ab"), (40, "a")):
        for visitor in visitors:
            at = clock.now_ms() - ago * 86_400_000
            write(app, site.id, at, *(VIEW | one | {"visitor": visitor, "user_id": visitor} for one in done))
    counted({"visitor": "v1"})
    address = f"/sites/{site.id}/{page.name}/panels/"

    def words(panel: str, compare: int) -> str:
        text = alice.get(f"{address}{panel}?compare={compare}").text
        return re.sub(r"<[^>]*>", "", text.split('class="panel-foot"')[0])

    assert any(words(panel.name, 0) != words(panel.name, 1) for panel in page.panels)
