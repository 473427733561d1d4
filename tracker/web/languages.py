"""Names of languages, as the asset build wrote them."""

from __future__ import annotations

from tracker.web import countries


def name(tag: str) -> str:
    """The English name of a language tag: `de` is German, `en-GB` English (United Kingdom).

    The tag itself where there is no name.
    """
    language, *rest = tag.split("-")
    word = countries.languages().get(language.lower())
    if word is None:
        return tag
    parts = [countries.name(part) if len(part) == 2 else part for part in rest]
    return f"{word} ({', '.join(parts)})" if parts else word
