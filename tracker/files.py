"""Where the files are that come along: templates, scripts and styles, the country table.

In a checkout the first two lie beside the package; a wheel and the single-file executable carry them in it.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


TEMPLATES = _folder("templates")
STATIC = _folder("static")
COUNTRY_DB = PACKAGE / "data" / "country.mmdb"
"""Missing where the assets were never built."""
