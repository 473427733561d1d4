"""Importing rows: through the pipeline as a server's events, committed group by group, each counted once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec

from tracker.domain.arrival import Arrival
from tracker.domain.event import MAX_EVENTS, Event, RawEvent, Trust
from tracker.domain.site import Site
from tracker.domain.times import epoch_ms
from tracker.doors import native
from tracker.history.rows import Row
from tracker.ingest.pipeline import Pipeline
from tracker.ledger.writer import Receipt

Write = Callable[[list[Event]], Receipt]
_encode = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not taken; `line` is where it begins in the file."""

    line: int
    field: str
    message: str


@dataclass(slots=True)
class Done:
    """What became of the rows so far, all of them on disk. `line` is the last one that was looked at.

    `problems` are those of the last group only.
    """

    line: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.accepted + self.duplicates + self.refused


def run(
    pipeline: Pipeline, site: Site, rows: Iterable[Row], write: Write | None, now_ms: int
) -> Iterator[Done]:
    """Import rows, and tell after each group how far it came (the same object each time).

    Without `write` nothing is kept: `accepted` is then how many would be taken, known ones included. Raises
    Unavailable where the disk does not take it; what was told before is safe, and can be sent again.
    """
    done = Done()
    remaining = iter(rows)
    while group := list(islice(remaining, MAX_EVENTS)):
        problems = [Problem(row.line, row.field, row.problem) for row in group if row.problem]
        events = _events(pipeline, site, [row for row in group if not row.problem], now_ms, problems)
        if write is not None and events:
            receipt = write(events)
            done.accepted += receipt.accepted
            done.duplicates += receipt.duplicates
        else:
            done.accepted += len(events)
        done.refused += len(problems)
        done.line = group[-1].line
        done.problems = sorted(problems, key=lambda one: one.line)
        yield done


def _events(
    pipeline: Pipeline, site: Site, group: list[Row], now_ms: int, problems: list[Problem]
) -> list[Event]:
    """The events of rows; adds to `problems` what cannot be taken."""
    if not group:
        return []
    envelope = native.read({"events": [row.item for row in group]})
    told = list(envelope.errors)
    wanted = []
    for raw in envelope.events:
        if raw.timestamp is None:
            told.append(
                (raw.index, "timestamp", "timestamp is missing: history needs the time of each event.")
            )
            continue
        wanted.append(_prepared(raw, group[raw.index].item))
    passed = pipeline.run(Arrival(site, Trust.SECRET, now_ms), wanted)
    told += [(drop.index, drop.field, drop.message) for drop in passed.drops]
    problems += [Problem(group[index].line, name, message) for index, name, message in told]
    return passed.events


def _prepared(raw: RawEvent, item: dict[str, Any]) -> RawEvent:
    if raw.id is None:
        raw.id = identity(item)
    if raw.visitor is None and raw.user is None:
        # Today's salt would make one visitor of an address over all its days; nobody it stays.
        raw.context.ip = None
    return raw


def identity(item: dict[str, Any]) -> str:
    """The id of an event that has none: made of all it says, so that the same row counts once.

    It begins with the event's time, as ids of ours do: neighbours in time are neighbours in the index.
    """
    digest = hashlib.sha256(_encode(item)).digest()
    at = epoch_ms(item.get("timestamp")) or 0
    packed = at.to_bytes(6, "big") + digest[:10]
    return str(uuid.UUID(bytes=packed, version=5))
