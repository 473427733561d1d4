"""Screen sizes and languages, as far as they are any."""

from __future__ import annotations

import re

_SIZE = re.compile(r"[1-9]\d{0,4}x[1-9]\d{0,4}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}")


def size(text: str | None) -> str | None:
    """`1920x1080` as it is, None for anything else."""
    return text if text and _SIZE.fullmatch(text) else None


def language(text: str | None) -> str | None:
    """The first language of a tag or an Accept-Language header: `en-GB,en;q=0.9` → `en-GB`."""
    if not text:
        return None
    first = text.split(",", 1)[0].split(";", 1)[0].strip()
    return first if _LANGUAGE.fullmatch(first) else None
