"""Sync: any order, any lateness, any cut into chunks, deletions - and always what a rebuild gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.oracle import History, Visit
from tests.analytics.oracle_journeys import turns
from tests.analytics.stores import Simple
from tests.columns.ledgers import TABLES, Ledger, contents
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.schema import LATER_PAGES

MINUTE = 60_000
NOON = 1_772_366_400_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, DuckDBStore, DuckDBStore]]:
    """A ledger, a store that follows it step by step, and one that reads it all at once."""
    ledger = Ledger(tmp_path_factory.mktemp("merge") / "ledger.db")
    stores = DuckDBStore(None), DuckDBStore(None)
    for store in stores:
        store.open()
    yield ledger, *stores
    for store in stores:
        store.close()
    ledger.close()


@st.composite
def happenings(draw: st.DrawFn) -> Simple:
    """An event of few visitors and users, at times where ties and gaps of about half an hour are common."""
    visitor = draw(st.sampled_from(["a", "b", None]))
    user = draw(st.sampled_from([None, None, None, "u", "w"]))
    quarter = draw(st.integers(0, 24))
    told: Simple = {
        "at": NOON + quarter * 15 * MINUTE + draw(st.sampled_from([0, 0, 1, 14 * MINUTE])),
        "visitor": visitor,
        "user": user,
        "session": draw(st.sampled_from([None, None, None, "s", "t"])),
        "name": draw(st.sampled_from(["page_viewed", "click"])),
        "interactive": draw(st.sampled_from([True, True, False])),
        "bot": draw(st.sampled_from([None, None, None, None, "crawler"])),
        "daily": draw(st.booleans()),
        "country": draw(st.sampled_from([None, "DE", "US"])),
        "source": draw(st.sampled_from([None, "Google", "Bing"])),
    }
    if user is not None and draw(st.booleans()):
        told["profile"] = draw(
            st.sampled_from(
                [{"name": "N"}, {"email": "e"}, {"traits": {"p": 1}}, {"traits": {"p": 2, "q": 1}}]
            )
        )
    if told["name"] == "page_viewed":
        told["page"] = draw(st.sampled_from(["/", "/x", "/y", None]))
    return told


STEPS = st.lists(
    st.one_of(
        st.lists(happenings(), min_size=1, max_size=6),
        st.integers(1, 4),  # sync, so many events at a time
        st.lists(st.integers(0, 30), min_size=1, max_size=3),  # delete these
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_interleaving_equals_a_rebuild_and_the_plain_truth(
    place: tuple[Ledger, DuckDBStore, DuckDBStore], steps: list[Any]
) -> None:
    ledger, stepwise, at_once = place
    site = ledger.number = ledger.number + 1
    kept: dict[int, Simple] = {}
    for step in steps:
        if isinstance(step, int):
            ledger.sync(stepwise, step)
        elif isinstance(step[0], dict):
            kept |= {id_: one for id_, one in zip(ledger.add(step, site), step, strict=True) if id_}
        else:
            ids = [id_ for index, id_ in enumerate(kept) if index in step]
            ledger.delete(ids, site)
            kept = {id_: one for id_, one in kept.items() if id_ not in ids}
    ledger.sync(stepwise, 3)
    ledger.sync(at_once)
    found = contents(stepwise, site)
    assert found == contents(at_once, site)
    agrees_with_oracle(found, History(list(kept.values())), list(kept))


def agrees_with_oracle(found: dict[str, list[Any]], history: History, ids: list[int]) -> None:
    """Persons, sessions and their figures are those of the plain definitions."""
    persons, sessions = named(found, "persons"), named(found, "sessions")
    who = {
        p["person_id"]: f"user {p['user_id']}" if p["user_id"] else f"visitor {p['visitor']}" for p in persons
    }
    assert {e["id"]: who.get(e["person_id"]) for e in named(found, "events")} == {
        ids[e.place]: e.person for e in history.events
    }
    assert sorted(tuple(s[key] for key in VISIT) for s in sessions) == sorted(
        (
            *(ids[v.events[0].place], v.bot, v.start, v.end, v.duration, v.bounce),
            *(len(v.events), v.interactive, len(v.page_views)),
            *(v.first("country")["country"], v.first("source", "page")["source"]),
        )
        for v in history.visits
    )
    assert {s["session_id"]: who[s["person_id"]] for s in sessions} == {
        ids[v.events[0].place]: v.person for v in history.visits
    }
    assert {s["session_id"]: told_of_pages(s) for s in sessions} == {
        ids[v.events[0].place]: pages_of(v) for v in history.visits
    }
    first = history.first_ever()
    assert {who[p["person_id"]]: p["first_at"] for p in persons} == {
        name: first.get(name) for name in {v.person for v in history.visits}
    }


def told_of_pages(session: dict[str, Any]) -> tuple[Any, ...]:
    """A session's path, and the interactive events and page views of each of its pages."""
    path = [session[name] for name in ("entry_page", *LATER_PAGES)]
    figures = zip(session["pages_acts"], session["pages_views"], strict=True)
    return path, dict(zip(session["pages"], figures, strict=True))


def pages_of(visit: Visit) -> tuple[Any, ...]:
    """The same, the slow way."""
    found: dict[str | None, tuple[int, int]] = {}
    for event in visit.events:
        acts, views = found.get(event.page, (0, 0))
        found[event.page] = (acts + event.interactive, views + event.page_view)
    path = turns(visit.events)[:5]
    return [*path, *[None] * (5 - len(path))], found


def name_of(person: dict[str, Any]) -> str:
    """The person as the oracle calls it."""
    return f"user {person['user_id']}" if person["user_id"] else f"visitor {person['visitor']}"


VISIT = (
    *("session_id", "bot", "started_at", "ended_at", "duration_ms", "bounce", "events", "interactive"),
    *("page_views", "country", "source"),
)


def named(found: dict[str, list[Any]], table: str) -> list[dict[str, Any]]:
    """Rows of a table as dicts."""
    columns = [column.name for column in TABLES[table].columns]
    return [dict(zip(columns, row, strict=True)) for row in found[table]]


def test_the_last_profile_sent_wins_again_when_a_later_one_is_deleted(
    place: tuple[Ledger, DuckDBStore, DuckDBStore],
) -> None:
    ledger, store, _ = place
    pro, free = {"traits": {"plan": "pro", "age": 3}}, {"traits": {"plan": "free"}, "email": "u@example.org"}
    ids = ledger.add(
        [{"at": NOON + n, "user": "u", "profile": p} for n, p in enumerate([pro, free, pro])], 10**6
    )
    ledger.sync(store)
    (person,) = named(contents(store, 10**6), "persons")
    assert (person["email"], json.loads(person["traits"])) == ("u@example.org", {"plan": "pro", "age": 3})
    assert ids[2] is not None
    ledger.delete([ids[2]], 10**6)
    ledger.sync(store)
    (person,) = named(contents(store, 10**6), "persons")
    assert json.loads(person["traits"]) == {"plan": "free", "age": 3}


def test_a_visitor_is_anonymous_again_when_the_sign_in_is_deleted(
    place: tuple[Ledger, DuckDBStore, DuckDBStore],
) -> None:
    ledger, store, _ = place
    site = 10**6 + 1
    ids = ledger.add([{"at": NOON, "visitor": "a"}, {"at": NOON + 1, "visitor": "a", "user": "u"}], site)
    ledger.sync(store)
    assert [name_of(p) for p in named(contents(store, site), "persons")] == ["user u"]
    assert ids[1] is not None
    ledger.delete([ids[1]], site)
    ledger.sync(store)
    found = contents(store, site)
    assert [name_of(p) for p in named(found, "persons")] == ["visitor a"]
    assert [s["events"] for s in named(found, "sessions")] == [1]
    assert found["person_links"] == []


def test_events_of_one_merge_lie_together_by_site(place: tuple[Ledger, DuckDBStore, DuckDBStore]) -> None:
    """A question about one site then skips most of what belongs to the others."""
    ledger, store, _ = place
    sites, each = (10**6 + 2, 10**6 + 3, 10**6 + 4), 20_000
    for part in range(0, each, 1_000):
        for site in sites:
            ledger.add([{"at": NOON + n, "visitor": f"v{n % 9}"} for n in range(part, part + 1_000)], site)
    ledger.sync(store)
    for site in sites:
        found = contents(store, site)
        assert len(found["events"]) == each
        assert sorted(row["events"] for row in named(found, "sessions")) == sorted(
            len(range(n, each, 9)) for n in range(9)
        )
    with store.connect() as connection:
        (changes,) = connection.execute(
            sa.text(
                "SELECT count(*) FILTER (WHERE site_id != former) FROM (SELECT site_id, "
                "lag(site_id) OVER (ORDER BY rowid) AS former FROM events WHERE site_id >= :first)"
            ),
            {"first": sites[0]},
        ).one()
    assert changes < 20, "in the ledger they change sixty times"
