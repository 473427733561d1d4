"""`desirepath import`: history out of a file of any size."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from tracker import clock, road
from tracker.cli.data import data_option, opened
from tracker.cli.desk import Desk
from tracker.cli.which import chosen, plain, site_option, writing
from tracker.domain.site import Site
from tracker.errors import DesirepathError
from tracker.history import rows as reading
from tracker.history.importing import Done, Problem, run
from tracker.history.lines import numbered, unpacked

SHOWN = 20
"""Problems told on the terminal; a file of them holds all."""
NAMES = {".csv": "csv", ".tsv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(reading.FORMATS), help="Told by the file if left out.")
@click.option("--dry-run", is_flag=True, help="Check every line and keep nothing.")
@click.option("--from-line", default=1, type=click.IntRange(1), help="Pass over the lines before this one.")
@click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Write all problems there, as CSV."
)
@site_option
@data_option
def import_file(
    file: Path,
    form: str | None,
    dry_run: bool,
    from_line: int,
    errors: Path | None,
    site_id: int | None,
    data: str | None,
) -> int:
    """Import events of the past from FILE: CSV or NDJSON, plain or gzip; `-` reads standard input.

    Works beside a running server. Run again, it goes on: every event counts once. Ends with code 1 when
    lines were refused.
    """
    with opened(data) as desk, _source(file) as source, _problems(errors) as report:
        site = chosen(desk, site_id)
        text = unpacked(source)
        form = form or _form(file, text)
        wanted = (row for row in reading.read(form, numbered(text)) if row.line >= from_line)
        if dry_run:
            done = _follow(desk, site, wanted, False, source, report)
        else:
            with writing(desk):
                done = _follow(desk, site, wanted, True, source, report)
    click.echo(_summary(done, dry_run))
    return int(done.refused > 0)


def _follow(
    desk: Desk, site: Site, wanted: Iterator[reading.Row], keep: bool, source: Any, report: Any
) -> Done:
    """Import, with a bar on a terminal. What stops it is told with the line it came to."""
    write = desk.writer.write if keep else None
    shape = (
        TextColumn("Importing"),
        BarColumn(),
        TextColumn("{task.fields[line]:,} lines"),
        TimeRemainingColumn(),
    )
    steps = road.pipeline(desk.settings, road.visitors(desk.settings))
    done, told = Done(), 0
    try:
        with Progress(*shape, console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
            bar = shown.add_task("bytes", total=_size(source), line=0)
            for done in run(steps, site, wanted, write, clock.now_ms()):
                for problem in done.problems:
                    told += 1
                    report(problem, told)
                shown.update(bar, completed=_place(source), line=done.line)
    except (KeyboardInterrupt, DesirepathError):
        if keep and done.line:
            click.echo(
                f"Stopped; everything up to line {done.line:,} is on disk. Run the same again to go on "
                f"(--from-line {done.line + 1} saves the time).",
                err=True,
            )
        raise
    return done


def _summary(done: Done, dry_run: bool) -> str:
    if dry_run:
        told = f"{done.accepted:,} can be taken, {done.refused:,} cannot. Nothing was kept."
        return f"{done.rows:,} events read: {told}"
    return (
        f"{done.rows:,} events read: {done.accepted:,} taken, {done.duplicates:,} were there already, "
        f"{done.refused:,} refused."
    )


@contextmanager
def _source(file: Path) -> Iterator[io.BufferedReader]:
    if str(file) == "-":
        yield cast(io.BufferedReader, sys.stdin.buffer)
        return
    with file.open("rb") as opened_file:
        yield opened_file


@contextmanager
def _problems(file: Path | None) -> Iterator[Any]:
    """A function that is given each problem with its number."""
    if file is None:
        yield _say
        return
    with file.open("w", newline="", encoding="utf-8") as target:
        table = csv.writer(target)
        table.writerow(("line", "field", "message"))

        def keep(problem: Problem, number: int) -> None:
            table.writerow((problem.line, plain(problem.field), plain(problem.message)))
            _say(problem, number)

        yield keep


def _say(problem: Problem, number: int) -> None:
    if number <= SHOWN:
        click.echo(f"line {problem.line}: {plain(problem.field)}: {plain(problem.message)}", err=True)
    elif number == SHOWN + 1:
        click.echo("… more; --errors FILE keeps them all.", err=True)


def _form(file: Path, text: Any) -> str:
    """The format by the file's name, else by its first letter."""
    name = file.name.removesuffix(".gz")
    known = NAMES.get(Path(name).suffix.lower())
    return known or ("ndjson" if text.peek(1)[:1] in (b"{", b"\n") else "csv")


def _size(source: Any) -> int | None:
    return Path(source.name).stat().st_size if source.seekable() else None


def _place(source: Any) -> int:
    return int(source.tell()) if source.seekable() else 0
