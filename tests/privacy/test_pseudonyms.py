"""Of a pseudonymised person no file tells who they are, figures stay, and their e-mail still finds them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live_server import Keys, LiveServer, serving
from tests.privacy.somebody import Somebody, archived, ask, crowd, finished, found_in, ordered, until
from tracker.accounts.marks import Kind

pytestmark = pytest.mark.reliability
FIGURES = ("overview?timeframe=7d", "user-activity?timeframe=7d", "breakdown?timeframe=7d&dimension=page")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("pseudonyms") / "data", ratelimit_enabled="0") as live:
        yield live


@pytest.fixture(scope="module")
def keys(server: LiveServer) -> Keys:
    return server.create_site("Shop")


def telling(one: Somebody) -> list[bytes]:
    """What tells who somebody is: all but their ids."""
    ids = {one.id.encode(), one.visitor.encode()}
    return [needle.removeprefix(b"+") for needle in one.needles if needle not in ids]


def mentions(one: Somebody, server: LiveServer, keys: Keys) -> None:
    """Events that say who somebody is inside longer texts, as numbers, and in an address."""
    email = one.user["email"]
    properties = {
        "error_message": f"Mail to <{email.upper()}> failed.",
        "to": {"phones": [int(one.user["phone_number"])], "who": one.user["name"]},
        "amount": 1.25,
    }
    events = [{"eventName": "mail_failed", "properties": properties}]
    context = {"url": f"https://shop.example.org/of/{email}?x=1", "title": one.user["name"]}
    body = {"visitor": one.visitor, "user": {"id": one.id}, "context": context, "events": events}
    status, told = server.track(body, Authorization=f"Bearer {keys.secret_key}")
    assert status == 200, told


def pseudonymise(server: LiveServer, keys: Keys, who: str) -> Any:
    status, receipt = ask(server, keys, f"people/{who}/pseudonymise", "POST")
    assert status in (200, 202), receipt
    return finished(server, keys, receipt["id"])


def figures(server: LiveServer, keys: Keys) -> list[Any]:
    return [until(server, keys, path, 200) for path in FIGURES]


def seen(server: LiveServer, keys: Keys) -> None:
    """Wait until the figures know all that was sent."""
    until(server, keys, f"person?person={crowd(server, keys, 1)}", 200)


def test_no_file_tells_who_it_is_and_figures_stay(server: LiveServer, keys: Keys) -> None:
    anna, bert = Somebody(), Somebody()
    for one in (anna, bert):
        crowd(server, keys, 40)
        one.send(server, keys)
    mentions(anna, server, keys)
    seen(server, keys)
    before = figures(server, keys)
    ids = sorted(one["eventId"] for one in server.events(keys, person=anna.id))
    receipt = pseudonymise(server, keys, anna.id)
    assert receipt["kind"] == "pseudonymised" and receipt["events"] == 13 and receipt["erasedAt"] is None
    assert found_in(server.data, telling(anna)) == set()
    assert found_in(server.data, telling(bert)), "others stay"
    assert sorted(one["eventId"] for one in server.events(keys, person=anna.id)) == ids
    assert without_pages(figures(server, keys)) == without_pages(before)
    mailed = next(one for one in server.events(keys, person=anna.id) if one["eventName"] == "mail_failed")
    told = mailed["properties"]
    assert told["amount"] == 1.25 and told["error_message"].startswith("Mail to <p_")
    assert told["to"]["who"] == mailed["context"]["title"], "the same text has the same pseudonym"
    found = ask(server, keys, f"person?person={anna.id}")[1]
    assert found["email"].startswith("p_") and found["traits"]["nickname"].startswith("p_")


def without_pages(told: list[Any]) -> Any:
    """Figures without the name of the page that told who somebody is."""
    return json.loads(re.sub(r"/of/[^\"]+", "/of/", json.dumps(told)))


def test_the_clear_email_still_finds_them(server: LiveServer, keys: Keys) -> None:
    carla = Somebody()
    carla.send(server, keys)
    email = carla.user["email"]
    pseudonymise(server, keys, email)
    seen(server, keys)
    people = ask(server, keys, f"people?timeframe=7d&search={email}")[1]
    assert [one["userId"] for one in people["people"]] == [carla.id]
    status, everything = ask(server, keys, f"people/{email}/export")
    assert status == 200 and everything["users"][0] == carla.id and len(everything["events"]) == 24
    assert carla.id in server.cli("user", "check", email, "--site", str(keys.id))
    assert carla.id in server.cli("user", "list", "--search", email, "--site", str(keys.id))
    assert found_in(server.data, telling(carla)) == set()
    assert ask(server, keys, f"people/{email}", "DELETE")[0] == 200
    assert server.events(keys, person=carla.id) == []


def test_what_comes_later_does_not_tell_it_either(server: LiveServer, keys: Keys) -> None:
    dora = Somebody()
    dora.send(server, keys)
    pseudonymise(server, keys, dora.id)
    dora.send(server, keys)
    mentions(dora, server, keys)
    dora.user = dora.user | {"email": dora.user["email"].replace("Anna", "Anne"), "traits": {}}
    dora.send(server, keys)
    assert len(server.events(keys, person=dora.id)) == 37
    needles = [*telling(dora), dora.user["email"].lower().encode()]
    assert found_in(server.data, needles) == set()
    assert ask(server, keys, f"people/{dora.user['email']}/export")[0] == 200, "by the new e-mail as well"


def test_archived_events_do_not_tell_it(server: LiveServer, keys: Keys) -> None:
    gerd, hans = Somebody(), Somebody()
    for one in (gerd, hans):
        one.send(server, keys)
    archive = archived(server, keys, gerd, hans)
    assert pseudonymise(server, keys, gerd.id)["events"] == 24, "12 of the ledger, 12 archived"
    assert found_in(server.data, telling(gerd)) == set()
    (part,) = archive.check(keys.id)
    kept = [one for some in archive.events(keys.id, part, keys.id) for one in some]
    assert len(kept) == 48 and {one.user_id for one in kept} == {None, gerd.id, hans.id}
    profiles = {one.user_id: json.loads(one.profile or "{}") for one in kept}
    assert profiles[gerd.id]["email"].startswith("p_") and profiles[hans.id]["email"] == hans.user["email"]


def test_the_command_line_does_it_without_a_server(server: LiveServer, keys: Keys) -> None:
    emil = Somebody()
    emil.send(server, keys)
    server.stop()
    told = server.cli("user", "pseudonymise", str(keys.id), emil.user["email"], "--yes")
    assert "12 events pseudonymised" in told
    assert found_in(server.data, telling(emil)) == set()
    server.start()
    assert ask(server, keys, f"people/{emil.user['email']}/export")[0] == 200


def test_it_is_finished_after_a_kill(server: LiveServer, keys: Keys) -> None:
    fred = Somebody()
    fred.send(server, keys)
    number = ordered(server, keys, fred, Kind.PSEUDONYMISED)
    assert found_in(server.data, telling(fred))
    server.start()
    finished(server, keys, number)
    assert found_in(server.data, telling(fred)) == set()
