"""What every template must keep to."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
FIXED = re.compile(r'\b(?:href|action|src|hx-get|hx-post)="/[^"]*')


def test_no_address_forgets_the_path_the_server_lies_below() -> None:
    """Behind a proxy that may be any: addresses begin with `request.script_root` or come from `url_for`."""
    found = [
        f"{path.relative_to(TEMPLATES)}: {address}"
        for path in TEMPLATES.rglob("*.html")
        for address in FIXED.findall(path.read_text())
    ]
    assert found == []
