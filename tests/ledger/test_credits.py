"""Credits read out of the ledger, and moved in it: exact, each reference once, never below zero."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.events import NOON, event
from tracker.domain.event import Event, Flag
from tracker.errors import Conflict
from tracker.ledger import connect, credit_moves, credits
from tracker.ledger.connect import Connection
from tracker.ledger.credit_moves import Moved
from tracker.ledger.writer import Writer


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(tmp_path / "ledger.db")
    writer.start()
    yield writer
    writer.stop()


@pytest.fixture
def reader(writer: Writer, tmp_path: Path) -> Iterator[Connection]:
    connection = connect.open_reader(tmp_path / "ledger.db")
    yield connection
    connection.close()


def change(name: str, amount: Any, reference: str | None = None, **about: Any) -> Event:
    """A verified operation of user 1."""
    told = {"amount": amount, "reference": reference} | about.pop("told", {})
    kept = json.dumps({key: value for key, value in told.items() if value is not None})
    values = {"user_id": "1", "visitor": None, "flags": Flag.VERIFIED, "name": name, "properties": kept}
    if reference is not None:
        values["event_id"] = f"credit:{reference}"
    return event(**values | about)


def add(amount: Any, reference: str | None = None, **about: Any) -> Event:
    return change("credits_added", amount, reference, **about)


def deduct(amount: Any, reference: str | None = None, **about: Any) -> Event:
    return change("credits_deducted", amount, reference, **about)


def moved(writer: Writer, made: Event) -> Moved:
    return writer.run(lambda transaction: credit_moves.move(transaction, made))


def test_balances_follow_the_time_then_the_arrival(writer: Writer, reader: Connection) -> None:
    writer.write(
        [
            add("10.00", at=NOON + 5),
            deduct(2.5, at=NOON + 6, told={"reason": "a report"}),
            add("0.0001", at=NOON + 5),
            add("7", at=NOON, told={"currency": "EUR"}),
            deduct("1", at=NOON + 1, told={"currency": "EUR"}),
        ]
    )
    found = credits.operations(reader, 1, "1")
    assert [(one.at - NOON, str(one.amount), one.currency, str(one.balance)) for one in found] == [
        (0, "7.0000", "EUR", "7.0000"),
        (1, "-1.0000", "EUR", "6.0000"),
        (5, "10.0000", None, "10.0000"),
        (5, "0.0001", None, "10.0001"),
        (6, "-2.5000", None, "7.5001"),
    ]
    assert found[-1].reason == "a report"
    assert credits.balances(found) == {"EUR": Decimal(6), None: Decimal("7.5001")}


def test_only_verified_operations_of_this_user_and_site_count(writer: Writer, reader: Connection) -> None:
    writer.write(
        [
            add("1"),
            add("2", flags=Flag.INTERACTIVE),
            add("4", user_id="2"),
            add("8", site_id=2),
            add("no number"),
            add(None, told={"revenue": "16"}),
            change("payment_completed", "32"),
        ]
    )
    assert credits.balances(credits.operations(reader, 1, "1")) == {None: Decimal(17)}


def test_a_move_tells_the_balance_and_is_read_back(writer: Writer, reader: Connection) -> None:
    assert moved(writer, add("5", "a")).balance == 5
    done = moved(writer, deduct("1.25", "b"))
    assert (done.balance, done.duplicate, done.operation.amount) == (Decimal("3.75"), False, Decimal("-1.25"))
    assert credits.operations(reader, 1, "1")[-1] == done.operation


def test_a_reference_counts_once(writer: Writer, reader: Connection) -> None:
    first = moved(writer, add("5", "a"))
    moved(writer, add("1", "b"))
    again = moved(writer, add("5.00", "a"))
    assert again == Moved(first.operation, Decimal(6), duplicate=True)
    assert len(credits.operations(reader, 1, "1")) == 2


def test_a_reference_of_an_event_that_a_server_sent_counts_too(writer: Writer) -> None:
    writer.write([add("5", told={"reference": "order-1"})])
    assert moved(writer, add("5", "order-1")).duplicate


@pytest.mark.parametrize(
    ("again", "words"),
    [
        (add("6", "a"), "to add 5.00"),
        (deduct("5", "a"), "to add 5.00"),
        (add("5", "a", told={"currency": "EUR"}), "to add 5.00"),
        (add("5", "a", user_id="2"), "for another user"),
    ],
)
def test_a_reference_stands_for_one_operation(
    writer: Writer, reader: Connection, again: Event, words: str
) -> None:
    moved(writer, add("5", "a"))
    with pytest.raises(Conflict, match=words) as refused:
        moved(writer, again)
    assert refused.value.field == "reference"
    assert credits.balances(credits.operations(reader, 1, "1")) == {None: Decimal(5)}
    assert credits.operations(reader, 1, "2") == []


def test_never_below_zero_and_all_may_be_spent(writer: Writer, reader: Connection) -> None:
    moved(writer, add("5", "a"))
    moved(writer, add("9", "e", told={"currency": "EUR"}))
    with pytest.raises(Conflict) as refused:
        moved(writer, deduct("5.0001", "b"))
    assert refused.value.message == "User 1 has 5.00 (besides 9.00 EUR); 5.0001 cannot be deducted."
    assert refused.value.field == "amount"
    assert moved(writer, deduct("5", "b")).balance == 0
    assert len(credits.operations(reader, 1, "1")) == 3


def test_a_refusal_costs_nobody_else_anything(writer: Writer, reader: Connection) -> None:
    with pytest.raises(Conflict):
        moved(writer, deduct("1", "a"))
    assert writer.write([add("1")]).accepted == 1
    assert moved(writer, deduct("1", "a")).balance == 0, "a reference that was refused is not used up"


def test_many_at_once_never_get_below_zero_and_each_reference_counts_once(
    tmp_path: Path, writer: Writer, reader: Connection
) -> None:
    """Eight threads over two writers, as a server and a command beside it; each reference comes twice."""
    other = Writer(tmp_path / "ledger.db")
    other.start()
    moved(writer, add("30", "start"))
    done: list[Moved] = []
    refused: list[str] = []

    def spend(number: int) -> None:
        for turn in range(10):
            # Threads 0 and 4, 1 and 5 … ask for the same, each by a writer of its own.
            made = deduct("1", f"{number % 4}-{turn}")
            try:
                done.append(moved(writer if number < 4 else other, made))
            except Conflict as error:
                refused.append(error.field or "")

    threads = [threading.Thread(target=spend, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.stop()
    found = credits.operations(reader, 1, "1")
    assert min(one.balance for one in found) == 0 == found[-1].balance
    assert len(found) == 31 and len({one.reference for one in found}) == 31
    assert sum(not one.duplicate for one in done) == 30
    assert len(done) + len(refused) == 80 and set(refused) == {"amount"}


OPERATION = st.tuples(
    st.sampled_from(["credits_added", "credits_deducted"]),
    st.decimals(min_value="0.0001", max_value="50", places=4),
    st.sampled_from("abcdef"),
    st.sampled_from([None, "EUR"]),
)


@settings(max_examples=25, deadline=None)
@given(wanted=st.lists(OPERATION, max_size=20))
def test_any_course_equals_a_plain_reckoning(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[tuple[str, Decimal, str, str | None]]
) -> None:
    path = tmp_path_factory.mktemp("credits") / "ledger.db"
    writer = Writer(path)
    writer.start()
    left: dict[str | None, Decimal] = {}
    used: dict[str, tuple[str, Decimal, str | None]] = {}
    for name, amount, reference, currency in wanted:
        signed = amount if name == "credits_added" else -amount
        rest = left.get(currency, Decimal(0)) + signed
        fits = used[reference] == (name, amount, currency) if reference in used else rest >= 0
        try:
            done = moved(writer, change(name, str(amount), reference, told={"currency": currency}))
        except Conflict:
            assert not fits
            continue
        assert fits and done.duplicate == (reference in used)
        if not done.duplicate:
            left[currency] = rest
            used[reference] = (name, amount, currency)
        assert done.balance == left[currency]
    writer.stop()
    connection = connect.open_reader(path)
    assert credits.balances(credits.operations(connection, 1, "1")) == left
    connection.close()
