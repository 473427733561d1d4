"""An erased person is in no file of the data directory any more, and does not come back."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import pytest

from tests.live_server import Keys, LiveServer, serving
from tests.privacy.somebody import Somebody, archived, ask, crowd, finished, found_in, ordered, until
from tracker import clock
from tracker.accounts.marks import Kind
from tracker.cli.accounts import with_accounts
from tracker.notify import channels, outbox

pytestmark = pytest.mark.reliability
SHOP = "Shop"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("erasure") / "data", ratelimit_enabled="0") as live:
        yield live


@pytest.fixture(scope="module")
def keys(server: LiveServer) -> Keys:
    return server.create_site(SHOP)


def test_nothing_of_an_erased_person_is_left(server: LiveServer, keys: Keys) -> None:
    anna, bert = Somebody(), Somebody()
    for one in (anna, bert):
        crowd(server, keys, 60)
        one.send(server, keys)
    last = crowd(server, keys, 60)
    until(server, keys, f"person?person={last}", 200)
    before = ask(server, keys, "overview?timeframe=7d")[1]
    assert found_in(server.data, anna.needles) >= {"ledger.db-wal"}
    status, everything = ask(server, keys, f"people/{anna.visitor}/export")
    assert status == 200 and len(everything["events"]) == 24
    assert everything["users"][0] == anna.id and everything["visitors"] == [anna.visitor]
    status, receipt = ask(server, keys, f"people/{anna.id}", "DELETE")
    assert status == 200 and receipt["events"] == 24 and receipt["finishedAt"]
    assert ask(server, keys, f"erasures/{receipt['id']}")[1] == receipt
    server.cli("backup")
    assert found_in(server.data, anna.needles) == set(), "nor in a backup made after it"
    assert found_in(server.data / "backups", bert.needles), "others stay"
    assert ask(server, keys, f"person?person={anna.id}")[0] == 404
    assert ask(server, keys, f"people/{anna.id}", "DELETE")[0] == 404
    assert len(server.events(keys, person=bert.id)) == 12
    after = ask(server, keys, "overview?timeframe=7d")[1]
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
    archive = archived(server, keys, gerd, hans)
    status, receipt = ask(server, keys, f"people/{gerd.id}", "DELETE")
    assert status == 200 and receipt["events"] == 48, "24 of the ledger, and the same in the archive"
    assert found_in(server.data, gerd.needles) == set()
    (part,) = archive.check(keys.id)
    kept = [one for some in archive.events(keys.id, part, keys.id) for one in some]
    assert len(kept) == 24 and {one.user_id for one in kept} == {None, hans.id}


def test_an_erasure_is_finished_however_often_it_is_killed(server: LiveServer, keys: Keys) -> None:
    fred = Somebody()
    fred.send(server, keys)
    archived(server, keys, fred)
    number = ordered(server, keys, fred, Kind.ERASED)
    for delay in (0.0, 0.2, 0.5):  # wherever it is by then: archive, ledger, columns or logs
        server.start()
        time.sleep(delay)
        server.kill()
    server.start()
    finished(server, keys, number)
    assert found_in(server.data, fred.needles) == set()
    assert ask(server, keys, f"erasures/{number}")[1]["events"] <= 48, "each counted once"


def test_alerts_of_their_payments_are_forgotten(server: LiveServer, keys: Keys) -> None:
    greta, reference = Somebody(), f"ref-{uuid.uuid4().hex}"
    paid = {"eventName": "payment_completed", "properties": {"reference": reference, "amount": 5}}
    headers = {"Authorization": f"Bearer {keys.secret_key}"}
    assert server.track({"user": greta.user, "events": [paid]}, **headers)[0] == 200
    with with_accounts(str(server.data)) as desk:
        settings = desk.settings
        made = channels.add(settings, keys.id, "email", "ops@example.org", clock.now_ms(), None)
        outbox.add(settings.meta_path, made.id, "stuck", [reference], clock.now_ms() + 3_600_000)
    assert found_in(server.data, [reference.encode()]) >= {"desirepath.db-wal"}
    assert ask(server, keys, f"people/{greta.id}", "DELETE")[0] == 200
    assert found_in(server.data, [reference.encode()]) == set()


def test_a_damaged_file_holds_up_nothing_but_the_receipt(server: LiveServer, keys: Keys) -> None:
    ilse = Somebody()
    ilse.send(server, keys)
    archive = archived(server, keys, ilse)
    part = archive.listed(keys.id)[-1]
    file = archive.folder(keys.id) / part.file
    whole = file.read_bytes()
    file.write_bytes(b"nonsense")
    status, receipt = ask(server, keys, f"people/{ilse.id}", "DELETE")
    assert status == 202 and receipt["finishedAt"] is None
    assert server.events(keys, person=ilse.id) == [], "the ledger does not wait for it"
    file.write_bytes(whole)
    server.stop()
    server.start()
    finished(server, keys, receipt["id"])
    assert found_in(server.data, ilse.needles) == set()
