"""`desirepath site`: making and listing sites."""

from __future__ import annotations

import json

import click

from tracker import clock
from tracker.accounts import sites
from tracker.cli.data import data_option, opened


@click.group()
def site() -> None:
    """Sites and their keys."""


@site.command()
@click.argument("name")
@click.option("--domain", "domains", multiple=True, metavar="D", help="Host name whose pages may send.")
@click.option("--timezone", "time_zone", metavar="Z", help="Such as Europe/Berlin (default: UTC).")
@data_option
def create(name: str, domains: tuple[str, ...], time_zone: str | None, data: str | None) -> None:
    """Add a site; prints its id and keys as JSON, this once."""
    with opened(data) as app:
        zone = time_zone or app.extensions["desirepath"].settings.time_zone
        made = sites.create(name, clock.now_ms(), domains=domains, time_zone=zone)
        told = {
            "id": made.site.id,
            "site_key": made.site.public_key,
            "secret_key": made.secret_key,
            "token_secret": made.token_secret,
        }
    click.echo(json.dumps(told))


@site.command(name="list")
@data_option
def list_sites(data: str | None) -> None:
    """Show all sites."""
    with opened(data):
        for row in sites.everything():
            domains = ", ".join(domain.domain for domain in row.domains) or "any domain"
            click.echo(f"{row.id}\t{row.name}\t{row.public_key}\t{row.time_zone}\t{domains}")
