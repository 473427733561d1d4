"""Tells in a microsecond or two that a text holds no secret, which is true of nearly all.

`True` is a promise: the thorough search would find nothing. `False` means: search thoroughly.
Texts known to be clean are remembered in bounded sets; a text with a secret never is.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from tracker.ingest import scrub_pair, scrub_token, scrub_url
from tracker.ingest.scrub_name import REMOVED, Kind, PassingNames, kind

SHORTEST = 6
"""Shorter texts cannot hold a secret that shows."""
_LONGEST_KEPT = 512
_MOST_KEPT = 4_096

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_PARAMETERS = re.compile(r"[?&#;]([^=&?#;]*)=")
_WIDE_DIGITS = re.compile(r"\d(?:\W{0,3}_?\d){12}")
_DIGIT_MAP = bytes(48 if 48 <= code <= 57 else 32 for code in range(256))
_GAPS = b" -._+\t\n\r\x0b\x0c"
_MANY_DIGITS = b"0" * 13

_plain_parameters = PassingNames(lambda name: kind(name) < Kind.LINK)
_texts: set[str] = set()
_urls: set[str] = set()


def is_clean_text(text: str) -> bool:
    """Whether `text` surely holds no secret."""
    if len(text) < SHORTEST or text in _texts or text == REMOVED:
        return True
    if _looks_clean(text):
        remember_text(text)
        return True
    return False


def is_clean_url(url: str) -> bool:
    """Whether `url` surely holds no secret."""
    if len(url) < SHORTEST or url in _urls:
        return True
    if _looks_clean_url(url):
        remember_url(url)
        return True
    return False


def remember_text(text: str) -> None:
    """Note that `text` was found clean."""
    _remember(_texts, text)


def remember_url(url: str) -> None:
    """Note that `url` was found clean."""
    _remember(_urls, url)


def _remember(known: set[str], text: str) -> None:
    if len(text) <= _LONGEST_KEPT:
        if len(known) >= _MOST_KEPT:
            known.clear()
        known.add(text)


def _looks_clean(text: str) -> bool:
    # JSON, and what may be JSON after spaces, is read as such.
    if text[0] in '{["' or text[0].isspace() or _may_hold_card(text):
        return False
    if scrub_token.may_be_in(text) or scrub_pair.may_be_in(text):
        return False
    if "%" in text and _ESCAPE.search(text):
        plain = unquote(text)
        return "%" not in plain and _looks_clean(plain)
    return "/" not in text or not (("@" in text and "//" in text) or scrub_url.may_hold_key_part(text))


def _looks_clean_url(url: str) -> bool:
    if "%" in url:
        plain = unquote(url)
        return "%" not in plain and _looks_clean_url(plain)
    if "@" in url or "{" in url or '"' in url:
        return False
    if _may_hold_card(url) or scrub_token.may_be_in(url):
        return False
    if "=" in url:
        query = url.find("?")
        # A pair before the query, as in `/cart;jsessionid=1`, is for the thorough search.
        if url.find("=") < query or query < 0:
            return False
        if not _plain_parameters.hold(_PARAMETERS.findall(url, query)):
            return False
    if scrub_url.may_hold_key_part(url):
        return False
    if ":" in url[6:] or "+" in url or " " in url or ">" in url or not (url.isascii() and url.isprintable()):
        return not scrub_pair.may_be_in(url.replace("+", " "))
    return True


def _may_hold_card(text: str) -> bool:
    if not text.isascii():
        return _WIDE_DIGITS.search(text) is not None
    return _MANY_DIGITS in text.encode().translate(_DIGIT_MAP, _GAPS)
