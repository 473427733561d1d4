"""`desirepath columns`: the derived column store, made anew or compared with the ledger."""

from __future__ import annotations

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tracker.cli.data import data_option, read_settings
from tracker.columns.check import Difference, compare
from tracker.columns.duckdb import DuckDBStore, Locked
from tracker.columns.sync import Progress as Done
from tracker.columns.sync import catch_up, start_over
from tracker.config import Settings
from tracker.domain.period import day_of_number
from tracker.errors import Unavailable
from tracker.ledger import connect

SHOWN = 20


@click.group()
def columns() -> None:
    """The column store that figures come from. It is derived: the ledger holds the truth."""


@columns.command()
@data_option
def rebuild(data: str | None) -> None:
    """Make the column store anew from the ledger. Stop the server first."""
    settings, store = _opened(data)
    reader = connect.open_reader(settings.ledger_path)
    shape = (TextColumn("Rebuilding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        start_over(store, reader)
        with Progress(*shape) as shown:
            bar = shown.add_task("events", total=None)
            total = catch_up(store, reader, lambda done: _show(shown, bar, done))
        click.echo(f"{total:,} events read.")
    finally:
        reader.close()
        store.close()


@columns.command()
@data_option
def check(data: str | None) -> None:
    """Compare the column store with the ledger. Stop the server first."""
    settings, store = _opened(data)
    reader = connect.open_reader(settings.ledger_path)
    try:
        catch_up(store, reader)
        found = compare(reader, store)
    finally:
        reader.close()
        store.close()
    if not found.differences:
        click.echo(f"{found.events:,} events compared, no difference.")
        return
    for difference in found.differences[:SHOWN]:
        click.echo(_words(difference))
    raise click.ClickException(
        f"{len(found.differences)} days differ; `desirepath columns rebuild` makes the store anew."
    )


def _opened(data: str | None) -> tuple[Settings, DuckDBStore]:
    settings = read_settings(data)
    if not settings.ledger_path.exists():
        raise Unavailable(f"There is no ledger at {settings.ledger_path}.")
    store = DuckDBStore(settings.columns_path, memory_mb=settings.columns_memory_mb)
    try:
        store.open()
    except Locked as error:
        raise Unavailable("The server has the column store open; stop it first.") from error
    # Right after an upgrade the ledger has not been opened by this version yet.
    connect.open_writer(settings.ledger_path).close()
    return settings, store


def _show(shown: Progress, bar: object, done: Done) -> None:
    shown.update(bar, total=done.last, completed=done.done)  # type: ignore[arg-type]


def _words(difference: Difference) -> str:
    ledger, ours = difference.ledger[0], difference.columns[0]
    day = day_of_number(difference.day).isoformat()
    where = f"site {difference.site_id}, {day}, {difference.name}"
    return f"{where}: {ledger:,} in the ledger, {ours:,} in the columns"
