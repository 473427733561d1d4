"""Names of languages."""

from __future__ import annotations

import pytest

from tracker.web import languages


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("de", "German"),
        ("DE", "German"),
        ("en-GB", "English (United Kingdom)"),
        ("zh-Hant-TW", "Chinese (Hant, Taiwan)"),
        ("es-419", "Spanish (419)"),
        ("xx", "xx"),
        ("tlh-QS", "tlh-QS"),
        ("", ""),
    ],
)
def test_a_tag_is_told_in_words(tag: str, words: str) -> None:
    assert languages.name(tag) == words
