"""Files for the people who install it: their settings exist, and what they name is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tracker.config import Settings, env_name, unknown
from tracker.config import table as settings_table

ROOT = Path(__file__).parents[2]
DEPLOY = sorted(path for path in (ROOT / "deploy").iterdir() if path.suffix != ".py" and path.is_file())


@pytest.mark.parametrize("path", DEPLOY, ids=lambda path: path.name)
def test_settings_named_there_exist(path: Path) -> None:
    known = {name for name, _, _ in settings_table()}
    assert set(re.findall(r"DESIREPATH_[A-Z_]+", path.read_text())) <= known


def test_the_example_settings_are_accepted() -> None:
    lines = (ROOT / "deploy" / "desirepath.env").read_text().splitlines()
    environ = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert unknown(environ) == []
    settings = Settings.read(environ)
    assert settings.https and settings.trusted_proxies == ("127.0.0.1",)
    assert env_name("data") not in environ, "the service says where the data is"


def test_every_file_in_deploy_is_explained() -> None:
    page = (ROOT / "docs" / "deploying.md").read_text()
    inner = {"desirepath.spec"}  # of `make binary`
    assert [path.name for path in DEPLOY if path.name not in inner and path.name not in page] == []


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    for name in ("desirepath.service", "desirepath.socket"):
        text = (ROOT / "deploy" / name).read_text().replace("/usr/local/bin/desirepath", "/bin/true")
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "desirepath.service")], capture_output=True, text=True
    )
    assert "desirepath" not in done.stderr, done.stderr
