"""Docs that must keep up with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracker.analytics.registry import questions
from tracker.config import SettingError, Settings, env_name, table, unknown

ROOT = Path(__file__).parents[2]


def test_every_setting_is_documented_as_it_is() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    rows = [
        f"| `{name}` | {f'`{default}`' if default else '–'} | {text} |" for name, default, text in table()
    ]
    assert [row for row in rows if row not in page] == []
    assert page.count("| `DESIREPATH_") == len(rows), "a setting that is gone is still documented"


def test_every_question_is_listed_with_what_it_takes() -> None:
    page = (ROOT / "docs" / "asking-questions.md").read_text()
    for name, question in questions().items():
        takes = ", ".join(f"`{parameter.name}`" for parameter in question.parameters) or "–"
        assert f"| {question.title} | `{name}` | {takes} |" in page


def test_every_document_is_linked_from_the_readme_or_another() -> None:
    texts = [
        path.read_text() for path in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *ROOT.glob("docs/*.md")]
    ]
    linked = {name.rsplit("/", 1)[-1] for text in texts for name in re.findall(r"\(([\w./-]+\.md)", text)}
    assert {path.name for path in ROOT.glob("docs/*.md")} <= linked


def test_links_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("bind", "8000", "127.0.0.1:8000"),
        ("bind", "host:99999", "127.0.0.1:8000"),
        ("trusted_proxies", "10.0.0.0/8, nonsense", "nonsense"),
        ("time_zone", "Mars/Base", "time zone"),
        ("ratelimit_enabled", "maybe", "1 or 0"),
        ("queue_events", "lots", "whole number"),
        ("queue_events", "1", "between"),
        ("log_level", "loud", "debug, info"),
        ("log_format", "xml", "json or text"),
        ("public_url", "stats.example.org", "https://"),
        ("data", " ", "directory"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingError) as refused:
        Settings.read({env_name(name): value})
    assert words in str(refused.value) and env_name(name) in str(refused.value)
    assert str(refused.value).endswith(".")


def test_defaults_work_and_the_command_line_wins() -> None:
    settings = Settings.read({"DESIREPATH_BIND": "127.0.0.1:1"}, bind="127.0.0.1:2")
    assert settings.bind == "127.0.0.1:2" and settings.ratelimit_enabled


def test_names_that_are_no_settings_are_found() -> None:
    assert unknown({"DESIREPATH_DATA": "x", "DESIREPATH_DATE": "x", "PATH": "x"}) == ["DESIREPATH_DATE"]
