"""What stays of people when their old events go: who they were and since when, and nothing of what they did.

Without it somebody who came a year ago would be new today, and a browser whose sign-in went would be
somebody else. A trace is a stretch of events of one visitor that name the same user (or none), or of a user
without a visitor: from when until when, and the first event a person caused. Visitors told by a daily hash
leave none: they are nobody tomorrow anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from tracker.domain.event import Flag
from tracker.ledger.connect import Connection

COLUMNS = "visitor, user_id, from_at, from_id, to_at, to_id, first_at, profiles"
_decode = msgspec.json.Decoder(tuple[tuple[int, int, int], ...]).decode
IN = "IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Trace:
    """One stretch; times in epoch ms, `first_at` None where no person caused any of it.

    `profiles` are what the user came with: (profile, time, ledger id) of the last event with each.
    """

    visitor: str | None
    user_id: str | None
    from_at: int
    from_id: int
    to_at: int
    to_id: int
    first_at: int | None
    profiles: tuple[tuple[int, int, int], ...] = ()

    def joined(self, other: Trace) -> Trace:
        """Both as one."""
        low, high = min(self, other, key=_begin), max(self, other, key=_end)
        firsts = [one.first_at for one in (self, other) if one.first_at is not None]
        first = min(firsts, default=None)
        latest: dict[int, tuple[int, int, int]] = {}
        for told in sorted((*self.profiles, *other.profiles), key=lambda one: one[1:]):
            latest[told[0]] = told
        profiles = tuple(sorted(latest.values()))
        return Trace(
            self.visitor, self.user_id, low.from_at, low.from_id, high.to_at, high.to_id, first, profiles
        )


def of_event(
    number: int,
    at: int,
    visitor: str | None,
    user_id: str | None,
    flags: int,
    bot: str | None,
    profile: int | None,
) -> Trace | None:
    """What stays of one event, None where nothing does."""
    lasting = None if flags & Flag.DAILY_VISITOR else visitor
    if lasting is None and user_id is None:
        return None
    caused = flags & Flag.INTERACTIVE and bot is None
    profiles = ((profile, at, number),) if profile is not None and user_id is not None else ()
    return Trace(lasting, user_id, at, number, at, number, at if caused else None, profiles)


def keep(connection: Connection, site_id: int, found: Sequence[Trace]) -> list[int]:
    """Put traces to those that are there, inside a transaction. Gives ids of rows that are gone for it."""
    visitors = {one.visitor for one in found if one.visitor is not None}
    users = {one.user_id for one in found if one.visitor is None}
    groups: defaultdict[tuple[str | None, str | None], list[Trace]] = defaultdict(list)
    known: defaultdict[tuple[str | None, str | None], list[tuple[int, Trace]]] = defaultdict(list)
    for one in found:
        groups[_key(one)].append(one)
    for number, trace in _known(connection, site_id, visitors, users):
        known[_key(trace)].append((number, trace))
    gone: list[int] = []
    for key, traces in groups.items():
        before = [trace for _, trace in known[key]]
        after = reduced([*before, *traces])
        gone += [number for number, trace in known[key] if trace not in after]
        _insert(connection, site_id, [trace for trace in after if trace not in before])
    connection.execute(f"DELETE FROM traces WHERE id {IN}", (_json(gone),))  # noqa: S608 - a literal
    return gone


def forget(
    connection: Connection, site_id: int, users: Sequence[str], visitors: Sequence[str]
) -> tuple[list[int], set[int]]:
    """Delete all traces of users and visitors, inside a transaction; their ids, and those of profiles."""
    rows = connection.execute(
        "DELETE FROM traces WHERE site_id = ? "  # noqa: S608 - literals
        f"AND (user_id {IN} OR (user_id IS NULL AND visitor {IN})) RETURNING id, profiles",
        (site_id, _json(list(users)), _json(list(visitors))),
    ).fetchall()
    return sorted(row[0] for row in rows), {told[0] for row in rows for told in _decode(row[1])}


def of_person(
    connection: Connection, site_id: int, users: Sequence[str], visitors: Sequence[str]
) -> list[tuple[Trace, list[str]]]:
    """What stayed of users and visitors, each with the profiles (JSON) that the user came with."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM traces WHERE site_id = ? "  # noqa: S608 - literals
        f"AND (user_id {IN} OR (user_id IS NULL AND visitor {IN})) ORDER BY from_at, id",
        (site_id, _json(list(users)), _json(list(visitors))),
    ).fetchall()
    found = [replace(Trace(*row[:7]), profiles=_decode(row[7])) for row in rows]
    wanted = _json([profile for one in found for profile, _, _ in one.profiles])
    bodies = dict(connection.execute(f"SELECT id, body FROM profiles WHERE id {IN}", (wanted,)).fetchall())  # noqa: S608
    return [(one, [bodies[told[0]] for told in one.profiles if told[0] in bodies]) for one in found]


def of_anybody(connection: Connection, site_id: int, users: Sequence[str], visitors: Sequence[str]) -> bool:
    """Whether anything stayed of one of them."""
    row = connection.execute(
        f"SELECT 1 FROM traces WHERE site_id = ? AND (user_id {IN} OR (user_id IS NULL AND visitor {IN})) "  # noqa: S608
        "LIMIT 1",
        (site_id, _json(list(users)), _json(list(visitors))),
    ).fetchone()
    return row is not None


def reduced(traces: Iterable[Trace]) -> list[Trace]:
    """Traces of one visitor, as few as tell the same."""
    joined: list[Trace] = []
    for one in sorted(traces, key=_begin):
        if joined and joined[-1].user_id == one.user_id:
            joined[-1] = joined[-1].joined(one)
        else:
            joined.append(one)
    kept: list[Trace] = []
    for one in joined:
        # What nobody is named in belongs to the user named next. Between two stretches of one user
        # it tells nothing that the first of them does not.
        if (
            len(kept) > 1
            and kept[-1].user_id is None
            and kept[-2].user_id == one.user_id
            and kept[-2].first_at is not None
        ):
            kept[-2:] = [kept[-2].joined(one)]
        else:
            kept.append(one)
    return kept


def _known(
    connection: Connection, site_id: int, visitors: Iterable[str], users: Iterable[str | None]
) -> list[tuple[int, Trace]]:
    rows = connection.execute(
        f"SELECT id, {COLUMNS} FROM traces WHERE site_id = ? AND visitor {IN} UNION ALL "  # noqa: S608
        f"SELECT id, {COLUMNS} FROM traces WHERE site_id = ? AND visitor IS NULL AND user_id {IN}",
        (site_id, _json(list(visitors)), site_id, _json(list(users))),
    )
    return [(row[0], replace(Trace(*row[1:8]), profiles=_decode(row[8]))) for row in rows]


def _insert(connection: Connection, site_id: int, traces: Iterable[Trace]) -> None:
    for one in traces:
        connection.execute(
            f"INSERT INTO traces (site_id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                site_id,
                one.visitor,
                one.user_id,
                one.from_at,
                one.from_id,
                one.to_at,
                one.to_id,
                one.first_at,
                _json(one.profiles),
            ),
        )


def _key(one: Trace) -> tuple[str | None, str | None]:
    return (one.visitor, None) if one.visitor is not None else (None, one.user_id)


def _begin(one: Trace) -> tuple[int, int]:
    return one.from_at, one.from_id


def _end(one: Trace) -> tuple[int, int]:
    return one.to_at, one.to_id


def _json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()
