"""The command's entry: which commands there are, and failures as one sentence."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from typing import Any

import click

from tracker import __version__
from tracker.cli.late import Late, LateGroup
from tracker.config import SettingError
from tracker.errors import DesirepathError

COMMANDS = {
    "serve": Late("tracker.cli.serve", "serve", "Serve until told to stop."),
    "site": Late("tracker.cli.site", "site", "Sites and their keys."),
    "admin": Late("tracker.cli.admin", "admin", "Accounts of those who run this server."),
    "settings": Late(
        "tracker.cli.settings",
        "settings",
        "Show all settings, their defaults and what they do.",
    ),
    "demo": Late("tracker.cli.demo", "demo", "Fill the data directory with three generated sites."),
    "columns": Late(
        "tracker.cli.columns",
        "columns",
        "The column store that figures come from.",
    ),
    "backup": Late(
        "tracker.cli.backup",
        "backup",
        "Copy ledger and accounts, consistently, while the server serves.",
    ),
    "restore": Late(
        "tracker.cli.backup",
        "restore",
        "Put a backup in the place of the data directory's files.",
    ),
    "rollback": Late(
        "tracker.cli.backup",
        "roll_back",
        "Undo the last upgrade: the copies made before it take the files' places.",
    ),
    "archive": Late(
        "tracker.cli.archive",
        "archive",
        "Old events that were kept as Parquet files, by site and month, before they went.",
    ),
    "doctor": Late(
        "tracker.cli.doctor",
        "doctor",
        "Check disk, clock, SQLite, permissions, port and proxies, and say what to do.",
    ),
    "import": Late(
        "tracker.cli.importing",
        "import_file",
        "Import events of the past from FILE: CSV or NDJSON, plain or gzip; `-` reads standard input.",
    ),
    "user": Late(
        "tracker.cli.user",
        "user",
        "Users of a site: find them, see what went wrong, hand out what is kept, erase or pseudonymise them.",
    ),
    "credits": Late(
        "tracker.cli.credits",
        "credits",
        "Credits of users: exact, each reference once, never below zero.",
    ),
    "keep": Late("tracker.cli.keep", "keep", "How long sites keep what."),
    "payments": Late("tracker.cli.payments", "payments", "Payments of a site."),
}
"""Name → where it is. Loaded when asked for, so that `serve` starts without what others need."""

TOLD = ("duckdb", "flask", "gunicorn", "sqlalchemy")


def _versions(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    click.echo(f"desirepath {__version__}")
    # Asked for by itself only, so that no other command pays for loading it.
    from pysqlite3 import dbapi2 as sqlite  # noqa: PLC0415

    others = ", ".join(f"{name} {version(name)}" for name in TOLD)
    click.echo(f"Python {platform.python_version()}, SQLite {sqlite.sqlite_version}, {others}")
    ctx.exit()


@click.group(cls=LateGroup, late=COMMANDS)
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
