"""Secrets on their way to the one page that shows them."""

from __future__ import annotations

from flask import Flask

from tests.conftest import NOW
from tracker.web.admin import shown_once


def test_a_value_is_taken_once_by_its_own_session_and_purpose(app: Flask) -> None:
    with app.test_request_context():
        shown_once.keep("key", "sk_1", NOW)
        assert shown_once.take("other", NOW) is None
        assert shown_once.take("key", NOW) == "sk_1"
        assert shown_once.take("key", NOW) is None
        shown_once.keep("key", "sk_2", NOW)
    with app.test_request_context():
        assert shown_once.take("key", NOW) is None


def test_a_value_waits_for_minutes_only(app: Flask) -> None:
    with app.test_request_context():
        shown_once.keep("key", "sk_1", NOW)
        assert shown_once.take("key", NOW + shown_once.KEPT_MS) is None


def test_many_values_that_nobody_takes_do_not_fill_the_memory(app: Flask) -> None:
    with app.test_request_context():
        for number in range(shown_once.MOST + 50):
            shown_once.keep(f"key {number}", number, NOW)
        assert len(app.extensions["desirepath_shown_once"].values) == shown_once.MOST
        assert shown_once.take("key 0", NOW) is None
        assert shown_once.take(f"key {shown_once.MOST + 49}", NOW) == shown_once.MOST + 49
