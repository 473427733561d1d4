"""Users by what is known of them, each read from the ledger at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.events import NOON, event
from tracker.domain.event import Flag
from tracker.ledger import connect, known_as, users
from tracker.ledger.connect import Connection
from tracker.ledger.users import User
from tracker.ledger.writer import Writer

CLAIMED, SURE = Flag.INTERACTIVE, Flag.INTERACTIVE | Flag.VERIFIED


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[tuple[Writer, Connection]]:
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    reader = connect.open_reader(tmp_path / "ledger.db")
    yield writer, reader
    reader.close()
    writer.stop()


def came(user: str, at: int = 0, flags: int = CLAIMED, **profile: str) -> Any:
    import json

    told = json.dumps(profile) if profile else None
    return event(user_id=user, at=NOON + at, flags=flags, profile=told)


def test_a_user_is_seen_first_and_last_and_counted(ledger: tuple[Writer, Connection]) -> None:
    writer, reader = ledger
    writer.write(
        [
            came("7", 50, SURE, email="Ada@Example.org ", name="Ada", phone_number="123"),
            came("7", -10),
            came("7", 99),
            event(user_id=None),
            event(site_id=2, user_id="7", at=NOON + 500),
        ]
    )
    assert users.get(reader, 1, "7") == User(
        "7", "ada@example.org", "Ada", "123", True, NOON - 10, NOON + 99, 3
    )
    assert users.get(reader, 1, "8") is None


def test_what_a_browser_claims_never_renames_whom_a_server_named(ledger: tuple[Writer, Connection]) -> None:
    writer, reader = ledger
    writer.write([came("7", 0, SURE, email="ada@example.org", name="Ada")])
    writer.write([came("7", 5, CLAIMED, email="ada@example.org", name="Mallory")])
    writer.write([came("7", 6, CLAIMED, email="mallory@example.org")])
    writer.write([came("8", 7, CLAIMED, email="ada@example.org", name="Eve")])
    found = users.get(reader, 1, "7")
    assert found is not None and (found.name, found.email) == ("Ada", "ada@example.org")
    assert known_as.user_ids(reader, 1, " ADA@example.org") == (["7"], ["8"])
    assert known_as.user_ids(reader, 1, "mallory@example.org") == ([], ["7"])
    assert sorted(known_as.emails(reader, 1)) == ["ada@example.org", "mallory@example.org"]
    assert list(known_as.emails(reader, 2)) == []


def test_a_page_goes_on_after_an_id_and_finds_parts(ledger: tuple[Writer, Connection]) -> None:
    writer, reader = ledger
    writer.write([came(f"u{n:02d}", n, SURE, email=f"n{n}@example.org", name=f"Name {n}") for n in range(12)])
    writer.write([came("50%_off"), came("other", 1, SURE, phone_number="+4930123")])

    def ids(**asked: Any) -> list[str]:
        return [user.id for user in users.page(reader, 1, **asked)]

    assert ids(limit=3) == ["50%_off", "other", "u00"]
    assert ids(limit=3, after="u00") == ["u01", "u02", "u03"]
    assert ids(search="NAME 1") == ["u01", "u10", "u11"]
    assert ids(search="n7@") == ["u07"] and ids(search="0123") == ["other"]
    assert ids(search="%_") == ["50%_off"], "signs of a pattern are letters here"
    assert ids(search="nobody") == [] and users.page(reader, 2) == []
