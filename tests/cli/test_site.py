"""`desirepath site privacy`: said and changed from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tracker.cli.main import cli
from tracker.errors import Invalid, NotFound


def run(data: Path, *arguments: str) -> str:
    result = CliRunner().invoke(cli, [*arguments, "--data", str(data)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_it_says_what_is_collected_and_changes_what_is_named(tmp_path: Path) -> None:
    run(tmp_path, "site", "create", "Shop")
    said = run(tmp_path, "site", "privacy", "1")
    assert said.startswith("What Shop records\n") and "The address itself is not stored" in said
    assert said.endswith("Public page: off\n")
    changed = run(
        tmp_path, "site", "privacy", "1", "--collect-ip", "--identity", "cookieless", "--privacy-page",
        "--privacy-contact", "ask@example.org",
    )  # fmt: skip
    assert "The internet address (IP) of the visitor" in changed and "no cookie, no id" in changed
    assert "ask@example.org" in changed and "Public page: /privacy/pk_" in changed
    assert run(tmp_path, "site", "privacy", "1") == changed


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    run(tmp_path, "site", "create", "Shop")
    with pytest.raises(Invalid) as refused:
        run(tmp_path, "site", "privacy", "1", "--privacy-contact", "nobody")
    assert refused.value.field == "privacy_contact"
    with pytest.raises(NotFound):
        run(tmp_path, "site", "privacy", "7")
    with pytest.raises(NotFound):
        run(tmp_path, "site", "privacy", "7", "--collect-ip")
