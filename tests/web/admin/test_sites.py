"""Sites: the list, a new one, its settings, its end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person, seen
from tracker.accounts import keeping, sites
from tracker.accounts.roles import Role
from tracker.domain.keeping import Keeping

MANY = "\n".join(f"a{number}.example" for number in range(51))


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


def settings_form(**changes: str) -> dict[str, str]:
    """What the settings page sends when nothing was changed, but for `changes`."""
    form = {
        "name": "Shop", "time_zone": "UTC", "domains": "", "visitor_rate": "100",
    }  # fmt: skip
    return {key: value for key, value in (form | changes).items() if value != "off"}


def track(client: FlaskClient, keys: Keys, *names: str, **headers: str) -> int:
    body = {"site": keys.site_key, "events": [{"eventName": name} for name in names]}
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/v1/track", data=json.dumps(body), headers=told).status_code


def test_an_empty_list_teaches_and_leads_on(hers: Browser) -> None:
    assert hers.get("/").headers["Location"] == "/sites"
    page = hers.get("/sites").text
    assert "Your first site" in page and 'href="/sites/new"' in page


def test_a_new_site_shows_its_keys_once_and_they_work(hers: Browser, app: Flask, client: FlaskClient) -> None:
    form = {
        "name": " Harbour  shop ",
        "domains": "https://www.Shop.example/cart\nblog.example",
        "time_zone": "Asia/Tokyo",
    }
    made = hers.post("/sites/new", page="/sites/new", **form)
    assert made.status_code == 302
    page = hers.get(made.headers["Location"]).text
    secret, signing = (re.search(rf"{kind}_[\w-]{{32,}}", page) for kind in ("sk", "ts"))
    public = re.search(r"pk_[\w-]{32,}", page)
    assert secret and signing and public and "Harbour shop is ready" in page
    assert secret[0] not in (hers.cookie() or "") and secret[0] not in hers.get(made.headers["Location"]).text

    directory = app.extensions["desirepath"].sites
    site = directory.by_secret_key(secret[0])
    assert site == directory.by_public_key(public[0])
    assert (site.name, site.time_zone) == ("Harbour shop", "Asia/Tokyo")
    assert site.rules.domains == ("shop.example", "blog.example")
    assert site.token_secrets == (signing[0],)


def test_a_new_site_keeps_everything_unless_told_how_long(hers: Browser, app: Flask) -> None:
    page = hers.get("/sites/new").text
    assert re.search(r'name="details"[^>]* value="90"', page) and "90 are recommended" in page
    assert re.search(r'name="errors"[^>]* value="30"', page) and "30 are recommended" in page
    hers.post("/sites/new", page="/sites/new", name="All", time_zone="UTC", details="7", errors="7")
    form = {"time_zone": "UTC", "details": "60", "errors": " Ever ", "begun": "1"}
    hers.post("/sites/new", page="/sites/new", name="Some", **form)
    with app.app_context():
        kept = {row.name: keeping.of_site(row.id).keeping for row in sites.everything()}
    assert kept == {"All": Keeping(), "Some": Keeping(60, None, begun=True)}
    wrong = hers.post("/sites/new", page="/sites/new", name="None", **(form | {"details": "0"}))
    assert wrong.status_code == 400 and 'id="error-details"' in wrong.text
    assert re.search(r'name="begun" value="1" checked', wrong.text), "what was chosen stays chosen"
    assert "None" not in hers.get("/sites").text


def test_the_keys_of_a_new_site_never_ride_in_the_cookie(hers: Browser, app: Flask) -> None:
    hers.post("/sites/new", page="/sites/new", name="Shop", time_zone="UTC")
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    held = json.dumps(serializer.loads(hers.cookie()))
    assert "once:" in held and "sk_" not in held and "ts_" not in held


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": " ", "time_zone": "UTC"}, "1 to 100 characters"),
        ({"name": "x" * 101, "time_zone": "UTC"}, "1 to 100 characters"),
        ({"name": "A", "time_zone": "Mars/Olympus"}, "Choose a time zone"),
        ({"name": "A", "time_zone": "UTC", "domains": "not a domain"}, "is no domain"),
        ({"name": "A", "time_zone": "UTC", "domains": "a..b"}, "is no domain"),
        ({"name": "A", "time_zone": "UTC", "domains": MANY}, "50 domains"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_beside_its_field_and_nothing_typed_is_lost(
    hers: Browser, form: dict[str, str], words: str
) -> None:
    answer = hers.post("/sites/new", page="/sites/new", **form)
    assert answer.status_code == 400 and words in answer.text
    assert 'aria-invalid="true"' in answer.text and 'role="alert"' in answer.text
    assert form["time_zone"] in answer.text
    assert "Your first site" in hers.get("/sites").text


def test_cards_tell_whether_events_come(
    hers: Browser, client: FlaskClient, new_site: Callable[..., Keys]
) -> None:
    busy, quiet = new_site("Busy", ("busy.example",)), new_site("Quiet")
    assert track(client, busy, "hello", Origin="https://busy.example") == 200
    page = hers.get("/sites").text
    cards = dict(zip(("Busy", "Quiet"), page.split('<section class="card"')[1:], strict=True))
    assert (
        "receiving" in cards["Busy"] and "busy.example" in cards["Busy"] and "Latest event" in cards["Busy"]
    )
    assert f'href="/sites/{busy.id}/overview"' in cards["Busy"]
    assert "no events yet" in cards["Quiet"] and f'href="/sites/{quiet.id}/install"' in cards["Quiet"]


def test_members_see_their_own_sites_only(
    new_site: Callable[..., Keys], new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    own = new_site("Own")
    new_site("Foreign")
    page = sign_in(new_person("bob@example.org", site=own)).get("/sites").text
    assert "Own" in page and "Foreign" not in page and "/sites/new" not in page
    nobody = sign_in(new_person("eve@example.org")).get("/sites").text
    assert "You have access to no site" in nobody


def test_settings_are_changed_and_take_effect_at_once(
    app: Flask, hers: Browser, site: Keys, client: FlaskClient
) -> None:
    path = f"/sites/{site.id}/settings"
    form = settings_form(
        name="Bazaar", time_zone="Europe/Berlin", domains="shop.example, b.example", visitor_rate="3"
    )
    assert hers.post(path, page=path, **form).headers["Location"] == path
    page = hers.get(path).text
    assert "Saved." in page and 'value="Bazaar"' in page and "shop.example\nb.example" in page
    rules = app.extensions["desirepath"].sites.by_id(site.id).rules
    assert rules.domains == ("shop.example", "b.example") and rules.visitor_rate == 3
    assert rules.identity == "consent" and rules.honour_dnt, "those are another page's"

    assert track(client, site, "a", Origin="https://evil.example") == 403
    assert track(client, site, "a", "b", "c", Origin="https://shop.example") == 200
    assert track(client, site, "d", Origin="https://shop.example") == 429


def test_the_page_shows_what_is_set(hers: Browser, site: Keys) -> None:
    path = f"/sites/{site.id}/settings"
    page = hers.get(path).text

    def ticked(text: str) -> set[str]:
        return set(re.findall(r'name="(\w+)" value="1" checked', text))

    assert ticked(page) == set()
    hers.post(path, **settings_form(strict_types="1"))
    assert ticked(hers.get(path).text) == {"strict_types"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"time_zone": "Nowhere"}, "time_zone"),
        ({"domains": "a b"}, "domains"),
        ({"visitor_rate": "0"}, "visitor_rate"),
        ({"visitor_rate": "many"}, "visitor_rate"),
        ({"visitor_rate": "-5"}, "visitor_rate"),
    ],
)
def test_wrong_settings_change_nothing(
    app: Flask, hers: Browser, site: Keys, change: dict[str, str], field: str
) -> None:
    before = app.extensions["desirepath"].sites.by_id(site.id)
    path = f"/sites/{site.id}/settings"
    answer = hers.post(path, page=path, **settings_form(**({"name": "Changed"} | change)))
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert app.extensions["desirepath"].sites.by_id(site.id) == before


def test_a_refused_form_shows_again_what_was_chosen(hers: Browser, site: Keys) -> None:
    path = f"/sites/{site.id}/settings"
    chosen = settings_form(visitor_rate="0", name="Bazaar", strict_types="1")
    page = hers.post(path, page=path, **chosen).text
    assert set(re.findall(r'name="(\w+)" value="1" checked', page)) == {"strict_types"}
    assert 'value="Bazaar"' in page


def test_changes_are_noted_with_who_made_them(hers: Browser, owner: Person, site: Keys) -> None:
    path = f"/sites/{site.id}/settings"
    hers.post(path, page=path, **settings_form(name="Bazaar"))
    page = seen(hers.get(path))
    assert "settings changed" in page and owner.email in page and "command line" in page


def test_a_site_is_deleted_by_its_owner_who_types_its_name(
    app: Flask, hers: Browser, site: Keys, client: FlaskClient
) -> None:
    path = f"/sites/{site.id}"
    assert "Delete this site" in hers.get(f"{path}/settings").text
    hers.post(f"{path}/delete", name="shop")
    assert "Not deleted" in hers.get(f"{path}/settings").text
    assert track(client, site, "still there") == 200

    assert hers.post(f"{path}/delete", name="Shop").headers["Location"] == "/sites"
    assert hers.get(f"{path}/feed").status_code == 404
    assert track(client, site, "gone") == 401


def test_an_admin_sees_no_danger_zone(
    site: Keys, new_person: Callable[..., Person], sign_in: Callable[..., Browser]
) -> None:
    browser = sign_in(new_person("bob@example.org", site=site, role=Role.ADMIN))
    assert "Delete this site" not in browser.get(f"/sites/{site.id}/settings").text


def test_the_number_of_a_deleted_site_is_never_given_again(
    hers: Browser, site: Keys, new_site: Callable[..., Keys]
) -> None:
    """Its events are still in the ledger under that number."""
    hers.post(f"/sites/{site.id}/delete", page=f"/sites/{site.id}/settings", name="Shop")
    assert new_site("Next").id > site.id
