"""Signing in and out."""

from __future__ import annotations

from tests.pages import Browser, Person


def test_a_person_signs_in_and_out(browser: Browser, owner: Person) -> None:
    assert browser.get("/sites").headers["Location"].startswith("/login?next=")
    answer = browser.post(
        "/login?next=/account", page="/login", email="Alice@Example.org", password=owner.password
    )
    assert answer.headers["Location"] == "/account"
    assert browser.get("/account").status_code == 200
    assert browser.post("/logout").headers["Location"] == "/login"
    assert browser.get("/account").status_code == 302
