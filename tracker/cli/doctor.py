"""`desirepath doctor`: looks the machine and the settings over."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from tracker import clock
from tracker.cli.data import data_option, read_settings
from tracker.doctor.checks import examine
from tracker.doctor.finding import Finding, Level

MARKS = {Level.OK: ("ok  ", "green"), Level.WARN: ("look", "yellow"), Level.BAD: ("BAD ", "red")}


@click.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(data: str | None, as_json: bool) -> int:
    """Check disk, clock, SQLite, permissions, port and proxies, and say what to do.

    Ends with code 1 when something keeps the server from working.
    """
    found = list(examine(read_settings(data), clock.now_ms()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], indent=1))
    else:
        for finding in found:
            _show(finding)
    return int(any(finding.level is Level.BAD for finding in found))


def _show(finding: Finding) -> None:
    mark, colour = MARKS[finding.level]
    click.echo(f"{click.style(mark, fg=colour)}  {finding.what}: {finding.told}")
    if finding.remedy:
        click.echo(f"      {finding.remedy}")
