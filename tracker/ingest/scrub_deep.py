"""The thorough search: values in values, JSON in texts, links in texts, encodings in all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from tracker.ingest import scrub_card, scrub_glance, scrub_pair, scrub_token, scrub_url
from tracker.ingest.scrub_name import REMOVED, Kind, is_secret, kind, only_describes

MAX_DEPTH = 12
"""Objects and lists nested deeper are replaced."""
_MAX_LEVEL = 8
"""How many encodings (percent, base64, JSON as text) are taken off, one around the other."""
_MAX_ROUNDS = 4
_EFFORT = 200_000
"""Characters one call searches at most, all encodings counted; what is left over is replaced."""
_NAME_KEYS = ("name", "key", "field", "label", "id")
_VALUE_KEYS = ("value", "val", "content")


class Search:
    """One thorough search through one value. Not to be shared; keeps count of depth and effort."""

    __slots__ = ("_effort", "_level")

    def __init__(self) -> None:
        self._level = 0
        self._effort = _EFFORT

    def value(self, value: Any, named: Kind = Kind.PLAIN, depth: int = 0) -> Any:
        """`value` without its secrets; the same object when it has none. Never changes it."""
        if isinstance(value, str):
            return self.text(value, named)
        if isinstance(value, dict | list):
            if depth > MAX_DEPTH:
                return REMOVED
            return self._dict(value, depth) if isinstance(value, dict) else self._list(value, named, depth)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return REMOVED if scrub_card.is_card(value, named) else value
        return value

    def text(self, text: str, named: Kind = Kind.PLAIN) -> str:
        """`text` without its secrets, read as free text or JSON; decoded if they were encoded."""
        if scrub_glance.is_clean_text(text):
            return text
        clean = self._until_clean(text, lambda rest: self._text(rest, named))
        if clean == text:
            if named is Kind.PLAIN:
                scrub_glance.remember_text(text)
            return text
        return clean

    def url(self, url: str) -> str:
        """`url` without its secrets."""
        if scrub_glance.is_clean_url(url):
            return url
        clean = self._until_clean(url, self._url)
        if clean == url:
            scrub_glance.remember_url(url)
            return url
        return clean

    def _until_clean(self, text: str, search: Callable[[str], str]) -> str:
        """Search again as long as something was found: a removal may lay open what stood beside it."""
        self._level += 1
        try:
            for _ in range(_MAX_ROUNDS):
                self._effort -= len(text)
                if self._level > _MAX_LEVEL or self._effort < 0:
                    return REMOVED
                clean = search(text)
                if clean == text:
                    return text
                text = clean
            return text
        finally:
            self._level -= 1

    def _url(self, url: str) -> str:
        return scrub_token.in_text(scrub_url.rewrite(url, self.text))

    def _dict(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        changed: dict[Any, Any] | None = None
        told = told_kind(value)
        for key, item in value.items():
            clean_key = self.text(key) if isinstance(key, str) else key
            named = kind(key) if isinstance(key, str) else Kind.PLAIN
            if told and key in _VALUE_KEYS:
                named = told
            clean = self._named(named, item, depth)
            if clean_key is not key:
                # What is kept stands under the cleaned name, which may tell something else.
                clean = self._named(kind(clean_key), clean, depth)
            if changed is None and (clean is not item or clean_key is not key):
                changed = _items_before(value, key)
            if changed is not None:
                changed[_free_key(changed, clean_key)] = clean
        return value if changed is None else changed

    def _list(self, value: list[Any], named: Kind, depth: int) -> list[Any]:
        clean = [self.value(item, named, depth + 1) for item in value]
        return clean if any(a is not b for a, b in zip(clean, value, strict=True)) else value

    def _named(self, named: Kind, item: Any, depth: int) -> Any:
        """What may stay of `item` under a name of kind `named`."""
        if named <= Kind.LINK:
            return self.value(item, named, depth + 1)
        if isinstance(item, dict | list):
            if named is not Kind.WEAK and _holds_secret(named, item):
                return REMOVED
            clean = self.value(item, depth=depth + 1)
            # A cleaned name inside may no longer say that its value only describes.
            again = clean is not item and named is not Kind.WEAK and _holds_secret(named, clean)
            return REMOVED if again else clean
        if is_secret(named, item):
            return REMOVED
        return self.value(item, depth=depth + 1)

    def _text(self, text: str, named: Kind) -> str:
        read = self._json(text, named)
        if read is not None:
            return read
        text = scrub_card.in_text(scrub_token.in_text(text), named)
        text = self._links(self._base64(text))
        text = scrub_pair.in_text(text, scrub_url.links(text))
        return self._decoded(text, named)

    def _json(self, text: str, named: Kind) -> str | None:
        """The cleaned JSON, or None when `text` is none, or says one thing twice."""
        body = text.strip()
        if body[:1] not in ("{", "[", '"') or body[-1:] not in ("}", "]", '"'):
            return None
        pairs = _Pairs()
        try:
            value = json.loads(body, object_pairs_hook=pairs)
        except ValueError:
            return None
        except RecursionError:
            return REMOVED
        clean = self.value(value, named)
        if clean is value:
            return None if pairs.doubled else text
        return json.dumps(clean, ensure_ascii=False, separators=(",", ":"))

    def _base64(self, text: str) -> str:
        parts: list[str] = []
        done = 0
        for start, end, plain in scrub_token.base64_json(text):
            if self.text(plain) != plain:
                parts += (text[done:start], REMOVED)
                done = end
        return "".join((*parts, text[done:])) if parts else text

    def _links(self, text: str) -> str:
        parts: list[str] = []
        done = 0
        for start, end in scrub_url.links(text):
            parts += (text[done:start], self.url(text[start:end]))
            done = end
        return "".join((*parts, text[done:])) if parts else text

    def _decoded(self, text: str, named: Kind) -> str:
        plain = unquote(text) if "%" in text else text
        if plain == text:
            return text
        clean = self.text(plain, named)
        return text if clean == plain else clean


class _Pairs:
    """Builds objects for the JSON reader and notes whether one had the same key twice."""

    __slots__ = ("doubled",)

    def __init__(self) -> None:
        self.doubled = False

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        self.doubled = self.doubled or len(built) < len(pairs)
        return built


def told_kind(value: dict[Any, Any]) -> Kind | None:
    """`{"name": "password", "value": "…"}`: the kind that one property tells of another."""
    if "value" not in value and "val" not in value and "content" not in value:
        return None
    for key in _NAME_KEYS:
        name = value.get(key)
        if isinstance(name, str) and kind(name) > Kind.LINK:
            return kind(name)
    return None


def _items_before(value: dict[Any, Any], end: Any) -> dict[Any, Any]:
    before = {}
    for key, item in value.items():
        if key is end:
            break
        before[key] = item
    return before


def _free_key(taken: dict[Any, Any], key: Any) -> Any:
    if key not in taken:
        return key
    number = 2
    while f"{key} {number}" in taken:
        number += 1
    return f"{key} {number}"


def _holds_secret(named: Kind, value: Any) -> bool:
    """Whether an object or list under a sensitive name holds more than flags and small counts.

    A card may be described: `{"credit_card": {"brand": "visa", "last4": "4242"}}` may stay.
    """
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(
                part
                for key, part in item.items()
                if not (named is Kind.DIGITS and isinstance(key, str) and only_describes(key))
            )
        elif isinstance(item, list):
            stack.extend(item)
        elif is_secret(named, item):
            return True
    return False
