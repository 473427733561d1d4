"""`desirepath admin`: owners and links, when nobody can sign in."""

from __future__ import annotations

import sys

import click

from tracker import clock
from tracker.accounts import links, users
from tracker.cli.accounts import with_accounts
from tracker.cli.data import data_option
from tracker.cli.desk import Desk
from tracker.errors import Conflict


@click.group()
def admin() -> None:
    """Accounts of those who run this server."""


@admin.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--name", default="", help="What others see.")
@data_option
def create(email: str, password_stdin: bool, name: str, data: str | None) -> None:
    """Create an owner account."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with with_accounts(data):
        user = users.create(email, password, clock.now_ms(), name=name, owner=True)
    click.echo(f"{user.email} owns this server.")


@admin.command(name="list")
@data_option
def list_users(data: str | None) -> None:
    """Show all accounts."""
    with with_accounts(data):
        for user in users.everybody():
            click.echo(f"{user.id}\t{user.email}\t{'owner' if user.is_owner else 'member'}\t{user.name}")


@admin.command()
@data_option
def setup_link(data: str | None) -> None:
    """Print a new one-time link to create the first owner."""
    with with_accounts(data) as desk:
        if users.has_owner():
            raise Conflict(
                "This server has an owner; `desirepath admin reset-link EMAIL` helps them back in."
            )
        click.echo(_address(desk) + f"/setup/{links.make('setup', clock.now_ms())}")


@admin.command()
@click.argument("email")
@data_option
def reset_link(email: str, data: str | None) -> None:
    """Print a one-time link for a new password."""
    with with_accounts(data) as desk:
        user = users.need(email)
        token = links.make("reset", clock.now_ms(), email=user.email)
        click.echo(_address(desk) + f"/reset/{token}")


def _address(desk: Desk) -> str:
    return desk.settings.address
