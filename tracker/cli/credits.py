"""`desirepath credits`: adding, deducting and reading a user's credits."""

from __future__ import annotations

import secrets
from decimal import Decimal

import click

from tracker import clock, road
from tracker.cli.data import data_option, opened
from tracker.cli.which import chosen, local, plain, site_option, writing
from tracker.domain.money import plain as amount_of
from tracker.domain.money import written
from tracker.ledger.credits import balances, operations
from tracker.support import credits as support
from tracker.support import who

BY = "command line"


@click.group()
def credits() -> None:
    """Credits of users: exact, each reference once, never below zero.

    EMAIL is an e-mail that your server told, or a user's id (`id:…` where an id looks like an e-mail).
    """


@credits.command()
@click.argument("email")
@click.argument("amount")
@click.option("--reason", required=True, help="Why; shown on the user's timeline.")
@click.option("--reference", help="The payment's, or an id of yours: it happens once. Made up if left out.")
@click.option("--currency", help="Each currency has a balance of its own.")
@site_option
@data_option
def add(email: str, amount: str, data: str | None, site_id: int | None, **about: str | None) -> None:
    """Give credits to a user."""
    _move("add", email, amount, site_id, data, **about)


@credits.command()
@click.argument("email")
@click.argument("amount")
@click.option("--reason", required=True, help="Why; shown on the user's timeline.")
@click.option("--reference", help="An id of yours: it happens once. Made up if left out.")
@click.option("--currency", help="Each currency has a balance of its own.")
@site_option
@data_option
def deduct(email: str, amount: str, data: str | None, site_id: int | None, **about: str | None) -> None:
    """Take credits from a user; refused where they have less."""
    _move("deduct", email, amount, site_id, data, **about)


@credits.command()
@click.argument("email")
@click.option(
    "--last", default=10, show_default=True, type=click.IntRange(0, 10_000), help="Operations shown."
)
@site_option
@data_option
def balance(email: str, last: int, site_id: int | None, data: str | None) -> None:
    """Show what a user has left, and the last operations."""
    with opened(data) as desk:
        site = chosen(desk, site_id)
        with desk.readers.read() as connection:
            user = who.user_id(connection, site.id, email, site.pseudonyms)
            found = operations(connection, site.id, user)
    left = balances(found) or {None: Decimal(0)}
    told = ", ".join(written(left[unit], unit) for unit in sorted(left, key=lambda unit: unit or ""))
    click.echo(f"User {plain(user)} has {told}.")
    for one in found[len(found) - last :] if last else ():
        cells = (local(one.at, site), _money(one.amount, one.currency), one.reference, one.reason)
        click.echo("\t".join(plain(cell or "–") for cell in cells))


def _move(
    operation: str,
    email: str,
    amount: str,
    site_id: int | None,
    data: str | None,
    **about: str | None,
) -> None:
    told = {"operation": operation, "amount": amount, **about}
    told["reference"] = told["reference"] or f"cli-{secrets.token_hex(8)}"
    with opened(data) as desk:
        site = chosen(desk, site_id)
        steps = road.pipeline(desk.settings, road.visitors(desk.settings))
        with writing(desk):
            with desk.readers.read() as connection:
                user = who.user_id(connection, site.id, email, site.pseudonyms)
            change = support.read({**told, "user": {"id": user}}, BY)
            moved = support.carry_out(steps, desk.writer, site, change, clock.now_ms())
    done = "Nothing was done, the reference was used before for this" if moved.duplicate else "Done"
    verb = "added to" if operation == "add" else "deducted from"
    click.echo(
        f"{done}: {written(change.amount, change.currency)} {verb} user {plain(user)}; "
        f"{written(moved.balance, change.currency)} left. Reference {plain(change.reference)}."
    )


def _money(amount: Decimal, currency: str | None) -> str:
    return f"{amount_of(amount)} {currency or ''}".rstrip()
