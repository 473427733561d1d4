from __future__ import annotations

import pytest

from tracker.enrich.screen import language, size


@pytest.mark.parametrize("text", ["1920x1080", "1x1", "99999x99999"])
def test_sizes(text: str) -> None:
    assert size(text) == text


@pytest.mark.parametrize(
    "text", [None, "", "1920", "1920X1080", "0x100", "01x2", "100000x1", "1920x1080 ", "-1x2", "1.5x2", "١x٢"]
)
def test_no_sizes(text: str | None) -> None:
    assert size(text) is None


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("en-gb", "en-GB"),
        ("EN_us", "en-US"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("fil", "fil"),
        ("en-GB,en;q=0.9,de;q=0.8", "en-GB"),
        (" de ;q=1", "de"),
    ],
)
def test_languages(text: str, tag: str) -> None:
    assert language(text) == tag


@pytest.mark.parametrize("text", [None, "", "*", "e", "english", "en-", "<b>", "en-" + "a" * 500, "d\u00e9"])
def test_no_languages(text: str | None) -> None:
    assert language(text) is None
