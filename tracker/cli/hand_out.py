"""`desirepath user export`: all that is kept of one person, to be handed to them."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import click

from tracker.cli.data import data_option
from tracker.cli.erase import need
from tracker.cli.whole import whole
from tracker.errors import Invalid
from tracker.web import person_export
from tracker.web.person_export import Export


@click.command()
@click.argument("site", type=int)
@click.argument("person")
@click.option(
    "--format", "form", type=click.Choice(list(person_export.FORMS)), default="json", show_default=True
)
@click.option("--to", metavar="FILE", help="Write it there, readable by you alone (default: print it).")
@data_option
def export(site: int, person: str, form: str, to: str | None, data: str | None) -> None:
    """Hand out all that is kept of a person, in the ledger and in the archive, beside a server or without.

    PERSON is a user id, a visitor id, or an e-mail that one user alone has. `html` is a page to read.
    """
    with whole(data) as services:
        with closing(person_export.of(services, site, need(services, site, person))) as told:
            if to is None:
                _write(told, form, sys.stdout.buffer)
            else:
                with _new(Path(to)) as file:
                    _write(told, form, file)
        services.readers.close()
    for one in told.unread:
        click.echo(f"Not complete: {one['month'] or 'the archive'}: {one['problem']}", err=True)


def _write(told: Export, form: str, file: BinaryIO) -> None:
    for part in person_export.form(form).write(told):
        file.write(part)
    file.flush()


def _new(path: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.", field="to") from error
