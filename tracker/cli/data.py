"""What most commands share: where the data is, and opening it to work on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from tracker.cli.desk import Desk
from tracker.config import Settings

F = TypeVar("F", bound=Callable[..., Any])


def data_option(command: F) -> F:
    """`--data DIR`, the directory that holds everything."""
    return click.option(
        "--data", metavar="DIR", help="Data directory (default: DESIREPATH_DATA or instance)."
    )(command)


def read_settings(data: str | None, **given: str) -> Settings:
    """The settings, with what the command line said."""
    chosen = given | ({"data": data} if data else {})
    return Settings.read(os.environ, **{"log_level": "warning", "log_format": "text", **chosen})


@contextmanager
def opened(data: str | None) -> Iterator[Desk]:
    """The data, to be worked on while a server runs or not. Loads nothing of pages or questions."""
    desk = Desk(read_settings(data))
    try:
        yield desk
    finally:
        desk.close()
