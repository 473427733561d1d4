"""The `desirepath` command; one file for each group of commands."""

from tracker.cli.main import main

__all__ = ["main"]
