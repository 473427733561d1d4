"""User tokens: whose they are, which site they are of, and what is wrong with those that are refused."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.doors.conftest import NOW, SECRET, TOKEN_SECRET, Street
from tracker.domain.event import Flag
from tracker.domain.site import Site
from tracker.doors import tokens
from tracker.doors.http import Reply

OTHERS_SECRET = "ts_" + "o" * 40
NOW_S = NOW // 1000
DEEP = "[" * 100_000 + "]" * 100_000


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def signed(claims: str, secret: str = TOKEN_SECRET, head: str = '{"alg": "HS256"}') -> str:
    """A token of any text, signed truly: what a backend with a bug of its own might send."""
    message = f"{part(head.encode())}.{part(claims.encode('utf-8', 'surrogatepass'))}"
    return f"{message}.{part(hmac.digest(secret.encode(), message.encode(), 'sha256'))}"


def claims(**changes: Any) -> str:
    return json.dumps({"sub": "42", "exp": NOW_S + 600} | changes)


def send(street: Street, token: str, **headers: str) -> Reply:
    body = {"events": [{"eventName": "opened"}]}
    return street.send(body, authorization=f"Bearer {token}", **headers)


def refusal(reply: Reply) -> str:
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["field"]) == (401, "authorization"), reply.body
    return str(error["message"])


@pytest.fixture
def two(street: Street) -> Street:
    """The other site signs tokens, too."""
    street.sites.all[1] = replace(street.sites.all[1], token_secrets=(OTHERS_SECRET,))
    return street


def test_the_signature_tells_the_site_and_nothing_else_is_needed(two: Street) -> None:
    assert send(two, signed(claims(), OTHERS_SECRET)).status == 200
    assert send(two, signed(claims(sub=7))).status == 200
    [ours], [theirs] = two.stored(1), two.stored(2)
    assert (ours.user_id, theirs.user_id) == ("7", "42")
    assert ours.flags & theirs.flags & Flag.VERIFIED


def test_a_site_named_beside_a_token_must_be_the_one_that_signed_it(two: Street) -> None:
    token = signed(claims(), OTHERS_SECRET)
    assert send(two, token, x_site_key="pk_other").status == 200
    assert "signature" in refusal(send(two, token, x_site_key="pk_shop"))
    unknown = send(two, token, x_site_key="pk_unknown")
    assert (unknown.status, json.loads(unknown.body)["error"]["field"]) == (401, "site")
    number = two.send({"site": 7, "events": [{"eventName": "x"}]}, authorization=f"Bearer {token}")
    assert number.status == 401
    assert len(two.stored(2)) == 1 and two.stored(1) == []


@pytest.mark.parametrize("path", ["/activity/track", "/api/activity/track/", "/api/v1/track"])
def test_every_shape_finds_the_site_alike(two: Street, path: str) -> None:
    body = {"activity_type": "login", "product_id": "P", "action": "view", "events": [{"eventName": "x"}]}
    token = {"authorization": f"Bearer {signed(claims(), OTHERS_SECRET)}"}
    assert two.send(body, path, **token).status == 200
    assert two.send(body, path, query=b"site=pk_shop", x_site_key="pk_shop", **token).status == 401
    assert len(two.stored(2)) == 1 and two.stored(1) == []


def test_a_site_that_another_process_added_is_looked_for(street: Street) -> None:
    class Late(type(street.sites)):  # type: ignore[misc]
        looked = 0

        def look_again(self) -> bool:
            self.looked += 1
            self.all.append(Site(3, "New", "UTC", "pk_new", "-", (OTHERS_SECRET,)))
            return True

    street.doors._authenticate._sites = late = Late(street.sites.all)
    assert send(street, signed(claims())).status == 200
    assert late.looked == 0, "known tokens ask nobody"
    assert send(street, signed(claims(), OTHERS_SECRET)).status == 200
    assert late.looked == 1
    assert [event.user_id for event in street.stored(3)] == ["42"]


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("name", ["sub", "exp", "nbf", "iat", "email", "anything"])
def test_numbers_that_are_none_are_refused(street: Street, name: str, wrong: str) -> None:
    told = {"sub": '"42"', "exp": str(NOW_S + 600)} | {name: wrong}
    text = "{" + ", ".join(f'"{key}": {value}' for key, value in told.items()) + "}"
    assert "NaN, Infinity" in refusal(send(street, signed(text)))
    nested = '{"sub": "42", "roles": [{"level": ' + wrong + "}]}"
    assert "NaN, Infinity" in refusal(send(street, signed(nested)))
    assert street.stored() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sub": None}, "`sub`"),
        ({"sub": ""}, "`sub`"),
        ({"sub": "  "}, "`sub`"),
        ({"sub": True}, "`sub`"),
        ({"sub": 4.2}, "`sub`"),
        ({"sub": ["42"]}, "`sub`"),
        ({"sub": "x" * 201}, "`sub`"),
        ({"sub": 10**300}, "`sub`"),
        ({"exp": "tomorrow"}, "`exp`"),
        ({"exp": True}, "`exp`"),
        ({"nbf": [NOW_S]}, "`nbf`"),
        ({"iat": {}}, "`iat`"),
        ({"name": 7}, "`name`"),
        ({"email": ["a@example.org"]}, "`email`"),
        ({"phone_number": "9" * 201}, "`phone_number`"),
        ({"name": "\ud83d"}, "halves of characters"),
        ({"exp": NOW_S - 61}, "expired"),
        ({"exp": -(10**400)}, "expired"),
        ({"nbf": NOW_S + 61}, "`nbf` lies ahead"),
        ({"iat": NOW_S + 61}, "`iat` lies ahead"),
        ({"iat": 10**400}, "`iat` lies ahead"),
    ],
)
def test_what_is_wrong_with_a_claim_is_said(street: Street, changes: dict[str, Any], words: str) -> None:
    assert words in refusal(send(street, signed(claims(**changes))))
    assert street.stored() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW_S - 59}, {"exp": None}, {"exp": NOW_S + 0.5}, {"exp": 10**400},
        {"nbf": NOW_S + 59, "iat": NOW_S + 59}, {"iss": "shop", "aud": ["app"], "roles": {"a": [1]}},
    ],
)  # fmt: skip
def test_what_is_right_is_taken(street: Street, changes: dict[str, Any]) -> None:
    token = signed(claims(**changes))
    assert [send(street, token).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    "token",
    [
        "..", "a.b.c", "é.é.é", signed("[]"), signed("7"), signed("null"), signed("{"), signed(""),
        signed(DEEP), signed(f'{{"sub": "42", "x": {DEEP}}}'), signed(claims(), head="[]"),
        signed(claims(), head="{}"), signed(claims()) + "=",
        signed(claims(), head='{"alg": "none"}'), signed(claims(), head='{"alg": "RS256"}'),
        signed(claims(), head='{"alg": ["HS256"]}'), signed(claims(), head='{"alg": "HS256", "crit": ["x"]}'),
        signed(claims(), head=DEEP), signed(claims())[:-2], signed(claims(), "x" * 40),
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused_and_never_breaks(street: Street, token: str) -> None:
    reply = send(street, token)
    if token != signed(claims()) + "=":
        refusal(reply)
    assert reply.status in (200, 401)


def test_a_token_outlives_the_look_at_its_signature_no_longer_than_its_time(street: Street) -> None:
    token = signed(claims(exp=NOW_S + 600))
    assert send(street, token).status == 200
    street.now += 661_000
    assert "expired" in refusal(send(street, token)), "though it was checked before"


def test_a_secret_that_is_replaced_takes_its_tokens_along(street: Street) -> None:
    token = signed(claims())
    assert send(street, token).status == 200
    street.sites.all[0] = replace(street.sites.all[0], token_secrets=(OTHERS_SECRET, TOKEN_SECRET))
    assert send(street, token).status == 200
    street.sites.all[0] = replace(street.sites.all[0], token_secrets=(OTHERS_SECRET,))
    assert "signature" in refusal(send(street, token))


def test_what_is_minted_is_what_is_taken(street: Street) -> None:
    reply = street.send(
        {"user": {"id": 7, "name": "Bo"}, "expires_in": 90},
        "/api/v1/tokens",
        authorization=f"Bearer {SECRET}",
    )
    told = json.loads(reply.body)
    assert (told["token_type"], told["expires_in"], told["expires_at"]) == ("Bearer", 90, NOW + 90_000)
    assert send(street, told["token"]).status == 200
    [event] = street.stored()
    assert (event.user_id, event.profile) == ("7", {"name": "Bo"})
    street.now += 90_000 + tokens.LEEWAY_S * 1000 + 1000
    assert "expired" in refusal(send(street, told["token"]))
