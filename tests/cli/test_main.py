"""The command itself: help, version, and failures in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.live_server import COMMAND
from tracker import __version__
from tracker.cli.main import COMMANDS


def run(*arguments: str, given: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("DESIREPATH_")}
    return subprocess.run(
        [*COMMAND, *arguments], input=given, env=plain | environ, capture_output=True, text=True, check=False
    )


def test_help_lists_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    assert run(name, "--help").returncode == 0


def test_version() -> None:
    assert __version__ in run("--version").stdout


def test_a_site_is_printed_as_json_and_nothing_else(tmp_path: Path) -> None:
    done = run("site", "create", "Shop", "--domain", "shop.example", "--timezone", "Asia/Kolkata",
               DESIREPATH_DATA=str(tmp_path))  # fmt: skip
    assert done.returncode == 0, done.stderr
    keys = json.loads(done.stdout)
    assert list(keys) == ["id", "site_key", "secret_key", "token_secret"]
    assert [keys[k][:3] for k in list(keys)[1:]] == ["pk_", "sk_", "ts_"]
    assert "Asia/Kolkata" in run("site", "list", "--data", str(tmp_path)).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("site", "create", ""), "1 to 100 characters"),
        (("site", "create", "A", "--timezone", "Mars"), "time zone"),
        (("site", "create", "A", "--domain", "not a domain"), "no domain"),
        (("admin", "create", "nobody", "--password-stdin"), "no e-mail address"),
        (("admin", "reset-link", "a@example.org"), "no account"),
    ],
)
def test_failures_are_one_sentence(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments, given="a long enough password\n", DESIREPATH_DATA=str(tmp_path))
    assert done.returncode == 1
    assert words in done.stderr and "Traceback" not in done.stderr and done.stdout == ""
    assert done.stderr.count("\n") == 1


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    done = run("serve", DESIREPATH_DATA=str(tmp_path), DESIREPATH_BIND="everywhere")
    assert done.returncode == 1 and "DESIREPATH_BIND" in done.stderr and "Traceback" not in done.stderr


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desirepath.db").write_text("not a database" * 100)
    done = run("site", "list", DESIREPATH_DATA=str(tmp_path))
    assert done.returncode == 1 and "nothing was changed" in done.stderr


def test_an_owner_from_standard_input(tmp_path: Path) -> None:
    done = run("admin", "create", "a@example.org", "--password-stdin", given="a long enough password\n",
               DESIREPATH_DATA=str(tmp_path))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "a@example.org\towner" in run("admin", "list", "--data", str(tmp_path)).stdout


def test_the_settings_are_shown() -> None:
    assert "DESIREPATH_TRUSTED_PROXIES" in run("settings", COLUMNS="200").stdout
