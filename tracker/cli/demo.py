"""`desirepath demo`: believable data through the real pipeline, the same each time."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tracker import clock, road
from tracker.accounts import sites, users
from tracker.cli.accounts import with_accounts
from tracker.cli.data import data_option
from tracker.cli.desk import Desk
from tracker.demo import SITES, DemoRequest, requests
from tracker.domain.arrival import Arrival
from tracker.domain.event import Event, Trust
from tracker.domain.site import Site
from tracker.doors import native
from tracker.enrich.geo import Country
from tracker.enrich.visitor import VisitorHash
from tracker.errors import DesirepathError
from tracker.ingest.pipeline import Pipeline
from tracker.ingest.tools import Tools
from tracker.ledger.writer import Outcome, Writer

EMAIL, PASSWORD = "demo@example.org", "demo-desirepath"
DEFAULT_EVENTS, DEFAULT_DAYS = 60_000, 90
DAY_MS = 86_400_000
GROUP = 500
IN_FLIGHT = 16


@click.command()
@click.option("--events", default=DEFAULT_EVENTS, show_default=True, type=click.IntRange(1, 100_000_000))
@click.option("--days", default=DEFAULT_DAYS, show_default=True, type=click.IntRange(1, 730))
@click.option("--seed", default=1, show_default=True, type=int)
@data_option
def demo(events: int, days: int, seed: int, data: str | None) -> None:
    """Fill the data directory with three generated sites."""
    with with_accounts(data) as desk:
        if {row.name for row in sites.everything()} & {site.name for site in SITES}:
            click.echo("The demo sites are there already; nothing was added.")
        else:
            made = _sites(desk)
            desk.writer.start()
            try:
                _fill(desk, made, requests(seed, clock.now_ms(), days, events), events)
            finally:
                desk.writer.stop()
        _owner()
        click.echo(f"Sign in as {EMAIL} with the password {PASSWORD}")


def _owner() -> None:
    if users.by_email(EMAIL) is None:
        users.create(EMAIL, PASSWORD, clock.now_ms(), name="Demo", owner=True)


def _sites(desk: Desk) -> dict[str, Site]:
    """The demo's sites, made like any other; their keys are printed, for trying the API."""
    made: dict[str, Site] = {}
    for wanted in SITES:
        now_ms = clock.now_ms()
        new = sites.create(wanted.name, now_ms, domains=wanted.domains, time_zone=wanted.time_zone)
        rules = {field.name: getattr(wanted.rules, field.name) for field in fields(wanted.rules)}
        sites.change(new.site.id, now_ms, None, **(rules | {"domains": wanted.domains}))
        site = desk.sites.by_public_key(new.site.public_key)
        if site is None:
            raise click.ClickException(f"{wanted.name} was made but cannot be read back.")
        made[wanted.slug] = site
        told = {"id": site.id, "site_key": site.public_key, "secret_key": new.secret_key}
        click.echo(f"{wanted.name}: {json.dumps(told)}")
    return made


def _fill(desk: Desk, made: dict[str, Site], wanted: Iterable[DemoRequest], events: int) -> None:
    loader = Loader(desk.writer)
    columns = (TextColumn("Generating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        bar = progress.add_task("events", total=events)
        for group in _groups(_events(made, wanted, Country(road.country_db(desk.settings)))):
            loader.add(group)
            progress.advance(bar, len(group))
        loader.finish()


def _events(made: dict[str, Site], wanted: Iterable[DemoRequest], country: Country) -> Iterator[list[Event]]:
    """The events of each request, as the doors would have let them in at its time."""
    visitors = VisitorHash(b"", None)
    pipeline, today = Pipeline(Tools(country, visitors)), -1
    for request in wanted:
        if request.received_at // DAY_MS != today:
            today = request.received_at // DAY_MS
            visitors.rotate(_salt(today), _salt(today - 1))
        envelope = native.read(request.body)
        arrival = Arrival(
            made[request.site],
            Trust(request.trust),
            request.received_at,
            address=request.address,
            user_agent=request.user_agent,
        )
        yield pipeline.run(arrival, envelope.events).events


def _salt(day: int) -> bytes:
    """Invented people need no secret salt, but the same one each time."""
    return hashlib.sha256(f"demo {day}".encode()).digest()


def _groups(batches: Iterable[list[Event]]) -> Iterator[list[Event]]:
    group: list[Event] = []
    for batch in batches:
        group += batch
        if len(group) >= GROUP:
            yield group
            group = []
    if group:
        yield group


class Loader:
    """Keeps the writer busy without filling its queue, and stops at the first failure."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._places = threading.Semaphore(IN_FLIGHT)
        self._failed: DesirepathError | None = None

    def add(self, events: list[Event]) -> None:
        """Queue events once there is a place."""
        self._places.acquire()
        if self._failed is not None:
            raise self._failed
        self._writer.submit(events, self._done)

    def finish(self) -> None:
        """Wait for all commits."""
        for _ in range(IN_FLIGHT):
            self._places.acquire()
        if self._failed is not None:
            raise self._failed

    def _done(self, told: list[tuple[Any, Outcome]]) -> None:
        for _, outcome in told:
            if isinstance(outcome, DesirepathError):
                self._failed = outcome
            self._places.release()
