"""`desirepath payments`: those that were paid and brought nothing."""

from __future__ import annotations

import click

from tracker import clock
from tracker.cli.data import data_option, opened
from tracker.cli.which import chosen, local, plain, site_option
from tracker.domain.money import plain as amount_of
from tracker.domain.site import Site
from tracker.ledger import payments as ledger
from tracker.ledger.payments import Payment

DAY_MS = 86_400_000


@click.group()
def payments() -> None:
    """Payments of a site."""


@payments.command()
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 36_500), help="Begun since.")
@site_option
@data_option
def stuck(days: int, site_id: int | None, data: str | None) -> None:
    """Show payments that were paid more than 15 minutes ago and not credited, the oldest first.

    Tab-separated: reference, amount, user, when it was paid, whether the provider's webhook came, error.
    """
    now_ms = clock.now_ms()
    with opened(data) as desk:
        site = chosen(desk, site_id)
        with desk.readers.read() as connection:
            found = ledger.stuck(connection, site.id, now_ms, now_ms - days * DAY_MS)
    for payment in found:
        click.echo("\t".join(plain(cell) for cell in _cells(payment, site)))
    number = f"{len(found):,} payment{'' if len(found) == 1 else 's'}"
    click.echo(f"{number} stuck." if found else "No payment is stuck.", err=True)


def _cells(payment: Payment, site: Site) -> tuple[str, ...]:
    amount = (
        "–" if payment.amount is None else f"{amount_of(payment.amount)} {payment.currency or ''}".rstrip()
    )
    paid = payment.paid_at if payment.paid_at is not None else payment.started_at
    webhook = "webhook came" if payment.webhook_at is not None else "no webhook"
    return (
        payment.reference,
        amount,
        payment.user_id or "–",
        local(paid, site),
        webhook,
        payment.error_message or "–",
    )
