"""`desirepath settings`: every setting with its default and what it does."""

from __future__ import annotations

import os

import click
from rich.console import Console
from rich.table import Table

from tracker.config import Settings, secret_names, table


@click.command()
def settings() -> None:
    """Show all settings, their defaults and what they do."""
    Settings.read(os.environ)  # tells what is wrong with those that are set
    hidden = secret_names()
    shown = Table("Setting", "Default", "Now", "What it does")
    for name, default, help_text in table():
        now = os.environ.get(name, "")
        shown.add_row(name, default, "(set)" if now and name in hidden else now, help_text)
    Console().print(shown)
