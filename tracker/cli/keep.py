"""`desirepath keep`: how long sites keep what, what would go, and letting it go now."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from tracker import clock
from tracker.accounts import keeping
from tracker.accounts.keeping import State
from tracker.cli.data import data_option, is_served, opened
from tracker.columns.duckdb import DuckDBStore, Locked
from tracker.columns.sync import catch_up
from tracker.domain import keeping as rules
from tracker.errors import Unavailable
from tracker.keeping import budget, going
from tracker.keeping.budget import GB, Room
from tracker.keeping.going import Group, Limits
from tracker.services import Services

PATIENCE_SECONDS = 3_600.0


@click.group()
def keep() -> None:
    """How long sites keep what."""


@keep.command()
@click.argument("site", type=int)
@data_option
def show(site: int, data: str | None) -> None:
    """Show how long a site keeps what."""
    with opened(data):
        _tell(keeping.of_site(site))


@keep.command(name="set")
@click.argument("site", type=int)
@click.option("--details", metavar="DAYS", help="Days that details stay, or: ever.")
@click.option("--errors", metavar="DAYS", help="Days that the words of errors stay, or: ever.")
@click.option("--name", "names", multiple=True, metavar="EVENT=DAYS", help="An event kept otherwise.")
@click.option("--begin/--stop", "begun", default=None, help="Let go what is older, or keep everything.")
@click.option("--archive/--no-archive", default=None, help="Write events to files before they go.")
@data_option
def change(
    site: int,
    details: str | None,
    errors: str | None,
    names: tuple[str, ...],
    begun: bool | None,
    archive: bool | None,
    data: str | None,
) -> None:
    """Change it. --name replaces all events that were named so far."""
    told: dict[str, object] = {
        key: rules.from_text(text, key)
        for key, text in (("details", details), ("errors", errors))
        if text is not None
    }
    if names:
        told["names"] = rules.from_lines(names)
    if archive is not None:
        told["archive"] = archive
    with opened(data):
        _tell(keeping.change(site, told, clock.now_ms(), None, begun))


@keep.command()
@click.argument("site", type=int)
@data_option
def preview(site: int, data: str | None) -> None:
    """Say what would go now, without letting it go."""
    with opened(data) as app:
        services: Services = app.extensions["desirepath"]
        state, now = keeping.of_site(site), clock.now_ms()
        with services.readers.read() as ledger:
            room = budget.room(services.settings, ledger, now)
        limits = Limits.of(state.keeping, state.time_zone, now)
        groups, exact = _going(services, site, limits, room)
    for one in groups:
        what = {"details": "details", "errors": "words of errors"}.get(one.kind, one.kind)
        span = f"{_when(one.first, state)} to {_when(one.last, state)}"
        click.echo(f"{what}: {one.events:,} events, {span}, about {one.size / 1e6:,.1f} MB")
    if not groups:
        click.echo("Nothing is that old.")
    if not exact:
        click.echo("At most: the server is at work, and has the last word on sessions and errors.", err=True)
    if not state.keeping.begun:
        click.echo("Nothing goes: this site keeps everything until `keep set --begin`.", err=True)


@keep.command()
@data_option
def now(data: str | None) -> None:
    """Let go what is too old now, while the server serves or not."""
    with opened(data) as app:
        services: Services = app.extensions["desirepath"]
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


@keep.command()
@data_option
def room(data: str | None) -> None:
    """Say how much room the data takes, and when the budget is used up."""
    with opened(data) as app:
        services: Services = app.extensions["desirepath"]
        with services.readers.read() as ledger:
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


def _tell(state: State) -> None:
    numbers = state.keeping
    click.echo(f"details: {rules.to_text(numbers.details)}")
    click.echo(f"errors: {rules.to_text(numbers.errors)}")
    for name, days in numbers.names.items():
        click.echo(f"{name}: {rules.to_text(days)}")
    if numbers.archive:
        click.echo("archived before they go; see `desirepath archive list`")
    click.echo("old ones go" if numbers.begun else "nothing goes yet: `desirepath keep set --begin`")
    if state.closed:
        click.echo(f"rolled up before {_when(state.closed, state)}")


def _when(at: int, state: State) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(state.time_zone)).strftime("%Y-%m-%d %H:%M")
