"""The command's entry: which commands there are, and failures as one sentence."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from tracker import __version__
from tracker.config import SettingError
from tracker.errors import DesirepathError

COMMANDS = {
    "serve": ("tracker.cli.serve", "serve"),
    "site": ("tracker.cli.site", "site"),
    "admin": ("tracker.cli.admin", "admin"),
    "settings": ("tracker.cli.settings", "settings"),
    "demo": ("tracker.cli.demo", "demo"),
    "columns": ("tracker.cli.columns", "columns"),
}
"""Name → module and function. Loaded when asked for, so that `serve` starts without what others need."""


class Commands(click.Group):
    """Finds commands in COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name]
        found: click.Command = getattr(importlib.import_module(module), function)
        return found


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="desirepath")
def cli() -> None:
    """Activity analytics you host yourself."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command. Failures are one sentence on standard error and exit code 1."""
    try:
        result: Any = cli.main(arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except (DesirepathError, SettingError, OSError) as error:
        click.echo(f"desirepath: {error}", err=True)
        sys.exit(1)
    sys.exit(result if isinstance(result, int) else 0)
