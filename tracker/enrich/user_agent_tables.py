"""The tables user agents are read with: big, so loaded at first use, once, whatever thread asks."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from ua_parser.core import Resolver
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver as RegexResolver
from ua_parser_rs import UserAgentExtractor

_lock = threading.Lock()
_loaded: dict[str, object] = {}
_T = TypeVar("_T")


def browsers() -> Resolver:
    """Browser and system names of ua-parser; its device table is left out (14 MB, of no use here)."""
    return _once("browsers", _load_browsers)


def crawlers() -> list[dict[str, Any]]:
    """The entries of crawler-user-agents: `pattern`, `tags` and more."""
    # Imported here because the package reads its half a megabyte of JSON on import.
    return importlib.import_module("crawleruseragents").CRAWLER_USER_AGENTS_DATA  # type: ignore[no-any-return]


def matcher(name: str, labelled: Callable[[], Iterable[tuple[str, str]]]) -> UserAgentExtractor:
    """One quick search for many patterns at once, each with a label; built once under `name`.

    `extract(text)` gives None, or what matched as `family` and the label as `major`.
    """
    return _once(name, lambda: _build(labelled()))


def _load_browsers() -> Resolver:
    agents, systems, _ = load_lazy_builtins()
    return RegexResolver((agents, systems, []))


def _build(labelled: Iterable[tuple[str, str]]) -> UserAgentExtractor:
    return UserAgentExtractor(
        [(f"({pattern})", None, label, None, None, None) for pattern, label in labelled]
    )


def _once(name: str, load: Callable[[], _T]) -> _T:
    if name not in _loaded:
        with _lock:
            if name not in _loaded:
                _loaded[name] = load()
    return cast(_T, _loaded[name])
