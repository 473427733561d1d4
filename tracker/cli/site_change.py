"""`desirepath site create` and `site privacy`."""

from __future__ import annotations

import json

import click

from tracker import clock
from tracker.accounts import keeping, sites
from tracker.cli.accounts import with_accounts
from tracker.cli.data import data_option
from tracker.domain.site import Identity
from tracker.errors import NotFound
from tracker.privacy import words


@click.command()
@click.argument("name")
@click.option("--domain", "domains", multiple=True, metavar="D", help="Host name whose pages may send.")
@click.option("--timezone", "time_zone", metavar="Z", help="Such as Europe/Berlin (default: UTC).")
@data_option
def create(name: str, domains: tuple[str, ...], time_zone: str | None, data: str | None) -> None:
    """Add a site; prints its id and keys as JSON, this once."""
    with with_accounts(data) as desk:
        zone = time_zone or desk.settings.time_zone
        made = sites.create(name, clock.now_ms(), domains=domains, time_zone=zone)
        told = {
            "id": made.site.id,
            "site_key": made.site.public_key,
            "secret_key": made.secret_key,
            "token_secret": made.token_secret,
        }
    click.echo(json.dumps(told))


@click.command()
@click.argument("number", type=int, metavar="SITE")
@click.option(
    "--identity", type=click.Choice([str(one) for one in Identity]), help="How visitors are told apart."
)
@click.option("--honour-dnt/--ignore-dnt", default=None, help="Leave browsers alone that ask for it.")
@click.option("--track-anonymous/--users-only", default=None, help="Keep events that name no user.")
@click.option("--collect-ip/--no-ip", default=None, help="Keep addresses of visitors.")
@click.option("--collect-user-agent/--no-user-agent", default=None, help="Keep raw user agents.")
@click.option("--privacy-page/--no-privacy-page", default=None, help="Show the public page.")
@click.option("--privacy-contact", metavar="EMAIL", help="Whom to ask; empty for nobody.")
@data_option
def privacy(number: int, data: str | None, **settings: object) -> None:
    """Say in plain words what a site collects of its visitors; with options, change it first."""
    wanted = {key: value for key, value in settings.items() if value is not None}
    with with_accounts(data) as desk:
        if wanted:
            sites.change(number, clock.now_ms(), None, **wanted)
        found = desk.sites.by_id(number)
        if found is None:
            raise NotFound("There is no such site.", field="site")
        kept = keeping.of_site(number).keeping
    click.echo(words.plain(found.name, found.rules, found.privacy_contact, kept), nl=False)
    click.echo(f"Public page: {f'/privacy/{found.public_key}' if found.privacy_page else 'off'}")
