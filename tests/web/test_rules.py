"""Addresses are those that Werkzeug's own rules build."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import BuildError, Map, Rule

from tracker.web.rules import LateRule

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("/plain", {}, {}),
    ("/plain", {}, {"page": 2, "q": "a b&c/ü"}),
    ("/sites/<int:site>/users/<path:user>", {}, {"site": 3, "user": "a/b ü"}),
    ("/sites/<int:site>/users/<path:user>", {}, {"site": 3, "user": "id:x@y", "after": "z"}),
    ("/<name>", {}, {"name": "a/b"}),
    ("/all", {"page": 1}, {"page": 1}),
]


@pytest.mark.parametrize(("rule", "defaults", "values"), CASES)
@pytest.mark.parametrize("unknown", [True, False])
def test_they_build_the_same(
    rule: str, defaults: dict[str, Any], values: dict[str, Any], unknown: bool
) -> None:
    told = []
    for kind in (Rule, LateRule, LateRule):
        adapter = Map([kind(rule, endpoint="it", defaults=defaults)]).bind("example.org")
        again = [adapter.build("it", values, append_unknown=unknown) for _ in range(2)]
        assert again[0] == again[1]
        told.append(again[0])
    assert told[0] == told[1] == told[2]


def test_what_is_missing_is_told_the_same() -> None:
    for kind in (Rule, LateRule):
        adapter = Map([kind("/sites/<int:site>", endpoint="it")]).bind("example.org")
        with pytest.raises(BuildError):
            adapter.build("it", {})
        with pytest.raises(ValueError, match="no number"):
            adapter.build("it", {"site": "no number"})


def test_the_app_has_such_rules(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    assert len(rules) > 100 and all(isinstance(rule, LateRule) for rule in rules)
