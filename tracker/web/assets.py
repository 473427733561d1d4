"""Addresses of our scripts and styles, with a hash so that browsers may keep them for ever."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, Response, request, url_for

YEAR = 365 * 24 * 3600
HTMX_CONFIG = json.dumps(
    {
        # Nothing that needs 'unsafe-inline' or 'unsafe-eval', and errors never land in the page.
        "includeIndicatorCSS": False,
        "noSwap": [204, 304, "4xx", "5xx"],
        "history": False,
        "defaultTimeout": 30_000,
    }
)


class Assets:
    """The manifest that the asset build wrote: {path below static/: 12 hex digits of its hash}."""

    def __init__(self, static: Path) -> None:
        self._path = static / "build" / "manifest.json"
        self._read_at = 0
        self._versions: dict[str, str] = {}

    def version(self, path: str) -> str | None:
        """The hash of a built file, None for one the build does not know."""
        self._refresh()
        return self._versions.get(path)

    def _refresh(self) -> None:
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if changed != self._read_at:
            self._versions = json.loads(self._path.read_text(encoding="utf-8"))
            self._read_at = changed


def register(app: Flask) -> None:
    """Give templates `asset(path)` and let hashed addresses be cached for a year."""
    assets = Assets(Path(app.static_folder or "static"))

    def asset(path: str) -> str:
        return url_for("static", filename=path, v=assets.version(path))

    def cache(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            _cache(response, assets.version((request.view_args or {}).get("filename", "")))
        return response

    app.add_template_global(asset, "asset")
    app.jinja_env.globals["htmx_config"] = HTMX_CONFIG
    app.after_request(cache)


def _is_chunk() -> bool:
    """Whether the file's own name is the hash of what is in it."""
    return request.path.rsplit("/", 1)[-1].startswith("chunk-")


def _cache(response: Response, version: str | None) -> None:
    if version is not None and (request.args.get("v") == version or _is_chunk()):
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:
        # Without the right hash the browser asks each time; the ETag makes that a short 304.
        response.headers["Cache-Control"] = "no-cache"
