"""What most commands share: where the data is, and an app to work on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from flask import Flask

from tracker.app import create_app
from tracker.columns.duckdb import DuckDBStore, Locked
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
def opened(data: str | None) -> Iterator[Flask]:
    """An app on the data, not serving, inside its context. Works while a server runs."""
    app = create_app(read_settings(data))
    with app.app_context():
        yield app


def is_served(settings: Settings) -> bool:
    """Whether a server has the data open: it alone has the column store."""
    store = DuckDBStore(settings.columns_path)
    try:
        store.open()
    except Locked:
        return True
    store.close()
    return False
