"""What must never be in a commit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in names.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_lock_files_record_no_download_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert "://" not in (ROOT / "constraints.txt").read_text()


def test_nothing_built_or_personal_is_committed() -> None:
    built = ("static/vendor/", "static/build/", "node_modules/", "instance/", "tracker/data/", ".venv/")
    names = [str(path.relative_to(ROOT)) for path in tracked()]
    assert [n for n in names if n.startswith(built) and n != "instance/.gitkeep"] == []
    assert [n for n in names if n.endswith((".db", ".mmdb", ".duckdb", ".min.js"))] == []
