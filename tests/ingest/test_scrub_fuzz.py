"""Random data with and without a secret in it."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.ingest.cards import PASSWORD, card_numbers, grouped
from tests.ingest.test_scrub_token import TOKENS
from tracker.ingest import scrub, scrub_deep, scrub_glance, scrub_name, scrub_pair, scrub_token

NAMES = st.sampled_from(
    ["button", "page", "label", "amount", "count", "user", "items", "note", "x", "ab_test"]
)
WORDS = st.text("abcdefghij ABCDEF", max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | WORDS
HARMLESS = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=5,
)
SECRET_NAMES = st.sampled_from(
    [
        "password", "Password", "user_password", "newPassword", "passwd", "token", "access_token",
        "refreshToken", "ACCESS-TOKEN", "client_secret", "apiKey", "api_key", "Authorization", "cookie",
        "credentials", "private_key", "otp", "jwt",
    ]
)  # fmt: skip
# Scraps of what the search looks for, so that random texts get it into trouble.
SCRAPS = [
    "password", "token", "=", ":", "&", "?", "/", "//", "https://", "x.com", "user", "@", "%20", "%3D", "%25",
    "%2520", "4111111111111111", "1111", "4111-", "{", "}", "[", "]", '"', "'", "\\", "a", "Z", "9", "key",
    "api", "secret", "+", "-", "_", "eyJ", "sk_", "AKIA", "Bearer", "cvv", "123", "otp", "is", "#", ";",
    "state", "code", "reset", "[removed]", "removed", ">", "<", "--", "é", "：", "Cookie",
    "authorization", "tokens", "5", ".", "a8F3kQ9zL2mN7pR4", "eyJwYXNzd29yZCI6ImFiYyJ9", "ts_", " ", "\n",
]  # fmt: skip
TROUBLE = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=3), max_size=12).map("".join)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | TROUBLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | TROUBLE, inner, max_size=4),
    max_leaves=12,
)


def plain(text: str) -> str:
    return text


def percent(text: str) -> str:
    return quote(text, safe="")


def percent_all(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def twice(text: str) -> str:
    return quote(quote(text, safe=""), safe="")


def as_json(text: str) -> str:
    return json.dumps({"note": [text]})


def as_json_twice(text: str) -> str:
    return json.dumps({"body": as_json(text)})


def as_base64(text: str) -> str:
    return base64.b64encode(json.dumps({"note": text}).encode()).decode()


def as_link(text: str) -> str:
    return f"https://example.com/a/b?q={quote(text)}&x=1#top"


def as_path(text: str) -> str:
    return f"https://example.com/a/{quote(text, safe='')}/b"


def as_fragment(text: str) -> str:
    return f"https://example.com/#q={quote(text)}"


WRAPPED = st.sampled_from(
    [plain, percent, percent_all, twice, as_json, as_json_twice, as_base64, as_link, as_path, as_fragment]
)


@st.composite
def planted(draw: st.DrawFn, secret: Any) -> dict[str, Any]:
    """Harmless properties with `secret` somewhere in them, wrapped in objects and lists."""
    value: Any = secret
    for _ in range(draw(st.integers(0, 5))):
        value = [draw(SCALARS), value] if draw(st.booleans()) else {draw(NAMES): value, "z": draw(SCALARS)}
    return {**draw(HARMLESS), draw(NAMES): value}


def forget() -> None:
    """Nothing remembered from examples before may help or harm."""
    scrub_glance._texts.clear()
    scrub_glance._urls.clear()


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@given(st.data(), card_numbers(), st.sampled_from(["", " ", "-", "."]), WRAPPED)
def test_no_card_gets_through(data: st.DataObject, card: str, gap: str, wrap: Any) -> None:
    secret = wrap(f"{data.draw(WORDS)} {grouped(card, gap)} {data.draw(WORDS)}")
    clean = dumped(scrub.properties(data.draw(planted(secret))))
    assert "[removed]" in clean
    for shown in (card, grouped(card, gap), quote(grouped(card, gap)), secret):
        assert shown not in clean


@given(st.data(), card_numbers(), st.booleans())
def test_no_card_gets_through_as_a_number(data: st.DataObject, card: str, is_float: bool) -> None:
    number = float(card) if is_float and len(card) < 16 else int(card)
    clean = dumped(scrub.properties(data.draw(planted(number))))
    assert dumped(number) not in clean
    assert "[removed]" in clean


@given(st.data(), SECRET_NAMES, PASSWORD)
def test_no_password_gets_through_under_its_name(data: st.DataObject, name: str, password: str) -> None:
    clean = dumped(scrub.properties(data.draw(planted({name: password, "n": 1}))))
    assert password not in clean
    assert dumped(name) in clean


@given(st.data(), SECRET_NAMES, PASSWORD, WRAPPED, st.sampled_from(["=", ": ", '": "', "%3D", " => "]))
def test_no_password_gets_through_in_a_text(
    data: st.DataObject, name: str, password: str, wrap: Any, sign: str
) -> None:
    secret = wrap(f"{data.draw(WORDS)} {name}{sign}{password}")
    assert password not in dumped(scrub.properties(data.draw(planted(secret))))
    assert password not in scrub.text(secret)
    assert password not in scrub.url(secret)


@given(st.data(), st.sampled_from(TOKENS), WRAPPED)
def test_no_token_gets_through(data: st.DataObject, token: str, wrap: Any) -> None:
    secret = wrap(f"{data.draw(WORDS)} {token} {data.draw(WORDS)}")
    assert token not in dumped(scrub.properties(data.draw(planted(secret))))
    assert token not in scrub.url(wrap(token))


@given(HARMLESS)
def test_harmless_data_comes_back_itself(value: dict[str, Any]) -> None:
    assert scrub.properties(value) is value


@given(st.uuids(), st.datetimes(), st.integers(10**9, 9_999_999_999), st.integers(10**12, 2 * 10**12))
def test_ids_times_and_phones_come_back(uuid: Any, moment: Any, phone: int, milliseconds: int) -> None:
    value = {
        "id": str(uuid),
        "hex": uuid.hex,
        "at": moment.isoformat(),
        "day": f"{moment:%Y-%m-%d %H:%M:%S}",
        "phone": f"+91{phone}",
        "mobile": f"91{phone}",
        "number": phone,
        "ts": milliseconds,
        "text": f"at {milliseconds} by {uuid}",
    }
    assert scrub.properties(value) is value


@settings(max_examples=200)
@example({"Cvv": {"X4111111111111111": 10}})
@given(st.dictionaries(st.text() | TROUBLE, JSON, max_size=5))
def test_any_json_is_taken_and_twice_is_once(value: dict[str, Any]) -> None:
    forget()
    clean = scrub.properties(value)
    forget()
    assert scrub.properties(clean) is clean


@settings(max_examples=300)
@given(TROUBLE)
def test_any_text_is_taken_and_twice_is_once(text: str) -> None:
    for clean_of in (scrub.text, scrub.url):
        forget()
        clean = clean_of(text)
        forget()
        assert clean_of(clean) is clean


@settings(max_examples=300)
@given(TROUBLE)
def test_quick_looks_of_the_parts_miss_nothing(text: str) -> None:
    if not scrub_pair.may_hold_pairs(text):
        assert list(scrub_pair.pairs(text, [])) == []
    if not scrub_pair.may_hold_loose(text):
        assert list(scrub_pair.loose(text)) == []
    assert scrub_token.in_text(text) == scrub_token.every_form(text)


@settings(max_examples=300)
@given(TROUBLE)
def test_the_quick_look_promises_what_the_search_keeps(text: str) -> None:
    forget()
    if scrub_glance.is_clean_text(text) and len(text) >= scrub_glance.SHORTEST:
        forget()
        assert scrub_deep.Search()._text(text, scrub_name.Kind.PLAIN) == text
    forget()
    if scrub_glance.is_clean_url(text) and len(text) >= scrub_glance.SHORTEST:
        forget()
        assert scrub_deep.Search()._url(text) == text
