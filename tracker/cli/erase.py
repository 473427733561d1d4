"""`desirepath user erase` and `user pseudonymise`: one person's rights, from the command line."""

from __future__ import annotations

import sys

import click

from tracker import clock
from tracker.accounts import erasures, sites
from tracker.accounts.erasures import Receipt
from tracker.accounts.marks import Kind
from tracker.cli.data import data_option
from tracker.cli.whole import is_served, whole
from tracker.errors import NotFound, Unavailable
from tracker.ledger.person import Person
from tracker.services import Services
from tracker.web import person_export

PATIENCE_SECONDS = 3_600.0


@click.command()
@click.argument("site", type=int)
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def erase(site: int, person: str, yes: bool, data: str | None) -> None:
    """Erase a person everywhere, while the server serves or not. Prints the receipt.

    PERSON is a user id, a visitor id, or an e-mail that one user alone has.
    """
    _order(site, person, Kind.ERASED, None if yes else "Erase {} events and all that is known of them?", data)


@click.command()
@click.argument("site", type=int)
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def pseudonymise(site: int, person: str, yes: bool, data: str | None) -> None:
    """Put pseudonyms in place of a person's e-mail, phone number and names, everywhere. Prints the receipt.

    PERSON is a user id, a visitor id, or an e-mail that one user alone has. Their e-mail still finds them.
    """
    question = "Take out of {} events, and of all that is known of them, who they are?"
    _order(site, person, Kind.PSEUDONYMISED, None if yes else question, data)


def _order(site: int, person: str, kind: Kind, question: str | None, data: str | None) -> None:
    with whole(data) as services:
        found = need(services, site, person)
        if question is not None:
            click.confirm(question.format(f"{len(found.ids):,}"), abort=True)
        path = services.settings.meta_path
        number = erasures.order(path, site, found, clock.now_ms(), None, kind)
        receipt = _carry_out(services, site, number)
    if receipt.finished_at is None:
        raise Unavailable(f"Receipt {number} is not finished yet; the server goes on with it.")
    click.echo(f"Receipt {receipt.number}: {receipt.events:,} events {kind}.")


def need(services: Services, site: int, person: str) -> Person:
    """Somebody on a site. Raises NotFound."""
    sites.need(site)
    if not services.settings.ledger_path.exists():
        raise NotFound("There are no events yet.")
    return person_export.need(services, site, person)


def _carry_out(services: Services, site: int, number: int) -> Receipt:
    path = services.settings.meta_path
    if is_served(services.settings):
        click.echo("The server is at work on it …", file=sys.stderr)
        return erasures.wait(path, site, number, PATIENCE_SECONDS)
    services.start()
    try:
        services.jobs.ask("erasure")
        return erasures.wait(path, site, number, PATIENCE_SECONDS)
    finally:
        services.stop()
