"""Whose an event is when one browser was several people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backup import old_files
from tracker.errors import NotFound
from tracker.ledger import connect, person, schema
from tracker.ledger.connect import Connection

SHARED = (("v1", None), ("v1", "ada"), ("v1", None), ("v1", "bob"), ("v1", None), ("v2", None), ("v2", "ada"))


@pytest.fixture
def ledger(tmp_path: Path) -> Connection:
    old_files.ledger(tmp_path / "ledger.db", schema.VERSION, events=0)
    connection = connect.open_writer(tmp_path / "ledger.db")
    for number, (visitor, user) in enumerate(SHARED, 1):
        connection.execute(
            "INSERT INTO events (site_id, event_id, name, at, received_at, visitor, user_id, flags, "
            "client_id, context, properties) VALUES (1, ?, 'click', ?, ?, ?, ?, 1, 1, '{}', '{}')",
            (str(number), number, number, visitor, user),
        )
    return connection


def test_anonymous_events_go_with_the_user_named_next(ledger: Connection) -> None:
    ada, bob = person.need(ledger, 1, "ada"), person.need(ledger, 1, "bob")
    assert (ada.ids, ada.visitors) == ((1, 2, 6, 7), ("v2",))
    assert (bob.ids, bob.visitors) == ((3, 4, 5), ())
    assert person.need(ledger, 1, "v2") == ada
    assert person.need(ledger, 1, "v1") == bob, "the last one named on it"


def test_only_what_happened_until_then_is_theirs_to_erase(ledger: Connection) -> None:
    assert person.ids_of(ledger, 1, ["ada"], ["v2"], until=6) == [1, 2, 6]


def test_nobody_and_other_sites(ledger: Connection) -> None:
    for site_id, who in ((1, "carl"), (2, "ada")):
        with pytest.raises(NotFound):
            person.need(ledger, site_id, who)
