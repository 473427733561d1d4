"""Routes whose addresses are built by code that is made when the first one is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule as Werkzeug has it, which writes and compiles two functions for each at the start.

    With our rules that is a tenth of a second of every start, and most are never called.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        made: Builder | None = None

        def build(rule: LateRule, /, **values: Any) -> tuple[str, str]:
            nonlocal made
            if made is None:  # two threads at once make the same
                made = Rule._compile_builder(rule, append_unknown)
            return made(rule, **values)

        return build
