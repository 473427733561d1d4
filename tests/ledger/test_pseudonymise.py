"""What pseudonyms are put into besides events: aliases, traces, roll-ups, and ids that are e-mails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tracker.domain.event import Event, Flag
from tracker.domain.pseudonyms import Pseudonyms
from tracker.ledger import connect, insert, known_as, letting_go, person, pseudonymise
from tracker.ledger.pseudonymise import Whom
from tracker.ledger.transaction import Transaction

EMAIL = "ada@example.org"
KEY = Pseudonyms(1, b"k" * 32)
LATER = 10_000


@pytest.fixture
def open_(tmp_path: Path) -> Iterator[Transaction]:
    """Ada by id and, from a payment provider, by her e-mail alone; Bob has the same name."""
    connection = connect.open_writer(tmp_path / "ledger.db")
    transaction = Transaction(connection, insert.Dictionary())
    ada = json.dumps({"email": "Ada@Example.org", "name": "Ada"})
    name = json.dumps({"name": "Ada"})
    told = (("ada", ada), (EMAIL, None), ("bob", name), ("ada", name), ("ada", ada))
    transaction.add(
        [
            Event(1, str(number), "click", number, number, user_id=user, profile=profile,
                  flags=Flag.VERIFIED | Flag.INTERACTIVE)
            for number, (user, profile) in enumerate(told, 1)
        ]
    )  # fmt: skip
    connection.execute(
        "INSERT INTO rollups (site_id, grain, start, dimension, value, visits, page_views, bounces, "
        "duration_ms, events, seen) VALUES (1, 'day', 1, 'page', '=/of/ada@example.org', 1, 2, 3, 4, 5, 6)"
    )
    yield transaction
    connection.close()


def _done(open_: Transaction, *users: str) -> int:
    whom = Whom(KEY, users, users[1:], ())
    given = frozenset(pseudonymise.given(open_.connection, whom))
    return pseudonymise.person(open_, replace(whom, names=replace(KEY, values=given)), LATER)


def _dump(open_: Transaction) -> str:
    tables = ("events", "profiles", "known_as", "traces", "rollups")
    return "\n".join(
        str(row)
        for table in tables
        for row in open_.connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
    )


def test_all_of_her_and_nothing_of_others(open_: Transaction) -> None:
    users = person.need(open_.connection, 1, "ada").users
    assert users == ("ada", EMAIL)
    assert _done(open_, *users) == 4
    assert EMAIL not in _dump(open_).lower()
    assert open_.connection.execute("SELECT events, value FROM rollups").fetchall() == [
        (5, f"=/of/{KEY.of(EMAIL)}")
    ]
    assert [one.name for one in known_as.of_user(open_.connection, 1, "bob")] == ["Ada"]
    bodies = dict(
        open_.connection.execute(
            "SELECT e.id, p.body FROM events e JOIN profiles p ON p.id = e.profile_id ORDER BY e.id"
        ).fetchall()
    )
    assert json.loads(bodies[3]) == {"name": "Ada"} and json.loads(bodies[4]) == {"name": KEY.of("ada")}
    profiles = open_.connection.execute("SELECT count(*) FROM profiles").fetchone()
    assert profiles == (3,), "hers twice, and his: none that nobody names"


def test_who_is_known_by_id_and_email_stays_one_person(open_: Transaction) -> None:
    _done(open_, "ada", EMAIL)
    names = replace(KEY, values=frozenset({KEY.of(EMAIL)}))
    found = person.need(open_.connection, 1, "ADA@example.org", names)
    assert found.users == ("ada", KEY.of(EMAIL)) and found.ids == (1, 2, 4, 5)


def test_done_again_it_changes_nothing(open_: Transaction) -> None:
    _done(open_, "ada", EMAIL)
    before = _dump(open_)
    assert _done(open_, "ada", EMAIL) == 0
    assert _dump(open_) == before


def test_what_stays_of_events_that_went(open_: Transaction) -> None:
    open_.connection.execute("INSERT INTO kept (site_id, closed, zone, at) VALUES (1, 100, 'UTC', 1)")
    assert letting_go.events(open_, 1, [1, 2, 3, 4, 5], LATER) == 5
    later = [Event(1, f"l{who}", "click", 200, 200, user_id=who) for who in ("ada", "bob")]
    open_.add(later)
    _done(open_, "ada", EMAIL)
    dump = _dump(open_)
    assert EMAIL not in dump.lower() and '{"name": "Ada"}' in dump, "his is left"
    ((told,),) = open_.connection.execute("SELECT profiles FROM traces WHERE user_id = 'ada'").fetchall()
    for profile, _, _ in json.loads(told):
        ((body,),) = open_.connection.execute("SELECT body FROM profiles WHERE id = ?", (profile,)).fetchall()
        assert KEY.of("ada") in body


def test_rollups_that_differ_by_an_emails_case_become_one_with_the_figures_of_both(
    open_: Transaction,
) -> None:
    """In the events they are one text from now on, too. Nobody knows who came in both."""
    open_.connection.execute(
        "INSERT INTO rollups (site_id, grain, start, dimension, value, visitors, visits, page_views, "
        "bounces, duration_ms, events, persons, seen) "
        "VALUES (1, 'day', 1, 'page', '=/of/Ada@Example.org', 3, 10, 20, 30, 40, 50, 3, 5), "
        "(1, 'day', 2, 'page', '=/of/Ada@Example.org', 4, 1, 1, 1, 1, 1, 4, 7)"
    )
    _done(open_, "ada")
    told = "start, value, visitors, visits, page_views, bounces, duration_ms, events, persons, seen"
    page = f"=/of/{KEY.of(EMAIL)}"
    assert open_.connection.execute(f"SELECT {told} FROM rollups ORDER BY start").fetchall() == [
        (1, page, None, 11, 22, 33, 44, 55, None, 6),
        (2, page, 4, 1, 1, 1, 1, 1, 4, 7),
    ]
