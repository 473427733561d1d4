"""`desirepath keep`: what would go, letting it go now, and how much room there is."""

from __future__ import annotations

import sys
import time

import click

from tracker import clock
from tracker.accounts import keeping
from tracker.cli.data import data_option
from tracker.cli.keep import when
from tracker.cli.whole import is_served, whole
from tracker.columns.duckdb import DuckDBStore, Locked
from tracker.columns.sync import catch_up
from tracker.errors import Unavailable
from tracker.keeping import budget, going
from tracker.keeping.budget import GB, Room
from tracker.keeping.going import Group, Limits
from tracker.services import Services

PATIENCE_SECONDS = 3_600.0


@click.command()
@click.argument("site", type=int)
@data_option
def preview(site: int, data: str | None) -> None:
    """Say what would go now, without letting it go."""
    with whole(data) as services:
        state, now = keeping.of_site(site), clock.now_ms()
        with services.readers.read() as ledger:
            room = budget.room(services.settings, ledger, now)
        limits = Limits.of(state.keeping, state.time_zone, now)
        groups, exact = _going(services, site, limits, room)
    for one in groups:
        what = {"details": "details", "errors": "words of errors"}.get(one.kind, one.kind)
        span = f"{when(one.first, state)} to {when(one.last, state)}"
        click.echo(f"{what}: {one.events:,} events, {span}, about {one.size / 1e6:,.1f} MB")
    if not groups:
        click.echo("Nothing is that old.")
    if not exact:
        click.echo("At most: the server is at work, and has the last word on sessions and errors.", err=True)
    if not state.keeping.begun:
        click.echo("Nothing goes: this site keeps everything until `keep set --begin`.", err=True)


@click.command()
@data_option
def now(data: str | None) -> None:
    """Let go what is too old now, while the server serves or not."""
    with whole(data) as services:
        path = services.settings.meta_path
        begun = [one.site_id for one in keeping.everything(path) if one.keeping.begun]
        if not begun:
            raise Unavailable("No site lets anything go; see `desirepath keep set --begin`.")
        for site_id in begun:
            keeping.change(site_id, {}, clock.now_ms(), None)
        if is_served(services.settings):
            click.echo("The server is at work on it …", file=sys.stderr)
            _wait(services)
            return
        services.start()
        try:
            services.jobs.ask("keeping")
            _wait(services)
        finally:
            services.stop()


@click.command()
@data_option
def room(data: str | None) -> None:
    """Say how much room the data takes, and when the budget is used up."""
    with whole(data) as services, services.readers.read() as ledger:
        click.echo(words(budget.room(services.settings, ledger, clock.now_ms())))


def words(found: Room) -> str:
    """How much is in use, as a sentence."""
    told = f"{found.used / GB:,.2f} GB"
    told += f" of {found.budget / GB:,.2f} GB in use" if found.budget else " in use, no budget"
    told += f"; about {found.bytes_a_day / 1e6:,.1f} MB more a day"
    return f"{told}; full in about {found.full_in:,} days." if found.full_in is not None else f"{told}."


def _going(services: Services, site: int, limits: Limits, room: Room) -> tuple[list[Group], bool]:
    """What would go, and whether that is exact: only one process can ask the column store."""
    store = DuckDBStore(services.settings.columns_path)
    with services.readers.read() as ledger:
        try:
            store.open()
        except Locked:
            return going.at_most(ledger, site, limits, room.bytes_each), False
        try:
            catch_up(store, ledger)
            with store.connect() as connection:
                return going.groups(connection, site, limits, room.bytes_each), True
        finally:
            store.close()


def _wait(services: Services) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    path = services.settings.meta_path
    while any(one.keeping.begun and one.run_at is None for one in keeping.everything(path)):
        if time.monotonic() > deadline:
            raise Unavailable("It is not done yet; the server goes on with it.")
        time.sleep(0.2)
    click.echo("Done.")
