"""`desirepath keep`: how long sites keep what."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from tracker import clock
from tracker.accounts import keeping
from tracker.accounts.keeping import State
from tracker.cli.accounts import with_accounts
from tracker.cli.data import data_option
from tracker.cli.late import Late, LateGroup
from tracker.domain import keeping as rules

LATE = {
    name: Late("tracker.cli.keep_now", name, told)
    for name, told in (
        ("preview", "Say what would go now, without letting it go."),
        ("now", "Let go what is too old now, while the server serves or not."),
        ("room", "Say how much room the data takes, and when the budget is used up."),
    )
}


@click.group(cls=LateGroup, late=LATE)
def keep() -> None:
    """How long sites keep what."""


@keep.command()
@click.argument("site", type=int)
@data_option
def show(site: int, data: str | None) -> None:
    """Show how long a site keeps what."""
    with with_accounts(data):
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
    with with_accounts(data):
        _tell(keeping.change(site, told, clock.now_ms(), None, begun))


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
        click.echo(f"rolled up before {when(state.closed, state)}")


def when(at: int, state: State) -> str:
    """A time (epoch ms) in the site's zone."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(state.time_zone)).strftime("%Y-%m-%d %H:%M")
