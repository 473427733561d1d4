"""The browser script at its own address, for every site to load and for browsers to keep."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, request

from tracker.errors import Unavailable

FILES = {
    "/js/tracker.js": ("tracker.js", "text/javascript"),
    "/js/auto.js": ("auto.js", "text/javascript"),
    "/js/consent.js": ("consent.js", "text/javascript"),
    "/js/tracker.d.ts": ("tracker.d.ts", "text/plain"),
}
KEEP_SECONDS = 86_400
"""Browsers may use their copy for a day, then ask whether it changed; the address never changes."""


def register(app: Flask) -> None:
    """Add a route for each file; they are read once."""
    blueprint = Blueprint("scripts", __name__)
    folder = Path(app.static_folder or "static") / "build"
    held: dict[str, File] = {}

    def serve() -> Response:
        name, mimetype = FILES[request.path]
        if name not in held:
            held[name] = _read(folder / name)
        file = held[name]
        small = request.accept_encodings.quality("gzip") > 0
        response = Response(file.small if small else file.plain, mimetype=mimetype)
        response.vary.add("Accept-Encoding")
        if small:
            response.headers["Content-Encoding"] = "gzip"
        response.set_etag(file.tag, weak=True)  # one for both representations
        response.cache_control.public = True
        response.cache_control.max_age = KEEP_SECONDS
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.make_conditional(request)
        return response

    for path in FILES:
        blueprint.add_url_rule(path, path.removeprefix("/js/").replace(".", "_"), serve)
    app.register_blueprint(blueprint)


@dataclass(frozen=True, slots=True)
class File:
    """A file as built, and the same gzipped."""

    plain: bytes
    small: bytes
    tag: str


def _read(path: Path) -> File:
    try:
        plain = path.read_bytes()
    except FileNotFoundError:
        raise Unavailable("The browser script is not built; run `make assets`.") from None
    built = path.with_name(path.name + ".gz")
    small = built.read_bytes() if built.exists() else gzip.compress(plain, 9, mtime=0)
    return File(plain, small, hashlib.sha256(plain).hexdigest()[:16])
