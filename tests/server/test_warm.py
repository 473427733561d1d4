"""Templates ready before the first page."""

from __future__ import annotations

from flask import Flask

from tracker import files
from tracker.server import warm


def test_every_template_is_compiled_and_none_again_for_a_page(app: Flask) -> None:
    count = warm.compile_templates(app)
    assert count == len([*files.TEMPLATES.rglob("*.html"), *files.TEMPLATES.rglob("*.txt")])
    compiled: list[str] = []
    compile_now = app.jinja_env.compile
    app.jinja_env.compile = lambda *args, **named: compiled.append(args) or compile_now(*args, **named)  # type: ignore[method-assign]
    assert app.test_client().get("/login").status_code == 200
    assert compiled == []


def test_it_goes_on_beside_requests_and_ends(app: Flask) -> None:
    thread = warm.begin(app)
    assert app.test_client().get("/login").status_code == 200
    thread.join(60)
    assert not thread.is_alive()
