"""`desirepath site`: making and listing sites."""

from __future__ import annotations

import click

from tracker.cli.data import data_option, opened
from tracker.cli.late import Late, LateGroup

LATE = {
    "create": Late(
        "tracker.cli.site_change", "create", "Add a site; prints its id and keys as JSON, this once."
    ),
    "privacy": Late(
        "tracker.cli.site_change",
        "privacy",
        "Say in plain words what a site collects of its visitors; with options, change it first.",
    ),
}


@click.group(cls=LateGroup, late=LATE)
def site() -> None:
    """Sites and their keys."""


@site.command(name="list")
@data_option
def list_sites(data: str | None) -> None:
    """Show all sites."""
    with opened(data) as desk:
        for one in desk.sites.everything():
            domains = ", ".join(one.rules.domains) or "any domain"
            click.echo(f"{one.id}\t{one.name}\t{one.public_key}\t{one.time_zone}\t{domains}")
