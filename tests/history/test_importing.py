"""Importing into a real ledger: once each, with its time, whatever the order, and told by line."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.doors.conftest import Sites
from tracker.domain.event import Flag
from tracker.domain.site import Site
from tracker.enrich.geo import Country
from tracker.enrich.visitor import VisitorHash
from tracker.errors import Invalid
from tracker.history import rows
from tracker.history.importing import Done, Problem, identity, run
from tracker.history.lines import MAX_LINE, numbered, unpacked
from tracker.ingest.pipeline import Pipeline
from tracker.ingest.tools import Tools
from tracker.ledger import reads
from tracker.ledger.readers import Readers
from tracker.ledger.reads import Filter, Stored
from tracker.ledger.writer import Writer

NOW = 1_760_000_000_000
THEN = NOW - 300 * 86_400_000


class Desk:
    """Imports texts into one site's ledger."""

    def __init__(self, path: Path) -> None:
        self.site = Sites([Site(1, "Shop", "UTC", "pk_a", hashlib.sha256(b"s").hexdigest())]).all[0]
        self.pipeline = Pipeline(Tools(Country(None), VisitorHash(b"today" * 8, None)))
        self.writer = Writer(path)
        self.writer.start()
        self.readers = Readers(path)

    def load(self, raw: bytes, form: str = "ndjson", keep: bool = True) -> tuple[Done, list[Problem]]:
        lines = numbered(unpacked(io.BufferedReader(io.BytesIO(raw))))  # type: ignore[type-var]
        done, problems = Done(), []
        write = self.writer.write if keep else None
        for done in run(self.pipeline, self.site, rows.read(form, lines), write, NOW):
            problems += done.problems
        return done, problems

    def stored(self) -> list[Stored]:
        with self.readers.read() as connection:
            return reads.after(connection, Filter(site_id=1), 0, limit=10_000)

    def close(self) -> None:
        self.readers.close()
        self.writer.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "ledger.db")
    yield desk
    desk.close()


def line(number: int = 0, **about: Any) -> dict[str, Any]:
    return {"eventName": "visit", "timestamp": THEN + number * 1000, "user": {"id": "42"}, **about}


def text(*items: Any) -> bytes:
    return b"\n".join(item if isinstance(item, bytes) else json.dumps(item).encode() for item in items)


def test_times_users_and_properties_are_kept(desk: Desk) -> None:
    done, problems = desk.load(text(line(properties={"a": 1}), line(1, visitor="v", user=None)))
    assert (done.accepted, done.duplicates, done.refused, done.line, problems) == (2, 0, 0, 2, [])
    first, second = desk.stored()
    assert (first.at, first.user_id, first.properties) == (THEN, "42", {"a": 1})
    assert first.flags & Flag.VERIFIED and not first.flags & Flag.CLOCK
    assert (second.visitor, second.user_id) == ("v", None)


def test_the_same_file_twice_counts_once_in_any_order_and_spelling(desk: Desk) -> None:
    items = [line(n, properties={"n": n, "m": 1}) for n in range(1200)]
    assert desk.load(text(*items))[0].accepted == 1200
    turned = [dict(reversed(list(item.items()))) for item in reversed(items)]
    spelled = (" ,", " : ")
    again, _ = desk.load(b"\n\n".join(json.dumps(item, separators=spelled).encode() for item in turned))
    assert (again.accepted, again.duplicates) == (0, 1200)
    assert len(desk.stored()) == 1200
    assert desk.load(text(*items, line(9999)))[0].accepted == 1, "an import that was cut off goes on"


def test_ids_tell_rows_apart_that_say_the_same(desk: Desk) -> None:
    done, _ = desk.load(text(line(id="a"), line(id="b"), line(id="a"), line(), line()))
    assert (done.accepted, done.duplicates) == (3, 2)


def test_csv_and_ndjson_make_the_same_events(desk: Desk) -> None:
    desk.load(text(line(properties={"amount": "1.50", "n": 3})))
    table = f"event,timestamp,user_id,amount,n\nvisit,{THEN},42,1.50,3\n".encode()
    assert desk.load(table, "csv")[0].duplicates == 1


def test_problems_are_told_by_line_and_cost_nobody_else(desk: Desk) -> None:
    done, problems = desk.load(
        text(
            line(),
            b"",
            b"{",
            b"[]",
            b"\xff",
            b"y" * (MAX_LINE + 1),
            line(1, timestamp=None),
            line(2, timestamp="yesterday"),
            line(3, eventName=""),
            line(4, user=[1]),
            line(5, properties=[1]),
            line(6, id=5),
            line(7),
        )
    )
    assert [(one.line, one.field) for one in problems] == [
        (3, "line"), (4, "line"), (5, "line"), (6, "line"), (7, "timestamp"), (8, "timestamp"),
        (9, "eventName"), (10, "user"), (11, "properties"), (12, "id"),
    ]  # fmt: skip
    assert (done.accepted, done.refused, done.rows, done.line) == (2, 10, 12, 13)
    assert all(one.message.endswith(".") for one in problems)


def test_a_dry_run_keeps_nothing_and_tells_the_same_problems(desk: Desk) -> None:
    raw = text(line(), b"{", line(1))
    dry, problems = desk.load(raw, keep=False)
    assert (dry.accepted, dry.refused) == (2, 1) and desk.stored() == []
    assert desk.load(raw)[1] == problems


def test_secrets_never_reach_the_disk(desk: Desk) -> None:
    desk.load(text(line(properties={"password": "hunter2", "note": "card 4111 1111 1111 1111"})))
    (event,) = desk.stored()
    assert "hunter2" not in str(event.properties) and "4111" not in str(event.properties)


def test_what_our_api_lists_can_be_imported(desk: Desk) -> None:
    told = line(
        id=17, eventId="sent-1", receivedAt="2025-01-28T10:30:00Z", bot=None, session=None, visitor=None
    )
    assert desk.load(text(told))[0].accepted == 1
    assert desk.stored()[0].event_id == "sent-1"


def test_an_address_alone_makes_no_visitor_of_many_days(desk: Desk) -> None:
    where = {"ip": "198.51.100.7", "user_agent": "Mozilla/5.0 Firefox/140.0"}
    desk.load(text(line(user=None, context=where), line(99_999, user=None, context=where)))
    assert {event.visitor for event in desk.stored()} == {None}


def test_gzip_and_damage(desk: Desk) -> None:
    raw = gzip.compress(text(*(line(n) for n in range(2000))))
    assert desk.load(raw)[0].accepted == 2000
    with pytest.raises(Invalid, match="after line"):
        desk.load(raw[:-500])
    with pytest.raises(Invalid, match="cannot be unpacked"):
        desk.load(raw[:20] + b"garbage" + raw[27:])


def test_ids_follow_the_time() -> None:
    assert identity(line(0)) < identity(line(1)) < identity(line(2))
    assert identity(line()) == identity(dict(reversed(list(line().items()))))
    assert identity(line()) != identity(line(properties={}))


ROWS = st.lists(
    st.one_of(st.binary(max_size=60), st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["eventName", "timestamp", "user", "id", "properties", "context", "visitor"]),
            inner,
            max_size=4,
        ),
    )),
    max_size=15,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(items=ROWS, form=st.sampled_from(rows.FORMATS))
def test_whatever_a_file_holds_every_row_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, items: list[Any], form: str
) -> None:
    desk = Desk(tmp_path_factory.mktemp("any") / "ledger.db")
    try:
        raw = text(
            line(), *(item if isinstance(item, bytes) else json.dumps(item).encode() for item in items)
        )
        if form == "csv":
            raw = b"event,timestamp,a,b\n" + raw
        done, problems = desk.load(raw, form)
        assert done.refused == len(problems) and done.accepted == len(desk.stored())
        again, _ = desk.load(raw, form)
        assert (again.accepted, again.refused) == (0, done.refused)
    finally:
        desk.close()
