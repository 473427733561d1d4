"""Keeps passwords, card numbers, security codes, tokens and other secrets off the disk.

Everything a sender may put such a thing into goes through one of these before it is kept:
properties and traits, links and referrers, titles, names and error texts. A secret becomes
"[removed]" and its key stays, so that people see that something was there. What counts as one:

- values under a telling name (see `scrub_name`), in properties, query strings and texts,
- card numbers (see `scrub_card`), and keys and tokens that show by their form (`scrub_token`),
- all of these inside JSON texts, links, percent-encoding and base64, up to five layers deep.

All functions are pure, safe in threads, return the very same object when there is nothing to
remove, change nothing they are given, never raise on JSON values, and done twice do no more than
done once.
"""

from __future__ import annotations

from typing import Any

from tracker.ingest import scrub_deep, scrub_glance
from tracker.ingest.scrub_name import REMOVED, Kind, PassingNames, kind

__all__ = ["REMOVED", "properties", "text", "url", "value"]

_LEAST_CARD = 10**12


def properties(value: dict[str, Any]) -> dict[str, Any]:
    """`value` (any JSON object) without its secrets."""
    if _is_clean(value, 0):
        return value
    clean: dict[str, Any] = scrub_deep.Search().value(value)
    return clean


def text(value: str) -> str:
    """`value` (a title, a name, an error text …) without its secrets."""
    return value if scrub_glance.is_clean_text(value) else scrub_deep.Search().text(value)


def url(value: str) -> str:
    """`value` (an absolute or relative link) without its secrets; its other parts stay as they are."""
    return value if scrub_glance.is_clean_url(value) else scrub_deep.Search().url(value)


def value(name: str, item: Any) -> Any:
    """`item` (any JSON value) as it may be kept under `name`, such as a column or field name."""
    return properties({name: item}).get(name, REMOVED)


def _is_clean(item: object, depth: int) -> bool:
    """A quick look through a value: True means that the thorough search would find nothing."""
    if type(item) is str:
        return scrub_glance.is_clean_text(item)
    if type(item) is int or type(item) is float:
        return -_LEAST_CARD < item < _LEAST_CARD
    if type(item) is dict:
        return depth <= scrub_deep.MAX_DEPTH and _is_clean_dict(item, depth)
    if type(item) is list:
        return depth <= scrub_deep.MAX_DEPTH and all(_is_clean(part, depth + 1) for part in item)
    return item is None or type(item) is bool


def _is_clean_dict(item: dict[Any, Any], depth: int) -> bool:
    if not _plain_keys.hold(item) or scrub_deep.told_kind(item) is not None:
        return False
    for part in item.values():
        if type(part) is str:
            if not scrub_glance.is_clean_text(part):
                return False
        elif not _is_clean(part, depth + 1):
            return False
    return True


def _is_plain_key(key: Any) -> bool:
    return type(key) is str and kind(key) <= Kind.LINK and scrub_glance.is_clean_text(key)


_plain_keys = PassingNames(_is_plain_key)
