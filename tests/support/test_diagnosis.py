"""What is likely wrong, on histories that are told whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.analytics.stores import NOW, Simple, World, ms
from tracker.support import diagnosis
from tracker.support.diagnosis import Diagnosis, Verdict

ADA = {"email": "ada@example.org", "name": "Ada"}
MINUTE = 60_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    found = World(tmp_path_factory.mktemp("support"))
    yield found
    found.close()


@pytest.fixture
def check(world: World) -> Callable[..., Diagnosis]:
    """`check(event, event, …)`: the diagnosis of ada@example.org; minutes before now as `ago`."""

    def ask(*events: Simple, text: str = "ada@example.org") -> Diagnosis:
        made = []
        for number, one in enumerate(events):
            ago = one.pop("ago", len(events) - number)
            made.append({"at": ms(NOW) - ago * MINUTE, "visitor": None, **one})
        site = world.load(made)
        return diagnosis.of_email(world.reader, site.id, text, ms(NOW))

    return ask


def seen(name: str = "logged_in", **about: Any) -> Simple:
    return {"name": name, "user": "42", "profile": ADA, "verified": True, **about}


def paid(name: str, ago: int, **properties: Any) -> Simple:
    sure = name in ("webhook_received", "credits_added")
    told = {"reference": "order-1", "amount": "20", "currency": "EUR", **properties}
    return {"name": name, "user": "42", "ago": ago, "verified": sure, "properties": told}


def test_nothing_wrong(check: Callable[..., Diagnosis]) -> None:
    found = check(
        seen(ago=90),
        seen("credits_added", properties={"amount": "5"}),
        seen("credits_deducted", properties={"amount": "1.5"}),
        seen("credits_added", properties={"amount": "9", "currency": "EUR"}),
    )
    assert (found.exists, found.verdict, found.told) == (True, Verdict.NOTHING_WRONG, "Nothing stands out.")
    (known,) = found.users
    assert (known.user.first_seen, known.user.events) == (ms(NOW) - 90 * MINUTE, 4)
    assert [(left.currency, str(left.balance)) for left in known.balances] == [
        (None, "3.5000"),
        ("EUR", "9.0000"),
    ]


def test_by_id_and_by_an_email_in_capitals(check: Callable[..., Diagnosis]) -> None:
    assert check(seen(), text="42").exists
    assert check(seen(), text=" ADA@example.org ").users[0].user.id == "42"
    assert check(seen(), {"name": "x", "user": "ada@example.org"}).users[1].user.id == "ada@example.org"


def test_never_registered(check: Callable[..., Diagnosis]) -> None:
    found = check(seen(profile={"email": "zoe@elsewhere.example"}))
    assert (found.exists, found.verdict, found.nearest) == (False, Verdict.NEVER_REGISTERED, ())


def test_other_email(check: Callable[..., Diagnosis]) -> None:
    found = check(
        seen(profile={"email": "ada@example.com"}), seen(user="9", profile={"email": "x@y.example"})
    )
    assert (found.exists, found.verdict, found.nearest) == (False, Verdict.OTHER_EMAIL, ("ada@example.com",))
    assert "ada@example.com" in found.told


def test_a_failed_registration_of_a_stranger(check: Callable[..., Diagnosis]) -> None:
    def tried(name: str, **properties: str) -> Simple:
        return {"name": name, "visitor": "v", "properties": {"email": "Ada@example.org", **properties}}

    found = check(
        tried("registration_attempted"),
        tried("registration_failed", error_message="code too old"),
        tried("registration_failed", error_message="number taken"),
    )
    assert (found.exists, found.verdict, len(found.registrations)) == (False, Verdict.REGISTRATION_FAILED, 3)
    assert found.told == "The registration failed 2 times and never succeeded. The last time: number taken."
    assert "neither success" in check(tried("registration_attempted")).told
    assert "names a user" in check(tried("registration_failed"), tried("registration_succeeded")).told


def test_a_failed_registration_in_the_browser_of_a_user(check: Callable[..., Diagnosis]) -> None:
    failed = {"name": "registration_failed", "visitor": "phone", "properties": {"error_message": "no SMS"}}
    other = {"name": "registration_failed", "visitor": "phone", "user": "9"}
    found = check(dict(failed), dict(other), seen(visitor="phone"))
    assert found.verdict is Verdict.REGISTRATION_FAILED and "once" in found.told and "no SMS" in found.told
    assert len(found.registrations) == 1, "not what the same browser did as somebody else"
    through = check(dict(failed), seen("registration_succeeded", visitor="phone"))
    assert through.verdict is Verdict.NOTHING_WRONG and len(through.registrations) == 2


@pytest.mark.parametrize(
    ("events", "verdict", "words"),
    [
        (
            [paid("payment_completed", 16)],
            Verdict.PAID_NOT_CREDITED,
            "order-1 (20.00 EUR) was paid, but no webhook",
        ),
        (
            [paid("payment_completed", 16, amount="2000", currency="INR")],
            Verdict.PAID_NOT_CREDITED,
            "order-1 (2,000.00 INR) was paid",
        ),
        ([paid("payment_completed", 14)], Verdict.NOTHING_WRONG, "Nothing"),
        ([paid("webhook_received", 16)], Verdict.PAID_NOT_CREDITED, "webhook came, but nothing was credited"),
        (
            [paid("payment_completed", 20), paid("webhook_received", 16, status="failed")],
            Verdict.PAID_NOT_CREDITED,
            "told that it failed",
        ),
        ([paid("payment_completed", 20), paid("credits_added", 16)], Verdict.NOTHING_WRONG, "Nothing"),
        (
            [paid("payment_initialized", 20), paid("payment_failed", 16, error_message="card declined")],
            Verdict.PAYMENT_FAILED,
            "order-1 (20.00 EUR), failed: card declined.",
        ),
        (
            [paid("payment_initialized", 20), paid("payment_failed", 16, error_message="Card declined.")],
            Verdict.PAYMENT_FAILED,
            "failed: Card declined.|",
        ),
    ],
)
def test_payments(
    check: Callable[..., Diagnosis], events: list[Simple], verdict: Verdict, words: str
) -> None:
    found = check(seen(), *(dict(one) for one in events))
    assert found.verdict is verdict and words in f"{found.told}|"
    assert found.stuck == (("order-1",) if verdict is Verdict.PAID_NOT_CREDITED else ())
    assert [payment.reference for payment in found.payments] == ["order-1"]


def test_the_last_errors_newest_first_and_not_for_ever(check: Callable[..., Diagnosis]) -> None:
    found = check(
        seen("old", ago=91 * 1440, properties={"error_message": "long ago"}),
        seen("a", properties={"status": "failed"}),
        seen("b", properties={"error_message": "out of paper"}),
        seen("fine", properties={"status": "success", "error_message": ""}),
        seen("c", bot="crawler", properties={"status": "failed"}),
        seen("d", user="9", profile=None, properties={"status": "failed"}),
    )
    assert [(one.name, one.error_message) for one in found.errors] == [("b", "out of paper"), ("a", None)]
    assert "last errors" in found.told
