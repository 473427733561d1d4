"""Pictures of the docs: `make screenshots` takes each that is there, a page shows it, and it is small."""

from __future__ import annotations

import re
from pathlib import Path

from tests.browser.screenshots import PICTURES, TARGET

ROOT = Path(__file__).parents[2]
MOST_BYTES = 130_000


def test_every_picture_is_taken_shown_and_small() -> None:
    there = {path.name: path.stat().st_size for path in TARGET.glob("*")}
    assert there.keys() == {f"{one.name}.png" for one in PICTURES}
    texts = [path.read_text() for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))]
    shown = {name for text in texts for name in re.findall(r"!\[[^\]]+\]\([\w./]*images/([\w.-]+)\)", text)}
    assert shown == there.keys()
    assert [name for name, size in there.items() if size > MOST_BYTES] == []
