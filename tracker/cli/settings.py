"""`desirepath settings`: every setting with its default and what it does."""

from __future__ import annotations

import os

import click
from rich.console import Console
from rich.table import Table

from tracker.config import Settings, table


@click.command()
def settings() -> None:
    """Show all settings, their defaults and what they do."""
    Settings.read(os.environ)  # tells what is wrong with those that are set
    shown = Table("Setting", "Default", "Now", "What it does")
    for name, default, help_text in table():
        shown.add_row(name, default, os.environ.get(name, ""), help_text)
    Console().print(shown)
