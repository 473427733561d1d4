"""Takes a link apart and cleans its user information, path, query and fragment."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, unquote, unquote_plus

from tracker.ingest.scrub_name import REMOVED, Kind, is_secret, kind, looks_random

Inner = Callable[[str, Kind], str]
"""Cleans a decoded part of a link, told what kind of name it stands under."""

_HEAD = re.compile(r"((?:[A-Za-z][\w+.\-]*:)?//)([^/?#\\]*)")
_LINK = re.compile(r"\b[A-Za-z][A-Za-z0-9+.\-]{0,30}://[^\s\"'<>`\\]+")
_GATES = (
    "reset|verif|confirm|activat|invit|token|magic|passw|recover|unlock|secret|auth|login|signin"
    "|sso|otp|forgot|unsubscribe|optin"
)
_GATE = re.compile(r"(?i)(?:^|[-_.])(?:" + _GATES + ")")
_GATE_SOMEWHERE = re.compile(r"(?i)(?:^|[/#?\-_.])(?:" + _GATES + ")")
_MIXED_PART = re.compile(
    r"/(?=[^/?#]{16})[a-z\-]*+"
    r"(?:[^/?#0-9]*+[0-9][^/?#A-Za-z]*+[A-Za-z][^/?#0-9]*+[0-9]"
    r"|[^/?#A-Z]*+[A-Z][^/?#a-z]*+[a-z][^/?#A-Z]*+[A-Z])"
)
_KEY_BEFORE = re.compile(r"/(?<=(?i:oken/|cret/|.key/))")
_KEEP = "[]/:?@!$'()*,;~="


def links(text: str) -> list[tuple[int, int]]:
    """Where links (anything with `://`) stand in `text`."""
    return [found.span() for found in _LINK.finditer(text)] if "://" in text else []


def may_hold_key_part(text: str) -> bool:
    """A quick look: False means that no path in `text` has a part like a generated key."""
    if _KEY_BEFORE.search(text):
        return True
    return _MIXED_PART.search(text) is not None and _GATE_SOMEWHERE.search(text) is not None


def rewrite(url: str, inner: Inner) -> str:
    """`url` with its secrets replaced, otherwise as it was."""
    head = _HEAD.match(url)
    start = _head(head[1], head[2], inner) if head else ""
    rest = url[head.end() :] if head else url
    front, mark, fragment = rest.partition("#")
    clean = start + _place(front, inner)
    return clean + mark + _fragment(fragment, inner) if mark else clean


def _head(scheme: str, authority: str, inner: Inner) -> str:
    user, at, host = authority.rpartition("@")
    if at and not user.startswith(REMOVED) and (":" in user or looks_random(user, 16)):
        user = REMOVED
    clean = inner(host, Kind.PLAIN)
    return f"{scheme}{user}{at}{host if clean == host else REMOVED}"


def _place(place: str, inner: Inner) -> str:
    path, mark, query = place.partition("?")
    return _path(path, inner) + mark + _query(query, inner) if mark else _path(path, inner)


def _fragment(fragment: str, inner: Inner) -> str:
    if "=" in fragment and "?" not in fragment:
        return _query(fragment, inner)
    return _place(fragment, inner)


def _path(path: str, inner: Inner) -> str:
    parts = path.split("/")
    for at, part in enumerate(parts):
        if not part or part == REMOVED:
            continue
        plain = unquote(part)
        clean = REMOVED if _is_after_gate(parts, at, plain) else inner(plain, Kind.PLAIN)
        if clean != plain:
            parts[at] = _encoded(clean)
    return "/".join(parts)


def _is_after_gate(parts: list[str], at: int, part: str) -> bool:
    """`/reset/MQ/bx2k4f-5b1d…`, `/token/abc123`: a key that opens something."""
    if at == 0:
        return False
    before = unquote(parts[at - 1])
    if kind(before) is Kind.SECRET and before[-5:].lower() in ("token", "ecret", "pikey", "i-key", "i_key"):
        return len(part) >= 6 and any(c.isdigit() for c in part) and any(c.isalpha() for c in part)
    gates = parts[max(0, at - 2) : at]
    return any(_GATE.search(gate) for gate in gates) and looks_random(part, 16)


def _query(query: str, inner: Inner) -> str:
    old_style = "&" not in query and all("=" in pair for pair in query.split(";"))
    mark = ";" if old_style else "&"
    pairs = [pair.partition("=") for pair in query.split(mark)]
    names = [_plain_name(name) for name, _, _ in pairs]
    signs_in = "state" in names
    return mark.join(_pair(pair, name, signs_in, inner) for pair, name in zip(pairs, names, strict=True))


def _pair(pair: tuple[str, str, str], name: str, signs_in: bool, inner: Inner) -> str:
    raw_name, equals, raw_value = pair
    clean_name = inner(name, Kind.PLAIN)
    if clean_name != name:
        raw_name = _encoded(clean_name)
    if not equals:
        return raw_name
    value, found = unquote_plus(raw_value), kind(name)
    # With `state` beside it, `code` is what a sign-in service hands out to be swapped for a token.
    if found >= Kind.LINK and (is_secret(found, value) or (signs_in and name == "code" and value)):
        clean = REMOVED
    else:
        clean = inner(value, found)
    return f"{raw_name}={raw_value if clean == value else _encoded(clean)}"


def _plain_name(name: str) -> str:
    for _ in range(3):
        if "%" not in name:
            break
        name = unquote(name)
    return name


def _encoded(text: str) -> str:
    return quote(text, safe=_KEEP, errors="replace")
