from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.ingest.test_scrub_token import TOKENS
from tracker.ingest.scrub import REMOVED, properties, value
from tracker.ingest.scrub_deep import MAX_DEPTH

CLEANED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"password": "hunter2"}, {"password": REMOVED}),
    ({"button": "pay", "cvv": 123, "n": 1}, {"button": "pay", "cvv": REMOVED, "n": 1}),
    ({"card": "4111 1111 1111 1111"}, {"card": REMOVED}),
    ({"card": 4111111111111111}, {"card": REMOVED}),
    ({"card": 4111111111111111.0}, {"card": REMOVED}),
    ({"cards": [1, 5555555555554444]}, {"cards": [1, REMOVED]}),
    ({"a": {"b": [{"api_key": "x"}, {"c": "ok"}]}}, {"a": {"b": [{"api_key": REMOVED}, {"c": "ok"}]}}),
    ({"4111111111111111": 1}, {REMOVED: 1}),
    (
        {"4111111111111111": 1, "5555555555554444": 2, "b": 3},
        {REMOVED: 1, f"{REMOVED} 2": 2, "b": 3},
    ),
    ({"credentials": {"user": "ann", "x": 1}}, {"credentials": REMOVED}),
    ({"credit_card": {"number": "1234", "last4": "4242"}}, {"credit_card": REMOVED}),
    ({"tokens": ["abc", "def"]}, {"tokens": REMOVED}),
    ({"secret": [123456]}, {"secret": REMOVED}),
    ({"name": "password", "value": "hunter2"}, {"name": "password", "value": REMOVED}),
    ({"fields": [{"field": "cvv", "val": 123}]}, {"fields": [{"field": "cvv", "val": REMOVED}]}),
    ({"href": "https://x.example/?token=abc"}, {"href": "https://x.example/?token=[removed]"}),
    ({"error_message": "bad password=hunter2"}, {"error_message": "bad password=[removed]"}),
    ({"body": '{"pin":"1234"}'}, {"body": '{"pin":"[removed]"}'}),
    ({"auth": "s3cr3tk3y"}, {"auth": REMOVED}),
    ({"order_id": "4111111111111111"}, {"order_id": REMOVED}),
    ({"Authorization": "Bearer x"}, {"Authorization": REMOVED}),
]

HARMLESS: list[dict[str, Any]] = [
    {},
    {"button": "generate"},
    {
        "phone_number": "9220648066", "amount": 299, "operator": "Jio", "transaction_id": "TXN123456",
        "platform": "mobile", "app_version": "1.0.0",
    },
    {"token_count": 125_000, "tokens_used": 125_000, "tokens": 125_000, "max_tokens": "4,096"},
    {"tokens": {"input": 1200, "output": 800}, "token_type": "bearer"},
    {"pinned": "yes", "secretary": "Ann", "password_reset_requested": True, "passwords_match": False},
    {"password": True, "cvv": False, "token": None, "secret": "", "pin": 0, "cookie": "***"},
    {"password_attempts": 3, "password": 2, "otp_sent": True, "otp_verified": "yes"},
    {"timestamp": 1_700_000_000_000, "ts_us": 1_700_000_000_000_123, "at": "2024-01-15T10:30:00.000Z"},
    {"id": "550e8400-e29b-41d4-a716-446655440000", "order": "A-2024-000123", "sku": "9780306406157"},
    {"reference": "T453957876362148", "amount": 5000.5, "currency": "NGN", "status": "success"},
    {"credit_card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2026}},
    {"key": "ArrowLeft", "code": "SAVE10", "auth": "google", "session_id": "a8F3kQ9zL2mN7pR4"},
    {"metric": "LCP", "name": "LCP", "value": 2400.123},
    {"name": "plan", "value": "pro"},
    {"page": "/pricing", "url": "https://x.example/a?b=c", "title": "Pricing – Acme"},
    {"a": {"b": [1, 2.5, None, True, "x", {"c": []}]}, "d": {}},
    {"n": float("inf"), "m": float("nan"), "big": 10**40, "negative": -5},
    {"ümlaut": "ß", "名前": "値", "": ""},
    {"text": "\ud800"},
]  # fmt: skip


@pytest.mark.parametrize(("dirty", "clean"), CLEANED)
def test_secrets_in_properties(dirty: dict[str, Any], clean: dict[str, Any]) -> None:
    before = copy.deepcopy(dirty)
    assert properties(dirty) == clean
    assert dirty == before, "what is given stays as it is"
    again = properties(clean)
    assert again is clean


@pytest.mark.parametrize("harmless", HARMLESS)
def test_harmless_properties_come_back_themselves(harmless: dict[str, Any]) -> None:
    assert properties(harmless) is harmless
    assert properties(harmless) is harmless, "also when its texts are remembered"


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_go_under_any_name(token: str) -> None:
    assert properties({"note": token, "n": 1})["n"] == 1
    assert token not in str(properties({"note": {"deep": [f"got {token}"]}}))


def test_the_order_of_keys_stays() -> None:
    clean = properties({"a": 1, "password": "x", "b": 2, "token": "y", "c": 3})
    assert list(clean) == ["a", "password", "b", "token", "c"]


def test_only_what_changed_is_copied() -> None:
    kept = {"list": [1, 2, 3]}
    clean = properties({"kept": kept, "password": "x"})
    assert clean["kept"] is kept


def test_what_is_nested_too_deep_is_replaced() -> None:
    def nested(depth: int) -> dict[str, Any]:
        built: dict[str, Any] = {"end": 1}
        for _ in range(depth):
            built = {"a": built}
        return built

    shallow = nested(MAX_DEPTH)
    assert properties(shallow) is shallow
    clean = properties(nested(MAX_DEPTH + 1))
    for _ in range(MAX_DEPTH):
        clean = clean["a"]
    assert clean == {"a": REMOVED}
    assert properties(nested(500)) == properties(nested(100))
    deep_list: list[Any] = []
    for _ in range(900):
        deep_list = [deep_list]
    assert REMOVED in str(properties({"a": deep_list}))


def test_one_value_under_a_name() -> None:
    assert value("password", "hunter2") == REMOVED
    assert value("phone_number", "9220648066") == "9220648066"
    assert value("title", "card 4111111111111111") == "card [removed]"
    assert value("4111111111111111", "a") == REMOVED


def test_the_effort_is_bounded() -> None:
    # Every kind of text that makes a search slow: each must come back, whatever comes back.
    long = 32_000
    for part in (
        ":", "a=", "password=", '"', "%25", "{", "[", "4 ", "44 ", "4411-", "4", "eyJ", "eyJaaaa.", "a://",
        "https://a:b@c/", "/reset", "aA1", "\\", "-----BEGIN PRIVATE KEY-----", "Bearer ", "--a ", "sk_",
        "otp is ",        "é：", "<password>", "api key ", "\\u0034", " ",
    ):  # fmt: skip
        text = part * (long // len(part))
        assert isinstance(properties({"x": text})["x"], str)
