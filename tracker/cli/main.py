"""The command's entry: which commands there are, and failures as one sentence."""

from __future__ import annotations

import importlib
import platform
import sys
from importlib.metadata import version
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
    "backup": ("tracker.cli.backup", "backup"),
    "restore": ("tracker.cli.backup", "restore"),
    "rollback": ("tracker.cli.backup", "roll_back"),
    "archive": ("tracker.cli.archive", "archive"),
    "doctor": ("tracker.cli.doctor", "doctor"),
    "import": ("tracker.cli.importing", "import_file"),
    "user": ("tracker.cli.user", "user"),
    "credits": ("tracker.cli.credits", "credits"),
    "keep": ("tracker.cli.keep", "keep"),
    "payments": ("tracker.cli.payments", "payments"),
}
"""Name → module and function. Loaded when asked for, so that `serve` starts without what others need."""

TOLD = ("duckdb", "flask", "gunicorn", "sqlalchemy")


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


def _versions(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    click.echo(f"desirepath {__version__}")
    # Asked for by itself only, so that no other command pays for loading it.
    from pysqlite3 import dbapi2 as sqlite  # noqa: PLC0415

    others = ", ".join(f"{name} {version(name)}" for name in TOLD)
    click.echo(f"Python {platform.python_version()}, SQLite {sqlite.sqlite_version}, {others}")
    ctx.exit()


@click.group(cls=Commands)
@click.option(
    "--version",
    is_flag=True,
    callback=_versions,
    expose_value=False,
    is_eager=True,
    help="Show the version, and those of the libraries that matter.",
)
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
