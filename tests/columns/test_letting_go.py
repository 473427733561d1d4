"""Letting old events go: what stays is what a rebuild makes of it, and everybody stays who they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.columns.ledgers import Ledger, contents
from tests.columns.test_merge import MINUTE, NOON, happenings, name_of, named
from tracker.columns.duckdb import DuckDBStore
from tracker.errors import NotFound
from tracker.ledger import insert, person
from tracker.ledger.transaction import Transaction

SITE = 7_000_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, DuckDBStore]]:
    ledger, store = Ledger(tmp_path_factory.mktemp("going") / "ledger.db"), DuckDBStore(None)
    store.open()
    yield ledger, store
    store.close()
    ledger.close()


def lasting(one: dict[str, Any]) -> dict[str, Any]:
    """Daily hashes end with their day, so all that they did goes at once; these days are shorter."""
    return one | {"daily": False}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(happenings().map(lasting), min_size=1, max_size=14),
    limits=st.lists(st.integers(0, 24), min_size=1, max_size=3),
    later=st.lists(happenings().map(lasting), max_size=5),
)
def test_any_age_leaves_what_a_rebuild_makes_of_it(
    place: tuple[Ledger, DuckDBStore], first: list[Any], limits: list[int], later: list[Any]
) -> None:
    ledger, store = place
    site = ledger.number = ledger.number + SITE
    ledger.add(first, site)
    ledger.sync(store, 4)
    for limit in sorted(limits):
        owners = whose(store, site)
        ledger.let_go(NOON + limit * 15 * MINUTE, site)
        ledger.sync(store, 4)
        left = whose(store, site)
        assert left == {event: owners[event] for event in left}, "everybody stays who they were"
    ledger.add([one for one in later if one["at"] >= NOON + max(limits) * 15 * MINUTE], site)
    ledger.sync(store, 4)
    assert contents(store, site) == rebuilt(ledger, site)


def whose(store: DuckDBStore, site: int) -> dict[int, str | None]:
    """Ledger id of each event → whose it is."""
    found = contents(store, site)
    names = {person["person_id"]: name_of(person) for person in named(found, "persons")}
    return {event["id"]: names.get(event["person_id"]) for event in named(found, "events")}


def rebuilt(ledger: Ledger, site: int) -> dict[str, list[tuple[Any, ...]]]:
    store = DuckDBStore(None)
    store.open()
    ledger.sync(store)
    found = contents(store, site)
    store.close()
    return found


def test_who_came_long_ago_is_not_new_today_and_a_browser_stays_its_users(
    place: tuple[Ledger, DuckDBStore],
) -> None:
    ledger, store = place
    site, day = SITE - 1, 24 * 60 * MINUTE
    ledger.add(
        [
            {"at": NOON, "visitor": "phone", "page": "/", "source": "Google"},
            {"at": NOON + MINUTE, "visitor": "phone", "user": "ada", "profile": {"name": "Ada"}},
            {"at": NOON + 200 * day, "visitor": "phone"},
            {"at": NOON + 200 * day, "visitor": "daily", "daily": True},
        ],
        site,
    )
    assert ledger.let_go(NOON + 100 * day, site) == 2
    ledger.sync(store)
    (ada, nobody) = sorted(named(contents(store, site), "persons"), key=name_of)
    assert name_of(ada) == "user ada" and ada["events"] == 1
    assert (ada["first_at"], ada["first_seen"], ada["last_at"]) == (NOON, NOON, NOON + 200 * day)
    assert ada["name"] == "Ada", "known as long as there is anything of them"
    assert ada["first_source"] is None, "where they came from at first went with the visit"
    assert nobody["first_at"] == NOON + 200 * day
    assert contents(store, site) == rebuilt(ledger, site)


def test_a_closed_day_takes_no_event_but_payments(place: tuple[Ledger, DuckDBStore]) -> None:
    ledger, _ = place
    site = SITE - 2
    ledger.add([{"at": NOON, "visitor": "a"}], site)
    ledger.let_go(NOON + MINUTE, site)
    late = [{"at": NOON, "visitor": "b"}, {"at": NOON, "user": "b", "name": "payment_completed"}]
    assert [number is not None for number in ledger.add([*late, {"at": NOON + MINUTE}], site)] == [
        False,
        True,
        True,
    ]


def test_who_is_erased_leaves_no_trace(place: tuple[Ledger, DuckDBStore]) -> None:
    ledger, store = place
    site = SITE - 3
    ada = {"visitor": "laptop", "user": "ada", "profile": {"name": "Ada"}}
    ledger.add([{"at": NOON, **ada}, {"at": NOON + 1, "visitor": "bob"}], site)
    ledger.let_go(NOON + MINUTE, site)
    assert person.need(ledger.connection, site, "ada").users == ("ada",), "known by what stayed"
    ledger.connection.execute("BEGIN IMMEDIATE")
    transaction = Transaction(ledger.connection, insert.Dictionary())
    assert person.erase(transaction, site, ["ada"], ["laptop"], NOON + MINUTE) == 0
    ledger.connection.execute("COMMIT")
    left = ledger.connection.execute("SELECT visitor, user_id FROM traces WHERE site_id = ?", (site,))
    assert left.fetchall() == [("bob", None)]
    with pytest.raises(NotFound):
        person.need(ledger.connection, site, "ada")
    names = ledger.connection.execute("SELECT body FROM profiles WHERE site_id = ?", (site,)).fetchall()
    assert names == []
    ledger.sync(store)
    assert contents(store, site) == rebuilt(ledger, site)
