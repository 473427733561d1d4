from __future__ import annotations

import base64
import json

import pytest

from tracker.ingest.scrub_token import base64_json, decoded, in_text, may_be_in

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabc+/=\n-----END RSA PRIVATE KEY-----"
# Put together here so that no scanner of repositories takes them for real ones.
TOKENS = [
    JWT,
    JWT.rpartition(".")[0] + ".",
    PEM,
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ASIA" + "Y34FZKBOKMUTVV7A",
    "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "gho_" + "16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_" + "11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789",
    "glpat-" + "zzYYxxWWvvUUttSSrrQQ",
    "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "sk_test_" + "abc123",
    "rk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "whsec_" + "5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
    "xoxb-" + "17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
    "xapp-" + "1-A0123-456-abcdef",
    "https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "AIza" + "SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe",
    "ya29." + "a0AfH6SMBx3J9Kz7Yq",
    "GOCSPX-" + "1mVwFTjGIXgs2BC2uHzksQi0HAK1",
    "SG." + "ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr",
    "npm_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "pypi-" + "AgEIcHlwaS5vcmcCJDU3NjM4ZTQ0LTA3N2EtNGUx",
    "shpat_" + "0123456789abcdef0123456789abcdef",
    "dop_v1_" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "hf_" + "abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "123456789:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawq",
    "sk-proj-" + "abcdEFGH1234ijklMNOP5678",
    "sk-" + "T1BlbkFJabcdEFGH1234ijklMNOP5678",
    "sk_" + "Zk3vQ8xW1nB6tY4mR9pL2sD7",
    "ts_" + "q8Wn2LxV5kR7yB1mT4zP9cH3",
]
SPACED = [
    ("Bearer abcdef123456", "Bearer [removed]"),
    ("bearer " + "abcdefghijklmnopqrstuvwxyz", "bearer [removed]"),
    ("BEARER ABCDEFGH", "BEARER [removed]"),
    ("Bearer+abcdef123456", "Bearer+[removed]"),
    ("Bearer%20abcdef123456", "Bearer%20[removed]"),
    ("Token 9944b09199c62bcf9418", "Token [removed]"),
    ("Basic " + base64.b64encode(b"ann:hunter2").decode(), "Basic [removed]"),
]
HARMLESS = [
    "Bearer authentication failed",
    'WWW-Authenticate: Bearer realm="api"',
    "Basic membership",
    "basic subscription plan",
    "Unexpected token in JSON at position 0",
    "token refresh failed",
    "eyJust a word",
    "task_created_successfully_today",
    "events_received_at_utc_midnight",
    "ts_event_created_milliseconds",
    "sk-cube-grid-loading-indicator",
    "ask-me-anything-about-python-3",
    "risk_live_",
    "pk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "AKIAIO",
    "-----BEGIN PUBLIC KEY-----",
    "https://slack.com/app_redirect",
    "SG.1 and SG.2",
    "0123456789abcdef0123456789abcdef",
    "550e8400-e29b-41d4-a716-446655440000",
]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("around", ["{}", "a {} b", "key={}&x=1", '"{}"', "({})"])
def test_tokens_go(token: str, around: str) -> None:
    assert may_be_in(token) or " " in token
    clean = in_text(around.format(token))
    assert clean == around.format("[removed]") or clean == around.format("https://[removed]")


def test_a_key_that_was_cut_off_goes_to_the_end() -> None:
    assert in_text("key: " + PEM.partition("-----END")[0]) == "key: [removed]"


@pytest.mark.parametrize(("text", "clean"), SPACED)
def test_credentials_of_headers_go(text: str, clean: str) -> None:
    assert in_text(text) == clean


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_texts_stay(text: str) -> None:
    assert in_text(text) == text


@pytest.mark.parametrize("value", [{"password": "x"}, {"a": [1, 2]}, [{"a": 1}], ["token", 1]])
@pytest.mark.parametrize("indent", [None, 1])
def test_base64_json_is_found(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(text.encode()).decode()
        for form in (encoded, encoded.rstrip("=")):
            assert base64_json(f"state={form}&x=1") == [(6, 6 + len(form), text)]
            assert may_be_in(form)


def test_what_is_no_base64() -> None:
    assert decoded("%%%%") is None
    assert decoded("/////w==") is None
    assert base64_json("eyJ is not base64") == []
