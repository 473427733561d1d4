"""Every page of a site has what a page needs: a template, tests in a browser, and its place in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.live_server import Keys
from tracker.web.dashboard.question_page import QuestionPage, Views
from tracker.web.navigation import PAGES

ROOT = Path(__file__).parents[2]
DETAILS = {"person", "product", "payment", "error"}
"""Pages of one thing, which others lead to."""
ELSEWHERE = {"feed": "live-feed.md", "install": "first-event.md", "settings": "accounts-and-keys.md"}
"""Pages that the docs tell of in a document of their own."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_page_has_template_test_and_docs(page: object) -> None:
    path, label = page.path, page.label  # type: ignore[attr-defined]
    templates = [ROOT / "templates" / part / f"{path}.html" for part in ("dashboard", "admin")]
    assert any(template.exists() for template in templates), "no template"
    tests = [ROOT / "tests" / "browser" / f"test_{name}.py" for name in (path, "admin")]
    assert any(test.exists() and path in test.read_text() for test in tests), "no test in a browser"
    document = (ROOT / "docs" / ELSEWHERE.get(path, "dashboard.md")).read_text()
    assert f"\n## {label}\n" in document or path in ELSEWHERE, f"no heading {label} in docs/dashboard.md"


def test_every_panel_has_its_templates_and_definition(app: Flask, site: Keys) -> None:
    found = question_pages(app)
    assert {"overview", "users"} <= {page.name for page in found}
    for page in found:
        own = (ROOT / "templates" / (page.template or f"dashboard/{page.name}.html")).read_text()
        for panel in page.panels:
            assert f'panel("{panel.name}")' in own, f"{page.name} does not place {panel.name}"
            for template in (panel.template, panel.teach):
                assert (ROOT / "templates" / template).exists(), template


def test_every_question_page_is_in_the_menu(app: Flask, site: Keys) -> None:
    menu = {page.path for page in PAGES if page.keeps}
    assert {page.name for page in question_pages(app)} - DETAILS <= menu


def question_pages(app: Flask) -> list[QuestionPage]:
    """All pages of panels the app serves."""
    views = [getattr(view, "__self__", None) for view in app.view_functions.values()]
    found = {id(view.served): view.served for view in views if isinstance(view, Views)}
    return list(found.values())
