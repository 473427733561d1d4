from __future__ import annotations

import json

import pytest

from tests.ingest.test_scrub_token import HARMLESS as NO_TOKENS
from tests.ingest.test_scrub_token import TOKENS
from tracker.ingest.scrub import text

CLEANED = [
    ("password=hunter2", "password=[removed]"),
    ("password = hunter2", "password = [removed]"),
    ("Password: hunter2", "Password: [removed]"),
    ("user=ann&password=hunter2&page=2", "user=ann&password=[removed]&page=2"),
    ("login failed (password: hunter2)", "login failed (password: [removed])"),
    ("host=db;password=hunter2;user=ann", "host=db;password=[removed];user=ann"),
    ("password=a,b;c$d x", "password=[removed] x"),
    ("password='two words' failed", "password='[removed]' failed"),
    ('password="say \\"hi\\" now" failed', 'password="[removed]" failed'),
    ('{"user": "ann", "password": "hunter2", "n": ', '{"user": "ann", "password": "[removed]", "n": '),
    ('payload {\\"password\\": \\"hunter2\\", \\"n\\": 1}',
     'payload {\\"password\\": \\"[removed]\\", \\"n\\": 1}'),
    ("{password: 'hunter2', n: 1}", "{password: '[removed]', n: 1}"),
    ("params[user][password]=hunter2", "params[user][password]=[removed]"),
    ("accessToken => abc123", "accessToken => [removed]"),
    ("secret:=abc123", "secret:=[removed]"),
    ("password：hunter2", "password：[removed]"),
    ("Contraseña: hunter2", "Contraseña: [removed]"),
    ("<password>hunter2</password>", "<password>[removed]</password>"),
    ('<input type="password" value="hunter2">', '<input type="password" value="[removed]">'),
    ("<input value='123' name='cvv'>", "<input value='[removed]' name='cvv'>"),
    ("Mot de passe : hunter2", "Mot de passe : [removed]"),
    ("api key: abc123", "api key: [removed]"),
    ("the security code = 123", "the security code = [removed]"),
    ("card number: 1234 5678 9012 3456, ok", "card number: [removed], ok"),
    ("CVV: 123", "CVV: [removed]"),
    ("cvv 123", "cvv [removed]"),
    ("PIN is 4821", "PIN is [removed]"),
    ("Your OTP is 482913.", "Your OTP is [removed]."),
    ("Invalid OTP 482913", "Invalid OTP [removed]"),
    ("SSN 078-05-1120", "SSN [removed]"),
    ('Invalid password "correct horse"', 'Invalid password "[removed]"'),
    ("the password is hunter2", "the password is [removed]"),
    ("mysql --user ann --password hunter2 -h db", "mysql --user ann --password [removed] -h db"),
    ("Authorization: Bearer abcdef123456", "Authorization: [removed]"),
    ("Authorization: Digest username=ann, realm=x\nAccept: */*", "Authorization: [removed]\nAccept: */*"),
    ("Cookie: a=1; session=abc def\r\nHost: x", "Cookie: [removed]\r\nHost: x"),
    ("seed phrase: apple brick cargo", "seed phrase: [removed]"),
    ("connect postgres://ann:hunter2@db:5432/x failed", "connect postgres://[removed]@db:5432/x failed"),
    ("redis://:hunter2@cache/0", "redis://[removed]@cache/0"),
    ("GET https://x.example/a?token=abc&b=1 failed", "GET https://x.example/a?token=[removed]&b=1 failed"),
    ("see https://x.example/reset/a8F3kQ9zL2mN7pR4", "see https://x.example/reset/[removed]"),
    ("card 4111 1111 1111 1111 declined", "card [removed] declined"),
    ("q=4111%201111%201111%201111", "q=[removed]"),
    ("password%3Dhunter2", "password=[removed]"),
    ("password%253Dhunter2", "password=[removed]"),
    ('{"password":"hunter2","n":1}', '{"password":"[removed]","n":1}'),
    ('[{"name":"cvv","value":"123"}]', '[{"name":"cvv","value":"[removed]"}]'),
    ('"4111111111111111"', '"[removed]"'),
    ('{"a":"\\u0034111111111111111"}', '{"a":"[removed]"}'),
    ('{"a":"4111111111111111","a":"b"}', '{"a":"[removed]","a":"b"}'),
    ('%7B%22password%22%3A%22hunter2%22%7D', '{"password":"[removed]"}'),
    ("eyJwYXNzd29yZCI6Imh1bnRlcjIifQ==", "[removed]"),
    ("data=eyJwYXNzd29yZCI6Imh1bnRlcjIifQ&x=1", "data=[removed]&x=1"),
]  # fmt: skip

HARMLESS = [
    "",
    "a",
    "[removed]",
    "generate",
    "Pricing – Acme",
    "Reset your password",
    "Forgot password?",
    "Invalid password: must be at least 8 characters",
    "Password: required",
    "password is incorrect",
    "The password must have 8 characters and 1 digit",
    "token: null",
    "tokens: 1523",
    "token_count=1523",
    "cookie_consent=accepted",
    "We use cookies: read our policy",
    "Cookie: please accept",
    "TypeError: Cannot read properties of undefined (reading 'token')",
    "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
    "SyntaxError: Unexpected token: punc (})",
    "Unexpected token export",
    "at foo (https://example.com/app.js:10:20)",
    "10:30:00 2024-01-15T10:30:00.000Z",
    "Shopping: shoes, pins and pans",
    "key: ArrowLeft",
    "code: SAVE10",
    "auth: google",
    "author: Ann",
    "https://example.com/a?b=c#d",
    "https://medium.com/@ann/story-1",
    "git@github.com:ann/repo.git",
    "ann@example.com",
    "100% sure, 50%25",
    "C++ & C#: a=b",
    "a > b and b < c",
    '<input type="text" name="city" value="Oslo 12">',
    '{"a":[1,2,{"b":null}]}',
    '{"tokens":{"input":1200,"output":800}}',
    "{not json}",
    "[object Object]",
    '"quoted"',
    "\\u0034111",
    "TXN123456",
    "9220648066",
    "order 1700000000000 of 2024-01-15",
    "पासवर्ड बदलें",
    "\ud800",
    *NO_TOKENS,
]


@pytest.mark.parametrize(("dirty", "clean"), CLEANED)
def test_secrets_in_texts(dirty: str, clean: str) -> None:
    assert text(dirty) == clean
    assert text(clean) == clean


@pytest.mark.parametrize("harmless", HARMLESS)
def test_harmless_texts_come_back_themselves(harmless: str) -> None:
    assert text(harmless) is harmless
    assert text(harmless) is harmless, "also when it is remembered"


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_go_in_any_wrapping(token: str) -> None:
    for wrapped in (token, f"error: {token}!", json.dumps({"a": [token]}), json.dumps(json.dumps(token))):
        clean = text(wrapped)
        assert token not in clean
        assert "[removed]" in clean


def test_json_in_json_in_json() -> None:
    inner = json.dumps({"password": "hunter2", "n": 1})
    clean = text(json.dumps({"body": json.dumps({"body": inner})}))
    assert json.loads(json.loads(json.loads(clean)["body"])["body"]) == {"password": "[removed]", "n": 1}


def test_json_too_deep_to_read_is_removed() -> None:
    assert text('{"a":' * 50_000 + "1" + "}" * 50_000) == "[removed]"


def test_too_many_layers_are_removed() -> None:
    layered = "password=hunter2"
    for _ in range(20):
        layered = layered.replace("%", "%25").replace("=", "%3D").replace("p", "%70")
    assert "hunter2" not in text(layered)
