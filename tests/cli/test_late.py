"""What commands load: only what they need, and help without loading any of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from tracker.cli.late import Late, LateGroup
from tracker.cli.main import cli

HEAVY = ("sqlalchemy", "flask", "duckdb", "rich", "gunicorn", "alembic", "tracker.web", "tracker.analytics")
PROGRAM = f"""
import sys
from tracker.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def loaded(*words: str) -> set[str]:
    """Which of the heavy modules a command has loaded at its end, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def later(group: click.Command, name: str = "desirepath") -> list[tuple[str, Late, click.Command]]:
    """All commands that a group and the groups below it load late."""
    if not isinstance(group, click.Group):
        return []
    found = []
    for word in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), word)
        assert command is not None and command.name == word
        if isinstance(group, LateGroup) and word in group.late:
            found.append((f"{name} {word}", group.late[word], command))
        found += later(command, f"{name} {word}")
    return found


LATER = later(cli)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one site and a ledger."""
    folder = tmp_path_factory.mktemp("late")
    assert loaded("site", "create", "Shop", "--data", str(folder)) >= {"sqlalchemy", "flask"}
    lines = folder / "events.ndjson"
    lines.write_text('{"eventName": "seen", "timestamp": "2025-01-28T10:30:00Z", "user": {"id": "42"}}\n')
    loaded("import", str(lines), "--data", str(folder))
    return folder


@pytest.mark.parametrize(("name", "late", "command"), LATER, ids=[name for name, _, _ in LATER])
def test_lists_tell_what_commands_tell_of_themselves(name: str, late: Late, command: click.Command) -> None:
    listed = click.Command(name, help=late.told)
    assert listed.get_short_help_str(200) == command.get_short_help_str(200)


def test_there_are_such_commands() -> None:
    assert {"desirepath serve", "desirepath user erase", "desirepath keep now"} <= {
        name for name, _, _ in LATER
    }


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("user", "--help"), ("site", "--help")])
def test_help_loads_no_command(words: tuple[str, ...]) -> None:
    assert loaded(*words) == set()


@pytest.mark.parametrize(
    "words",
    [
        ("site", "list"),
        ("user", "list"),
        ("user", "check", "42"),
        ("payments", "stuck"),
        ("credits", "balance", "42"),
        ("doctor",),
        ("backup", "list"),
    ],
    ids=" ".join,
)
def test_looking_something_up_loads_neither_flask_nor_databases_it_does_not_read(
    data: Path, words: tuple[str, ...]
) -> None:
    assert loaded(*words, "--data", str(data)) == set()


@pytest.mark.parametrize("words", [("keep", "show", "1"), ("admin", "list")], ids=" ".join)
def test_accounts_and_sites_are_read_without_pages_and_questions(data: Path, words: tuple[str, ...]) -> None:
    assert loaded(*words, "--data", str(data)) == {"sqlalchemy", "flask"}
