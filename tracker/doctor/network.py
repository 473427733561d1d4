"""The port, the public address, and what stands in between."""

from __future__ import annotations

import http.client
import ipaddress
import socket
from urllib.parse import urlsplit

from tracker.config import Settings
from tracker.doctor.finding import Finding, bad, ok, warn

SECONDS = 3.0


def port(settings: Settings, now_ms: int) -> Finding:
    """Free, or already ours."""
    if settings.bind.startswith("unix:"):
        return ok("Port", f"A socket file is used: {settings.bind.removeprefix('unix:')}")
    host, _, number = settings.bind.rpartition(":")
    try:
        # As gunicorn does: without it, connections that just ended would look like somebody's server.
        with socket.create_server((host.strip("[]"), int(number)), family=_family(host)):
            return ok("Port", f"{settings.bind} is free.")
    except PermissionError:
        return bad("Port", f"Only root may use {settings.bind}.", "Use a port over 1023 behind a proxy.")
    except OSError as error:
        if _answers(f"http://{settings.bind}"):
            return ok("Port", f"Desirepath is serving at {settings.bind}.")
        return bad(
            "Port", f"{settings.bind}: {error.strerror}.", "Set DESIREPATH_BIND, or stop what uses it."
        )


def public_address(settings: Settings, now_ms: int) -> Finding:
    """Links and script tags are built from it, so it should lead here."""
    if not settings.public_url:
        if _is_loopback(settings.bind):
            return ok("Public address", f"Only this machine reaches http://{settings.bind}.")
        return warn(
            "Public address",
            "Script tags will name the address it binds to.",
            "Set DESIREPATH_PUBLIC_URL=https://stats.example.org",
        )
    if not settings.https:
        return warn(
            "Public address",
            f"{settings.public_url} is not https: sign-ins cross the network in the open.",
            "Put a proxy with a certificate in front; see docs/deploying.md.",
        )
    if _answers(settings.public_url):
        return ok("Public address", f"{settings.public_url} answers.")
    return warn(
        "Public address",
        f"{settings.public_url} does not answer with Desirepath from here.",
        "Check its name, certificate and proxy, and that the server runs.",
    )


def proxies(settings: Settings, now_ms: int) -> Finding:
    """Behind a proxy nobody told us of, all visitors look like one."""
    if settings.trusted_proxies:
        return ok("Proxies", f"Believed: {', '.join(settings.trusted_proxies)}.")
    if settings.public_url and urlsplit(settings.public_url).netloc != settings.bind:
        return warn(
            "Proxies",
            "A public address is set but no proxy is trusted: all visitors would share the proxy's address.",
            "Set DESIREPATH_TRUSTED_PROXIES to the address the proxy connects from, such as 127.0.0.1.",
        )
    return ok("Proxies", "None is believed; visitors must connect directly.")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _is_loopback(bind: str) -> bool:
    host = bind.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or bind.startswith("unix:")


def _answers(url: str) -> bool:
    """Whether a Desirepath answers there."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request("GET", f"{parts.path}/healthz")
        answer = connection.getresponse()
        return answer.status == 200 and b'"ok"' in answer.read(1_000)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
