"""Addresses behind proxies: those we trust are believed, nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.web.proxies import TrustedProxies

PROXY, STRANGER = "10.0.0.2", "203.0.113.7"


def seen(trusted: tuple[str, ...], peer: str, **headers: str) -> tuple[str, str]:
    """(address, scheme) as Flask would see them."""
    caught: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        caught.update(environ)
        return []

    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    TrustedProxies(app, trusted)(environ, None)
    return caught["REMOTE_ADDR"], caught["wsgi.url_scheme"]


OURS = ("10.0.0.0/8",)
BOTH = {"x_forwarded_for": STRANGER, "x_forwarded_proto": "https"}


@pytest.mark.parametrize(
    ("trusted", "peer", "headers", "expected"),
    [
        ((), PROXY, {"x_forwarded_for": STRANGER, "x_forwarded_proto": "https"}, (PROXY, "http")),
        (OURS, PROXY, {"x_forwarded_for": STRANGER}, (STRANGER, "http")),
        (OURS, PROXY, {"x_forwarded_for": f"1.2.3.4, {STRANGER}"}, (STRANGER, "http")),
        (OURS, PROXY, {"x_forwarded_proto": "https"}, (PROXY, "https")),
        (OURS, PROXY, {"x_forwarded_proto": "gopher"}, (PROXY, "http")),
        (OURS, PROXY, {"forwarded": f"for={STRANGER}"}, (STRANGER, "http")),
        (OURS, PROXY, {"x_real_ip": STRANGER}, (STRANGER, "http")),
        (OURS, STRANGER, {"x_forwarded_for": "1.2.3.4", "x_forwarded_proto": "https"}, (STRANGER, "http")),
        (OURS, "", BOTH, (STRANGER, "https")),
        ((), "", {"x_forwarded_for": STRANGER}, ("", "http")),
    ],
)  # fmt: skip
def test_only_trusted_proxies_are_believed(
    trusted: tuple[str, ...], peer: str, headers: dict[str, str], expected: tuple[str, str]
) -> None:
    assert seen(trusted, peer, **headers) == expected
