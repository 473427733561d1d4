"""Passwords: what is refused, and how they are kept."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import NOW, PASSWORD
from tests.pages import Person
from tracker.accounts import passwords, users
from tracker.errors import Conflict, Invalid
from tracker.extensions import db, writing

pytestmark = pytest.mark.usefixtures("real_passwords")


@pytest.mark.parametrize(
    "password",
    ["", "short", "123456789", "Password123", "1234567890", "aaaaaaaaaabbbb", "alice@example.org", "x" * 201],
)
def test_what_is_too_easy_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.hashed(password, "Alice@example.org")
    assert refused.value.field == "password"


def test_the_part_before_the_at_sign_is_no_password() -> None:
    with pytest.raises(Invalid):
        passwords.hashed("alexandria.jones", "Alexandria.Jones@example.org")


def test_a_hash_is_argon2id_and_takes_at_most_32_mib() -> None:
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$") and PASSWORD not in kept
    memory = int(kept.split("$m=")[1].split(",")[0])
    assert 19 * 1024 <= memory <= 32 * 1024
    assert passwords.matches(PASSWORD, kept) and not passwords.matches(PASSWORD + " ", kept)
    assert not passwords.outdated(kept)


def test_a_password_is_the_same_however_a_system_writes_its_letters() -> None:
    composed, decomposed = "m\u00fcde M\u00f6wen am Meer", "mu\u0308de Mo\u0308wen am Meer"
    assert passwords.matches(decomposed, passwords.hashed(composed))
    assert not passwords.matches("x" * 201, passwords.hashed("four kinds " * 18))


def test_what_stands_in_for_nobody_costs_as_much_as_a_real_hash() -> None:
    assert not passwords.outdated(passwords._NOBODY)
    assert not passwords.matches("", None)


def test_an_unknown_account_takes_as_long_as_a_wrong_password(app: Flask, owner: Person) -> None:
    def seconds(email: str) -> float:
        taken = []
        for _ in range(7):
            began = time.thread_time()  # of this thread alone: others may keep the machine busy
            assert users.sign_in(email, "a wrong password", NOW) is None
            taken.append(time.thread_time() - began)
        return statistics.median(taken)

    with app.app_context():
        users.sign_in(owner.email, "warm up", NOW)
        known, unknown = seconds(owner.email), seconds("nobody@example.org")
    assert 0.5 < known / unknown < 2, (known, unknown)


def test_a_hash_of_weaker_settings_is_made_anew_at_the_next_sign_in(app: Flask, owner: Person) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("password1")
    with app.app_context():
        with writing():
            users.need(owner.email).password_hash = weak
        # It was allowed when it was set; today's rules must not lock its owner out.
        assert users.sign_in(owner.email, "password1", NOW) is not None
        db.session.expire_all()
        assert not passwords.outdated(users.need(owner.email).password_hash)


def test_an_address_has_one_account_whatever_its_case(
    app: Flask, owner: Person, new_person: Callable[..., Person]
) -> None:
    with app.app_context():
        assert users.by_email(" ALICE@example.ORG ").id == owner.id  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        new_person("Alice@Example.org")


@pytest.mark.parametrize("email", ["", "alice", "a@b@c", "a b@c.d", "<a@b.c>", "a@" + "b" * 260])
def test_what_is_no_address_is_refused(app: Flask, email: str) -> None:
    with app.app_context(), pytest.raises(Invalid) as refused:
        users.create(email, PASSWORD, NOW)
    assert refused.value.field == "email"
