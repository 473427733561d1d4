"""The visitor's true address and scheme behind trusted proxies, for everything Flask answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tracker.enrich import address as addresses

FORWARDED = (
    (b"x-forwarded-for", "HTTP_X_FORWARDED_FOR"),
    (b"forwarded", "HTTP_FORWARDED"),
    (b"x-real-ip", "HTTP_X_REAL_IP"),
)
WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class TrustedProxies:
    """WSGI middleware: believes forwarded headers of configured proxies, and of nobody else."""

    def __init__(self, app: WSGI, trusted: tuple[str, ...]) -> None:
        self._app = app
        self._trusted = addresses.parse_networks(",".join(trusted))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Put the true address where Flask looks for it."""
        peer = environ.get("REMOTE_ADDR", "")
        # Whoever comes over our own unix socket has no address and is a proxy of ours.
        if self._trusted and (not peer or addresses.is_trusted(peer, self._trusted)):
            headers = {name: environ.get(key, "").encode("latin-1") for name, key in FORWARDED}
            environ["REMOTE_ADDR"] = addresses.true_address(peer, headers, self._trusted)
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")[0].strip().lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self._app(environ, start_response)
