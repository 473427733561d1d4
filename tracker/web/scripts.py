"""The browser script at its own address, for every site to load and for browsers to keep."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Blueprint, Flask, Response, request

from tracker.errors import Unavailable

FILES = {
    "/js/tracker.js": ("tracker.js", "text/javascript"),
    "/js/tracker.d.ts": ("tracker.d.ts", "text/plain"),
}
KEEP_SECONDS = 86_400
"""Browsers may use their copy for a day, then ask whether it changed; the address never changes."""


def register(app: Flask) -> None:
    """Add a route for each file; they are read once."""
    blueprint = Blueprint("scripts", __name__)
    folder = Path(app.static_folder or "static") / "build"
    held: dict[str, tuple[bytes, str]] = {}

    def serve() -> Response:
        name, mimetype = FILES[request.path]
        if name not in held:
            held[name] = _read(folder / name)
        body, tag = held[name]
        response = Response(body, mimetype=mimetype)
        response.set_etag(tag)
        response.cache_control.public = True
        response.cache_control.max_age = KEEP_SECONDS
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.make_conditional(request)
        return response

    for path in FILES:
        blueprint.add_url_rule(path, path.removeprefix("/js/").replace(".", "_"), serve)
    app.register_blueprint(blueprint)


def _read(path: Path) -> tuple[bytes, str]:
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise Unavailable("The browser script is not built; run `make assets`.") from None
    return body, hashlib.sha256(body).hexdigest()[:16]
