"""Every question at ten million events, nothing cached, beside a bare scan of the same columns."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import sqlalchemy as sa

from benchmarks.bigdata import EVENTS, BigData, demo
from benchmarks.report import Row
from tracker import clock
from tracker.analytics.funnels.funnel import TEMPLATES
from tracker.analytics.query import Query
from tracker.analytics.registry import MISSING, Question, questions, to_json
from tracker.columns.duckdb import DuckDBStore
from tracker.columns.schema import events, persons
from tracker.columns.sync import catch_up, start_over
from tracker.config import Settings
from tracker.ledger import connect

ROUNDS = 5
SIZES = (100_000, 1_000_000, 10_000_000)
SEGMENT = {"event": "page_viewed", "times": 3}
SCANNED = ("site_id", "at", "name", "person_id", "session_id", "page", "bot", "interactive")
"""The columns most questions read."""


@dataclass(frozen=True)
class Zoned:
    """A site as queries need it."""

    id: int
    time_zone: str = "Europe/Berlin"


@dataclass(frozen=True)
class Asked:
    """One site of an open store, and how to ask about it."""

    store: DuckDBStore
    site: Zoned
    events: int
    persons: int
    options: dict[str, str]
    filters: tuple[str, str]

    def query(self, **params: Any) -> Query:
        """As somebody asks now."""
        return Query.parse(self.site, {"timeframe": "90d", **params}, clock.now_ms())


def rows() -> Iterator[Row]:
    """Rebuild, then every question with two filters and with none."""
    data = demo()
    yield from rebuild(data)
    asked = _open(data)
    try:
        yield from _ask_all(asked)
    finally:
        asked.store.close()


def rebuild(data: BigData) -> Iterator[Row]:
    """How fast the column store is made anew, and with how much memory: in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.questions", str(data.folder)]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    bare = _bare_copy(data.folder)
    size = f"{data.events:,} events"
    yield Row(f"column store rebuild, {size}", told["rate"], "/s", 200_000, True, bare, "bare DuckDB copy")
    yield Row("  memory while it is made", told["memory"], "MB", 800, False)


def growth() -> Iterator[Row]:
    """The same questions at a hundred thousand, a million and ten million events."""
    for size in SIZES:
        if size > EVENTS:
            continue
        data = demo(size)
        make(data.folder)
        asked = _open(data)
        try:
            yield from _ask_all(asked, short=True)
        finally:
            asked.store.close()


def _ask_all(asked: Asked, *, short: bool = False) -> Iterator[Row]:
    scan = _scan(asked)
    print(
        f"  one site: {asked.events:,} events of {asked.persons:,} persons; filters {asked.filters}",
        flush=True,
    )
    for what, params in (("two filters", {"filter": list(asked.filters)}), ("no filter", {})):
        found = {name: _times(ask) for name, ask in _all_questions(asked, params)}
        every = [seconds for times in found.values() for seconds in times]
        p95, p50 = quantiles(every, n=20)[-1] * 1000, median(every) * 1000
        size = f"{asked.events:,} events, {what}"
        yield Row(f"any question, {size}: p95", p95, "ms", 300, False, scan * 1000, "bare DuckDB scan")
        yield Row("  p50", p50, "ms", 300, False, scan * 1000, "bare DuckDB scan")
        if short:
            continue
        whole = median(found.pop("user-activity"))
        yield Row("  the whole user-activity", whole, "s", 2, False, scan, "bare DuckDB scan")
        for name, times in sorted(found.items(), key=lambda item: -median(item[1])):
            yield Row(f"    {name}", median(times) * 1000, "ms", 300, False, scan * 1000, "scan")


def _all_questions(asked: Asked, params: dict[str, Any]) -> Iterator[tuple[str, Callable[[], Any]]]:
    for name, question in sorted(questions().items()):
        needed = {p.name: asked.options[p.name] for p in question.parameters if p.default is MISSING}
        if all(needed.values()):  # a shop has no payment to look at
            yield name, _asking(asked, question, question.read(needed), params)


def _asking(
    asked: Asked, question: Question[Any, Any], options: dict[str, Any], params: dict[str, Any]
) -> Callable[[], Any]:

    def ask() -> Any:
        with asked.store.connect() as connection:
            return to_json(question(connection, asked.query(**params), **options))

    return ask


def _times(ask: Callable[[], Any]) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        ask()
        found.append(time.perf_counter() - begun)
    return found


def _scan(asked: Asked) -> float:
    """Seconds DuckDB takes to read the columns of the site and period and to do nothing with them."""
    query = asked.query()
    statement = sa.select(*(sa.func.max(events.c[name]) for name in SCANNED)).where(
        events.c.site_id == asked.site.id,
        events.c.at >= query.period.since,
        events.c.at < query.period.until,
    )

    def scan() -> None:
        with asked.store.connect() as connection:
            connection.execute(statement).all()

    return median(_times(scan))


def _open(data: BigData) -> Asked:
    settings = Settings.read({}, data=str(data.folder))
    store = DuckDBStore(settings.columns_path, memory_mb=settings.columns_memory_mb)
    store.open()
    with store.connect() as connection:
        number = sa.func.count()
        site, total = connection.execute(
            sa.select(events.c.site_id, number).group_by(events.c.site_id).order_by(number.desc()).limit(1)
        ).one()

        def top(column: sa.ColumnElement[Any], *more: sa.ColumnElement[bool]) -> str:
            statement = (
                sa.select(column)
                .where(events.c.site_id == site, column.is_not(None), *more)
                .group_by(column)
                .order_by(number.desc(), column)
                .limit(1)
            )
            return str(connection.scalar(statement) or "")

        known = connection.scalar(sa.select(number).select_from(persons).where(persons.c.site_id == site))
        options = {
            "person": top(events.c.user_id),
            "product": top(events.c.product_id),
            "reference": top(events.c.reference, events.c.name == "payment_initialized"),
            "funnel": json.dumps(next(iter(TEMPLATES.values())).to_json()),
            "definition": json.dumps({"name": "Often here", "criteria": SEGMENT}),
        }
        filters = (f"device:{top(events.c.device)}", f"country:{top(events.c.country)}")
    return Asked(store, Zoned(site), int(total), int(known or 0), options, filters)


def make(folder: Path) -> tuple[int, float]:
    """Make the store anew; gives events and seconds."""
    settings = Settings.read({}, data=str(folder))
    store = DuckDBStore(settings.columns_path, memory_mb=settings.columns_memory_mb)
    store.open()
    reader = connect.open_reader(settings.ledger_path)
    try:
        start_over(store, reader)
        begun = time.perf_counter()
        count = catch_up(store, reader)
        return count, time.perf_counter() - begun
    finally:
        reader.close()
        store.close()


def _bare_copy(folder: Path) -> float:
    """Rows a second that DuckDB copies from the finished table into a new file."""
    import duckdb

    target = folder / "bare.duckdb"
    target.unlink(missing_ok=True)
    with duckdb.connect(config={"threads": 2}) as root:
        root.execute(f"ATTACH '{Settings.read({}, data=str(folder)).columns_path}' AS columns (READ_ONLY)")
        root.execute(f"ATTACH '{target}' AS copied")
        begun = time.perf_counter()
        root.execute("CREATE TABLE copied.events AS SELECT * FROM columns.events")
        taken = time.perf_counter() - begun
        count = root.execute("SELECT count(*) FROM copied.events").fetchone()
    target.unlink()
    return (count[0] if count else 0) / taken


if __name__ == "__main__":
    made, seconds = make(Path(sys.argv[1]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rate": made / seconds, "memory": memory}))
    sys.stdout.flush()
    os._exit(0)
