"""`desirepath backup`, `restore`, `rollback`: copies of everything, and the way back."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tracker import clock
from tracker.backup import kept, make, rollback
from tracker.backup import restore as restoring
from tracker.backup.kept import Backup
from tracker.backup.manifest import when
from tracker.cli.data import data_option, read_settings
from tracker.errors import NotFound

NICE = 10
WHERE = click.option(
    "--to",
    "into",
    metavar="DIR",
    help="Where backups are (default: DESIREPATH_BACKUP_DIR, or backups/ in the data).",
)


@click.group(invoke_without_command=True)
@WHERE
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Remove all but the newest N afterwards.")
@data_option
@click.pass_context
def backup(ctx: click.Context, into: str | None, keep: int | None, data: str | None) -> None:
    """Copy ledger and accounts, consistently, while the server serves. Prints the new backup's path."""
    if ctx.invoked_subcommand is not None:
        return
    os.nice(NICE)  # senders come first
    settings = read_settings(data)
    folder = _folder(into, data)
    path, told = make.backup(settings, folder, clock.now_ms())
    click.echo(path)
    click.echo(f"{told.events:,} events, {told.sites} sites, {told.accounts} accounts.", err=True)
    for gone in kept.thin(folder, keep) if keep else ():
        click.echo(f"Removed {gone}.", err=True)


@backup.command(name="list")
@WHERE
@data_option
def list_backups(into: str | None, data: str | None) -> None:
    """Show all backups, newest first."""
    for one in kept.listed(_folder(into, data)):
        told, size = one.told, f"{one.bytes >> 20:,} MB"
        parts = (when(told.made_at), size, f"{told.events:,} events", _trial(one), str(one.path))
        click.echo("\t".join(parts))


@backup.command()
@click.argument("path", required=False)
@WHERE
@data_option
def verify(path: str | None, into: str | None, data: str | None) -> None:
    """Restore a backup (by default the newest) into a directory of its own, and look it through."""
    folder = _folder(into, data)
    source = restoring.newest(Path(path).expanduser() if path else folder)
    found = next((one for one in kept.listed(source.parent) if one.path == source), None)
    if found is None:
        raise NotFound(f"There is no backup in {source}.")
    outcome = restoring.verify(found, clock.now_ms(), folder if folder.exists() else None)
    if outcome.problem is not None:
        raise click.ClickException(outcome.problem)
    click.echo(f"{source} could be restored: {outcome.events:,} events, {outcome.seconds:.1f} s.")


@click.command()
@click.argument("source")
@click.option(
    "--force", is_flag=True, help="Replace what the data directory holds; it goes to replaced/ there."
)
@data_option
def restore(source: str, force: bool, data: str | None) -> None:
    """Put a backup in the place of the data directory's files. Stop the server first.

    SOURCE is a backup's directory, a file in it, or a directory of backups, of which the newest is taken.
    """
    folder = restoring.newest(Path(source).expanduser().resolve())
    settings = read_settings(data)
    told = restoring.restore(folder, settings.data, force=force)
    click.echo(
        f"{settings.data} holds what was backed up on {when(told.made_at)}: {told.events:,} events, "
        f"{told.sites} sites. The column store is made anew at the next start."
    )


@click.command(name="rollback")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def roll_back(yes: bool, data: str | None) -> None:
    """Undo the last upgrade: the copies made before it take the files' places. Stop the server first.

    Events taken in since the upgrade are carried over; changes to accounts, sites and definitions are not.
    """
    settings = read_settings(data)
    plan = rollback.plan(settings.data)
    click.echo(plan.words)
    if not yes:
        click.confirm("Go back?", abort=True)
    carried = rollback.roll_back(settings.data, plan)
    click.echo(
        f"Done; {carried:,} events were carried over. Install the version you had before, then start it."
    )


def _folder(into: str | None, data: str | None) -> Path:
    return Path(into).expanduser().resolve() if into else read_settings(data).backup_path


def _trial(one: Backup) -> str:
    if one.verified is None:
        return "not tried"
    return (
        f"could be restored {when(one.verified.at)}" if one.verified.problem is None else "CANNOT BE RESTORED"
    )
