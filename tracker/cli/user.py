"""`desirepath user`: what support asks of somebody who wrote in."""

from __future__ import annotations

from collections.abc import Iterator

import click
import msgspec

from tracker import clock
from tracker.cli.data import data_option, opened
from tracker.cli.late import Late, LateGroup
from tracker.cli.which import chosen, local, plain, site_option
from tracker.domain.money import written
from tracker.domain.site import Site
from tracker.ledger import users
from tracker.ledger.troubles import Told
from tracker.support.diagnosis import Diagnosis, Known, Verdict, of_email

HEADINGS = {
    Verdict.NEVER_REGISTERED: "never registered",
    Verdict.REGISTRATION_FAILED: "registration failed",
    Verdict.PAID_NOT_CREDITED: "paid, and not credited",
    Verdict.OTHER_EMAIL: "not known; other e-mail used?",
    Verdict.PAYMENT_FAILED: "payment failed",
    Verdict.NOTHING_WRONG: "nothing wrong that we can see",
}


LATE = {
    "export": Late(
        "tracker.cli.hand_out",
        "export",
        "Hand out all that is kept of a person, in the ledger and in "
        "the archive, beside a server or without.",
    ),
    "erase": Late(
        "tracker.cli.erase",
        "erase",
        "Erase a person everywhere, while the server serves or not.",
    ),
    "pseudonymise": Late(
        "tracker.cli.erase",
        "pseudonymise",
        "Put pseudonyms in place of a person's e-mail, phone number and names, everywhere.",
    ),
}
"""They need the whole app; those who only look for somebody need not wait for it."""


@click.group(cls=LateGroup, late=LATE)
def user() -> None:
    """Users of a site: find them, see what went wrong, hand out what is kept, erase or pseudonymise them."""


@user.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@site_option
@data_option
def check(email: str, as_json: bool, site_id: int | None, data: str | None) -> None:
    """Tell whether somebody is known, how they registered and paid, and what is likely wrong.

    EMAIL may be a user's id, too.
    """
    with opened(data) as desk:
        site = chosen(desk, site_id)
        with desk.readers.read() as connection:
            found = of_email(connection, site.id, email, clock.now_ms(), site.pseudonyms)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
        return
    for line in _report(found, site):
        click.echo(plain(line))


@user.command(name="list")
@click.option("--search", default="", help="A part of the id, e-mail, name or phone number.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--after", default="", metavar="USER", help="Begin after the user with this id.")
@site_option
@data_option
def list_users(search: str, limit: int, after: str, site_id: int | None, data: str | None) -> None:
    """Show users: id, e-mail, name, first and last seen, events."""
    with opened(data) as desk:
        site = chosen(desk, site_id)
        with desk.readers.read() as connection:
            found = users.page(
                connection, site.id, search=search, after=after, limit=limit, names=site.pseudonyms
            )
    for one in found:
        seen = local(one.first_seen, site), local(one.last_seen, site)
        cells = (one.id, one.email or "–", one.name or "–", *seen, f"{one.events:,}")
        click.echo("\t".join(plain(cell) for cell in cells))
    if len(found) == limit:
        click.echo(f"More may follow: --after {plain(found[-1].id)}", err=True)


def _report(found: Diagnosis, site: Site) -> Iterator[str]:
    yield f"{found.asked} on {site.name}: {HEADINGS[found.verdict]}"
    yield f"  {found.told}"
    for known in found.users:
        yield from _user(known, site)
    yield from _part("Registration", found.registrations, site)
    if found.payments:
        yield "Payments"
    for payment in found.payments:
        paid = written(payment.amount, payment.currency) if payment.amount is not None else ""
        state = "STUCK" if payment.reference in found.stuck else payment.state
        yield f"  {local(payment.started_at, site)}  {payment.reference}  {paid}  {state}"
    yield from _part("Last errors", found.errors, site)
    if found.nearest:
        yield "E-mails like it"
    yield from (f"  {email}" for email in found.nearest)


def _user(known: Known, site: Site) -> Iterator[str]:
    one = known.user
    told = "told by your server" if one.verified else "claimed by a browser only"
    yield f"User {one.id} ({told}): {one.name or 'no name'}, {one.email or 'no e-mail'}"
    seen = f"first seen {local(one.first_seen, site)}, last seen {local(one.last_seen, site)}"
    yield f"  {seen}, {one.events:,} events"
    for left in known.balances:
        yield f"  credits left: {written(left.balance, left.currency)}"


def _part(heading: str, told: tuple[Told, ...], site: Site) -> Iterator[str]:
    if told:
        yield heading
    for one in told:
        yield f"  {local(one.at, site)}  {one.name}" + (f": {one.error_message}" if one.error_message else "")
