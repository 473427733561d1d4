"""Which texts get pseudonyms, and which stay."""

from __future__ import annotations

import json

import pytest

from tracker.domain.erased import USER, VISITOR
from tracker.domain.event import Event
from tracker.domain.pseudonyms import SHAPE, Pseudonyms
from tracker.ingest import pseudonyms

NOBODY = Pseudonyms(1, b"k" * 32)
EMAIL, PHONE, NAME = "Anna.Zz@example.org", "+491601234567", "Anna Zz"
NAMES = Pseudonyms(
    1,
    NOBODY.key,
    frozenset({NOBODY.mark(USER, "u1"), NOBODY.mark(VISITOR, "v1")}),
    frozenset(map(NOBODY.of, (EMAIL, PHONE, NAME))),
)


def test_a_text_has_one_pseudonym_on_a_site() -> None:
    told = NAMES.of(EMAIL)
    assert SHAPE.fullmatch(told) and NAMES.of(f" {EMAIL.upper()} ") == told == NAMES.of(told)
    assert Pseudonyms(2, NAMES.key).of(EMAIL) != told != Pseudonyms(1, b"l" * 32).of(EMAIL)


@pytest.mark.parametrize(
    "text",
    [
        EMAIL,
        f"to <{EMAIL.upper()}>.",
        f"https://x.example/of/{EMAIL}/edit?a=1",
        f"mail={EMAIL.replace('@', '%40')}&x",
        f"call {PHONE} now",
        NAME.lower(),
    ],
)
def test_texts_that_tell(text: str) -> None:
    fresh = NAMES.replaced(text)
    assert "p_" in fresh and not any(one.lower() in fresh.lower() for one in (EMAIL, PHONE, NAME))
    assert NAMES.replaced(fresh) == fresh, "done again it stays"


@pytest.mark.parametrize(
    "text",
    ["bert@example.org", f"x{EMAIL}", "Anna Zzz", f"Dear {NAME}", "1601234567", f"{PHONE}89", "", "p_12"],
)
def test_texts_that_do_not(text: str) -> None:
    assert NAMES.replaced(text) == text


def test_numbers_and_what_figures_are_cut_by_stay() -> None:
    told = '{"product_id":"Anna Zz","amount":1.10,"note":[1.10,true,null,491601234567,"Anna Zz"]}'
    fresh = NAMES.document(told.replace("491601234567", "491601234568"))
    assert json.loads(fresh)["product_id"] == NAME and json.loads(fresh)["note"][4] == NAMES.of(NAME)
    assert json.loads(fresh)["note"][:4] == [1.1, True, None, 491601234568]
    assert json.loads(NAMES.document(told))["note"][3] == NAMES.of("+49 (160) 123-4567") == NAMES.of(PHONE)
    assert NAMES.document('{"amount":1.10}') == '{"amount":1.10}', "written as it was"


def test_a_profile_keeps_what_tells_nobody() -> None:
    traits = {
        "plan": "pro",
        "firstName": "Anna",
        "contacts": [{"work": "a@b.example"}],
        "seats": 3,
        "vip": True,
    }
    body = json.dumps({"name": NAME, "email": EMAIL, "traits": traits})
    fresh = json.loads(NOBODY.profile(body)[0])
    assert fresh["name"] == NOBODY.of(NAME) and fresh["email"] == NOBODY.of(EMAIL)
    assert fresh["traits"] == {
        "plan": "pro",
        "firstName": NOBODY.of("anna"),
        "contacts": [{"work": NOBODY.of("a@b.example")}],
        "seats": 3,
        "vip": True,
    }


def test_only_what_such_people_send_is_changed() -> None:
    told = json.dumps({"to": EMAIL})
    changed = []
    for user, visitor in (("u1", None), (None, "v1"), ("u2", "v1"), (None, "v2"), (EMAIL.lower(), None)):
        event = Event(1, user_id=user, visitor=visitor, properties=told)
        pseudonyms.take(event, NAMES)
        changed.append(event.properties != told)
    assert changed == [True, True, False, False, True]
    assert event.user_id == NAMES.of(EMAIL), "an id that is nothing but the e-mail"
