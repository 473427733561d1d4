"""An erased person is in no file of the data directory any more, and does not come back."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live_server import Keys, LiveServer, serving
from tracker import clock
from tracker.accounts import erasures
from tracker.archive import rows
from tracker.archive.archive import Archive
from tracker.cli.data import opened
from tracker.ledger import person

pytestmark = pytest.mark.reliability
SHOP = "Shop"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("erasure") / "data", ratelimit_enabled="0") as live:
        yield live


@pytest.fixture(scope="module")
def keys(server: LiveServer) -> Keys:
    return server.create_site(SHOP)


class Somebody:
    """One person with ids, e-mail, phone and name that nothing else has."""

    def __init__(self) -> None:
        mark = uuid.uuid4().hex
        self.id = f"user-{mark}"
        self.visitor = f"visitor-{mark[::-1]}"
        self.user = {
            "id": self.id,
            "email": f"Anna.{mark[:12]}@example.org",
            "name": f"Anna Zz{mark[4:14]}",
            "phone_number": f"+4916{int(mark[:8], 16)}",
            "traits": {"nickname": f"nick{mark[6:16]}"},
        }
        self.needles = [
            text.lower().encode()
            for text in (self.id, self.visitor, self.user["email"], self.user["name"][5:],
                         self.user["phone_number"], f"nick{mark[6:16]}")
        ]  # fmt: skip

    def send(self, server: LiveServer, keys: Keys, count: int = 12, at: int | None = None) -> dict[str, Any]:
        """Anonymous events first, then named ones, with the e-mail in properties, too."""
        at = at or clock.now_ms() - 60_000
        headers = {"Authorization": f"Bearer {keys.secret_key}"}
        first = [_event("page_viewed", at + n, path=f"/{self.visitor}") for n in range(count)]
        status, told = server.track({"visitor": self.visitor, "events": first}, **headers)
        said = {"product_id": "P1", "to": self.user["email"]}
        named = [_event("product_viewed", at + 100 + n, **said) for n in range(count)]
        body = {"visitor": self.visitor, "user": self.user, "events": named}
        status, told = server.track(body, **headers)
        assert status in (200, 400), told
        return told


def _event(name: str, at: int, **properties: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "eventName": name, "timestamp": at, "properties": properties}


def crowd(server: LiveServer, keys: Keys, people: int) -> str:
    """Other people, among whose rows in every file the person's stand. Gives the id of the last."""
    names = [f"other-{uuid.uuid4()}" for _ in range(people)]
    for name in names:
        events = [_event("click", clock.now_ms() - 1000 * n, button=f"b{n}" * 9) for n in range(8)]
        body = {"user": {"id": name, "name": "Somebody Else"}, "events": events}
        assert server.track(body, Authorization=f"Bearer {keys.secret_key}")[0] == 200
    return names[-1]


def found_in(data: Path, needles: list[bytes]) -> set[str]:
    """Names of all files that hold one of the texts in any case (this process has none of them open)."""
    files = [path for path in data.rglob("*") if path.is_file()]
    return {path.name for path in files if any(needle in path.read_bytes().lower() for needle in needles)}


def ask(server: LiveServer, keys: Keys, path: str, method: str = "GET") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {keys.secret_key}"}
    answer = server.request(method, f"/api/v1/sites/{keys.id}/{path}", headers=headers)
    return answer[0], json.loads(answer[2])


def until(server: LiveServer, keys: Keys, path: str, status: int) -> Any:
    """Ask until it answers so."""
    deadline = time.monotonic() + 20
    while (told := ask(server, keys, path))[0] != status:
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    return told[1]


def test_nothing_of_an_erased_person_is_left(server: LiveServer, keys: Keys) -> None:
    anna, bert = Somebody(), Somebody()
    for one in (anna, bert):
        crowd(server, keys, 60)
        one.send(server, keys)
    last = crowd(server, keys, 60)
    until(server, keys, f"person?person={last}", 200)
    before = ask(server, keys, "overview?timeframe=today")[1]
    assert found_in(server.data, anna.needles) >= {"ledger.db-wal"}
    status, everything = ask(server, keys, f"people/{anna.visitor}/export")
    assert status == 200 and len(everything["events"]) == 24
    assert everything["users"][0] == anna.id and everything["visitors"] == [anna.visitor]
    status, receipt = ask(server, keys, f"people/{anna.id}", "DELETE")
    assert status == 200 and receipt["events"] == 24 and receipt["finishedAt"]
    assert ask(server, keys, f"erasures/{receipt['id']}")[1] == receipt
    assert found_in(server.data, anna.needles) == set()
    assert found_in(server.data, bert.needles), "others stay"
    assert ask(server, keys, f"person?person={anna.id}")[0] == 404
    assert ask(server, keys, f"people/{anna.id}", "DELETE")[0] == 404
    assert len(server.events(keys, person=bert.id)) == 12
    after = ask(server, keys, "overview?timeframe=today")[1]
    assert after["visitors"] == before["visitors"] - 1
    assert after["pageViews"] == before["pageViews"] - 12


def test_the_past_does_not_come_back_but_what_they_do_next_does(server: LiveServer, keys: Keys) -> None:
    carla = Somebody()
    carla.send(server, keys)
    assert ask(server, keys, f"people/{carla.id}", "DELETE")[0] == 200
    carla.send(server, keys)
    assert server.events(keys, person=carla.id) == [] == server.events(keys, person=carla.visitor)
    assert found_in(server.data, carla.needles) == set()
    carla.send(server, keys, count=2, at=clock.now_ms() + 1)
    assert len(server.events(keys, person=carla.id)) == 2


def test_the_command_line_erases_beside_a_server_and_without_one(server: LiveServer, keys: Keys) -> None:
    dora, emil = Somebody(), Somebody()
    for one in (dora, emil):
        one.send(server, keys)
    assert "24 events erased" in server.cli("user", "erase", str(keys.id), dora.id, "--yes")
    assert found_in(server.data, dora.needles) == set()
    server.stop()
    assert "24 events erased" in server.cli("user", "erase", str(keys.id), emil.user["email"], "--yes")
    assert found_in(server.data, emil.needles) == set()
    server.start()
    assert ask(server, keys, f"people/{emil.id}/export")[0] == 404


def test_archived_events_are_erased_too(server: LiveServer, keys: Keys) -> None:
    gerd, hans = Somebody(), Somebody()
    for one in (gerd, hans):
        one.send(server, keys)
    archive = Archive(server.data)
    with opened(str(server.data)) as app:
        services = app.extensions["desirepath"]
        with services.readers.read() as connection:
            ids = [n for one in (gerd, hans) for n in person.need(connection, keys.id, one.id).ids]
            assert archive.add(keys.id, rows.of(connection, keys.id, ids), clock.now_ms()) == 48
        services.readers.close()
    status, receipt = ask(server, keys, f"people/{gerd.id}", "DELETE")
    assert status == 200 and receipt["events"] == 48, "24 of the ledger, and the same in the archive"
    assert found_in(server.data, gerd.needles) == set()
    (part,) = archive.check(keys.id)
    kept = [one for some in archive.events(keys.id, part, keys.id) for one in some]
    assert len(kept) == 24 and {one.user_id for one in kept} == {None, hans.id}


def test_an_erasure_is_finished_after_a_kill(server: LiveServer, keys: Keys) -> None:
    fred = Somebody()
    fred.send(server, keys)
    number = _ordered(server, keys, fred)
    server.start()
    deadline = time.monotonic() + 30
    while not ask(server, keys, f"erasures/{number}")[1]["finishedAt"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert found_in(server.data, fred.needles) == set()


def _ordered(server: LiveServer, keys: Keys, one: Somebody) -> int:
    """The order is on disk, and the server is dead before it could carry it out."""
    server.kill()
    with opened(str(server.data)) as app:
        services = app.extensions["desirepath"]
        with services.readers.read() as connection:
            found = person.need(connection, keys.id, one.id)
        number = erasures.order(services.settings.meta_path, keys.id, found, clock.now_ms(), None)
        services.readers.close()
    return number
