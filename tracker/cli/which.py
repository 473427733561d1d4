"""Which site a command is about, and texts of strangers shown on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from tracker.cli.desk import Desk
from tracker.domain.site import Site
from tracker.errors import Invalid, NotFound

F = TypeVar("F", bound=Callable[..., Any])


def site_option(command: F) -> F:
    """`--site ID`, needed where there are several."""
    return click.option("--site", "site_id", type=int, metavar="ID", help="The site, if there are several.")(
        command
    )


def chosen(desk: Desk, site_id: int | None) -> Site:
    """The site with this id, or the only one. Raises NotFound, or Invalid with those there are."""
    if site_id is not None:
        found = desk.sites.by_id(site_id)
        if found is None:
            raise NotFound(f"There is no site {site_id}; `desirepath site list` shows all.")
        return found
    only = desk.sites.only()
    if only is None:
        there = ", ".join(f"{site.id} ({plain(site.name)})" for site in desk.sites.everything())
        raise Invalid(f"Say which site with --site: {there}." if there else "There is no site yet.")
    return only


@contextmanager
def writing(desk: Desk) -> Iterator[None]:
    """The ledger open for writing, beside a server that may run."""
    desk.writer.start()
    try:
        yield
    finally:
        desk.writer.stop()


def plain(text: str) -> str:
    """A stranger's text on one line, without what would command the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def local(at: int, site: Site) -> str:
    """A time (epoch ms) in the site's zone."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(site.time_zone)).strftime("%Y-%m-%d %H:%M")
