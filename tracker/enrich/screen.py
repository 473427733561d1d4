"""Screen sizes and languages, as far as they are any."""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 100
_SIZE = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}")


def size(text: str | None) -> str | None:
    """`1920x1080` as it is, None for anything else."""
    return text if text and _SIZE.fullmatch(text) else None


def language(text: str | None) -> str | None:
    """The first language of a tag or an Accept-Language header: `en-gb,en;q=0.9` → `en-GB`."""
    return _language(text[:_LONGEST]) if text else None


@lru_cache(maxsize=4_096)
def _language(text: str) -> str | None:
    first = text.split(",", 1)[0].split(";", 1)[0].strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(first):
        return None
    name, *rest = first.split("-")
    return "-".join((name.lower(), *map(_subtag, rest)))


def _subtag(tag: str) -> str:
    """As they are written: regions in capitals, scripts with one, the rest small."""
    if len(tag) == 2:
        return tag.upper()
    return tag.title() if len(tag) == 4 and tag.isalpha() else tag.lower()
