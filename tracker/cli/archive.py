"""`desirepath archive`: what was kept of old events before they went, looked through and brought back."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import click
from rich.console import Console
from rich.progress import Progress

from tracker.archive.archive import Archive
from tracker.archive.manifest import Part
from tracker.cli.data import data_option, opened, read_settings
from tracker.cli.desk import Desk
from tracker.cli.which import writing
from tracker.domain.erased import USER, VISITOR, Erased
from tracker.domain.event import Event
from tracker.domain.pseudonyms import Pseudonyms
from tracker.domain.site import Site
from tracker.errors import Invalid, NotFound
from tracker.ingest import pseudonyms

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def _month(_: click.Context, __: click.Parameter, told: str | None) -> str | None:
    if told is not None and not MONTH.fullmatch(told):
        raise click.BadParameter("write it as 2026-03.")
    return told


ONE_MONTH = click.option("--month", callback=_month, metavar="YYYY-MM", help="That month only.")


@click.group()
def archive() -> None:
    """Old events that were kept as Parquet files, by site and month, before they went."""


@archive.command(name="list")
@data_option
def list_parts(data: str | None) -> None:
    """Show all files: site, month, events, size."""
    kept = _kept(data)
    for site_id in kept.sites():
        for part in kept.listed(site_id):
            path = kept.folder(site_id) / part.file
            click.echo(f"{site_id}\t{part.month}\t{part.events:,} events\t{part.bytes:,} bytes\t{path}")


@archive.command()
@click.argument("site", type=int, required=False)
@ONE_MONTH
@data_option
def verify(site: int | None, month: str | None, data: str | None) -> None:
    """Compare every file of SITE (or of all) with its checksum."""
    kept = _kept(data)
    for number in [site] if site is not None else kept.sites():
        parts = kept.check(number, month)
        events = sum(part.events for part in parts)
        click.echo(f"Site {number}: {len(parts)} files, {events:,} events, all as they were written.")


@archive.command()
@click.argument("site", type=int)
@click.option("--into", type=int, required=True, metavar="SITE", help="The site they are brought into.")
@ONE_MONTH
@data_option
def restore(site: int, into: int, month: str | None, data: str | None) -> None:
    """Bring archived events of SITE back, as events of another site, beside a running server or without.

    A site's own days are closed once their details went: their figures stay as they were counted. So make a
    site for what comes back (`desirepath site create`). Run again, it goes on: every event counts once.
    """
    if site == into:
        raise Invalid(
            f"The days of site {site} are closed. Make another site to bring them into.", field="into"
        )
    with opened(data) as desk:
        target = desk.sites.by_id(into)
        if target is None:
            raise NotFound(f"There is no site {into}; `desirepath site list` shows all.", field="into")
        kept = Archive(desk.settings.data)
        parts = kept.check(site, month)
        with writing(desk):
            accepted, known = _bring(desk, kept, site, parts, target)
    click.echo(f"{accepted:,} events brought into site {into}, {known:,} were there already.")


def _bring(desk: Desk, kept: Archive, site: int, parts: list[Part], target: Site) -> tuple[int, int]:
    accepted = known = 0
    source = desk.sites.by_id(site)
    names = [one.pseudonyms for one in (source, target) if one is not None and one.pseudonyms is not None]
    erased = [one.erased for one in (source, target) if one is not None and one.erased is not None]
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
        bar = shown.add_task("Restoring", total=sum(part.events for part in parts))
        for part in parts:
            for some in kept.events(site, part, target.id):
                receipt = desk.writer.write(list(_allowed(some, erased, names)))
                accepted, known = accepted + receipt.accepted, known + receipt.duplicates
                shown.advance(bar, len(some))
    return accepted, known


def _allowed(events: list[Event], erased: list[Erased], names: list[Pseudonyms]) -> Iterator[Event]:
    """Those of nobody who was erased, with pseudonyms, also where the files are an older copy."""
    for event in events:
        for one in names:
            pseudonyms.take(event, one)
        if not any(
            one.covers(USER, event.user_id, event.at) or one.covers(VISITOR, event.visitor, event.at)
            for one in erased
        ):
            yield event


def _kept(data: str | None) -> Archive:
    return Archive(read_settings(data).data)
