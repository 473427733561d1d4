"""One's own account."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages import Browser, Person


def test_a_name_can_be_changed(owner: Person, sign_in: Callable[..., Browser]) -> None:
    browser = sign_in(owner)
    assert browser.post("/account/name", name="  Ada   Lovelace ").status_code == 302
    page = browser.get("/account").text
    assert 'value="Ada Lovelace"' in page and "Saved." in page
    refused = browser.post("/account/name", name="x" * 101)
    assert refused.status_code == 400 and "at most 100 characters" in refused.text


def test_what_somebody_calls_themselves_is_never_markup(
    owner: Person, sign_in: Callable[..., Browser]
) -> None:
    browser = sign_in(owner)
    browser.post("/account/name", name="<script>alert(1)</script>")
    assert "<script>alert" not in browser.get("/account").text


def test_a_new_password_needs_the_present_one_and_ends_other_sign_ins(
    owner: Person, sign_in: Callable[..., Browser]
) -> None:
    here, elsewhere = sign_in(owner), sign_in(owner)
    refused = here.post("/account/password", current="not this one", password="a brand new one")
    assert refused.status_code == 400 and "not your present password" in refused.text
    weak = here.post("/account/password", current=owner.password, password="password123")
    assert weak.status_code == 400 and "first anybody would try" in weak.text
    assert elsewhere.get("/account").status_code == 200

    assert (
        here.post("/account/password", current=owner.password, password="a brand new one").status_code == 302
    )
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    sign_in(Person(owner.id, owner.email, "a brand new one"))


def test_signing_out_everywhere_else_leaves_this_one(owner: Person, sign_in: Callable[..., Browser]) -> None:
    here, elsewhere = sign_in(owner), sign_in(owner)
    assert here.post("/account/sessions").status_code == 302
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_guessing_the_present_password_is_slowed(owner: Person, sign_in: Callable[..., Browser]) -> None:
    browser = sign_in(owner)
    answers = [
        browser.post("/account/password", current=f"guess {n}", password="a brand new one").status_code
        for n in range(11)
    ]
    assert answers == [400] * 10 + [429]
