"""`desirepath serve`: the server."""

from __future__ import annotations

import os

import click

from tracker import logs
from tracker.config import Settings
from tracker.server.serve import serve as run


@click.command()
@click.option(
    "--bind", metavar="ADDRESS", help="Address and port (default: DESIREPATH_BIND or 127.0.0.1:8000)."
)
@click.option("--data", metavar="DIR", help="Data directory (default: DESIREPATH_DATA or instance).")
def serve(bind: str | None, data: str | None) -> None:
    """Serve until told to stop."""
    given = {key: value for key, value in (("bind", bind), ("data", data)) if value}
    settings = Settings.read(os.environ, **given)
    logs.configure(settings.log_level, settings.log_format)
    run(settings)
