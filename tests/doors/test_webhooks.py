"""Webhooks of Paystack and Stripe: signatures, what is read out of them, and each thing once."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors.conftest import NOW, SECRET, Street
from tracker.doors.http import Reply

PAYSTACK, STRIPE = "sk_test_0123456789abcdef", "whsec_test_0123456789abcdef"
NOW_S = NOW // 1000
# Made with: printf '%s' BODY | openssl dgst -sha512 -hmac SECRET, and of `1759999995.BODY` with -sha256.
PAYSTACK_BODY = (
    b'{"event":"charge.success","data":{"id":302961,"domain":"live","status":"success","reference":"qTPrJoy9Bx",'
    b'"amount":10050,"gateway_response":"Approved by Financial Institution",'
    b'"paid_at":"2016-09-30T21:10:19.000Z",'
    b'"currency":"NGN","metadata":{"user_id":"42"},"customer":{"id":68324,"email":"bojack@horsinaround.example"}}}'
)
PAYSTACK_SIGNED = (
    "0299f14fae7eeb354d619d13c99cb38fa8f14d483955fe9c80d3357daa5f8ed4"
    "6fb4fba2dcbc42d652eeccc048cfced8f173b911468f2e22582cfd4f881f7670"
)
STRIPE_BODY = (
    b'{"id":"evt_1NG8Du2eZvKYlo2CUI79vXWy","object":"event","type":"payment_intent.succeeded","created":1759999990,'
    b'"livemode":false,"data":{"object":{"id":"pi_3MtwBwLkdIwHu7ix28a3tqPa","object":"payment_intent","amount":2000,'
    b'"amount_received":2000,"currency":"usd","status":"succeeded","metadata":{"reference":"order-17","user_id":"42"},'
    b'"receipt_email":"ada@example.org"}}}'
)
STRIPE_SIGNED = "f03f19bd5487c1b207c0a883c4060e801d4bdb34a2aa1b9b847e48c8de691184"


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    street = Street(tmp_path / "ledger.db")
    street.sites.all[0] = replace(
        street.sites.all[0], webhook_secrets={"paystack": (PAYSTACK,), "stripe": (STRIPE,)}
    )
    yield street
    street.close()


def paystack(street: Street, body: Any, secret: str = PAYSTACK, site: int = 1) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha512).hexdigest()
    return street.send(raw, f"/webhooks/paystack/{site}", x_paystack_signature=signature)


def stripe(street: Street, body: Any, *secrets: str, at: int = NOW_S, site: int = 1) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = b"%d.%s" % (at, raw)
    made = [hmac.new(s.encode(), signed, hashlib.sha256).hexdigest() for s in secrets or (STRIPE,)]
    header = f"t={at}," + ",".join(f"v1={one}" for one in made) + ",v0=" + "0" * 64
    return street.send(raw, f"/webhooks/stripe/{site}", stripe_signature=header)


def charge(**data: Any) -> dict[str, Any]:
    event = data.pop("event", "charge.success")
    told = {"id": 7, "reference": "r1", "amount": 500, "currency": "NGN", "status": "success"}
    return {"event": event, "data": told | data}


def intent(kind: str = "payment_intent.succeeded", number: str = "evt_1", **about: Any) -> dict[str, Any]:
    told = {"id": "pi_1", "object": "payment_intent", "amount": 500, "currency": "eur", "metadata": {}}
    return {"id": number, "type": kind, "livemode": True, "data": {"object": told | about}}


def kept(street: Street) -> dict[str, Any]:
    (event,) = street.stored()
    return event.properties


def test_a_known_paystack_vector(street: Street) -> None:
    reply = street.send(PAYSTACK_BODY, "/webhooks/paystack/1", x_paystack_signature=PAYSTACK_SIGNED)
    assert (reply.status, json.loads(reply.body)) == (200, {"success": True, "duplicate": False})
    (event,) = street.stored()
    assert (event.name, event.user_id, event.at, event.flags & 3) == ("webhook_received", "42", NOW, 2)
    assert event.event_id == "webhook:paystack:charge.success:302961"
    assert event.properties == {
        "provider": "paystack",
        "event_type": "charge.success",
        "reference": "qTPrJoy9Bx",
        "status": "success",
        "amount": "100.50",
        "currency": "NGN",
        "email": "bojack@horsinaround.example",
        "occurred_at": "2016-09-30T21:10:19.000Z",
        "live": True,
    }


def test_a_known_stripe_vector(street: Street) -> None:
    header = (
        f"t=1759999995,v1={STRIPE_SIGNED},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"
    )
    assert street.send(STRIPE_BODY, "/webhooks/stripe/1/", stripe_signature=header).status == 200
    (event,) = street.stored()
    assert (event.event_id, event.user_id) == ("webhook:stripe:evt_1NG8Du2eZvKYlo2CUI79vXWy", "42")
    assert event.properties == {
        "provider": "stripe",
        "event_type": "payment_intent.succeeded",
        "reference": "order-17",
        "status": "success",
        "amount": "20.00",
        "currency": "USD",
        "email": "ada@example.org",
        "occurred_at": 1759999990000,
        "live": False,
    }


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/webhooks/paystack/1", {}),
        ("/webhooks/paystack/1", {"x_paystack_signature": ""}),
        ("/webhooks/paystack/1", {"x_paystack_signature": PAYSTACK_SIGNED[:-1] + "1"}),
        ("/webhooks/paystack/1", {"x_paystack_signature": "é" * 64}),
        ("/webhooks/paystack/2", {"x_paystack_signature": PAYSTACK_SIGNED}),
        ("/webhooks/paystack/3", {"x_paystack_signature": PAYSTACK_SIGNED}),
        ("/webhooks/stripe/1", {"x_paystack_signature": PAYSTACK_SIGNED}),
    ],
)
def test_what_is_not_signed_is_refused_and_not_kept(
    street: Street, path: str, headers: dict[str, str]
) -> None:
    reply = street.send(PAYSTACK_BODY, path, **headers)
    told = json.loads(reply.body)
    assert (reply.status, told["error"]["field"]) == (401, "signature")
    assert street.stored() == street.stored(2) == street.stored(3) == []
    if path.endswith("/1"):
        assert "signature is not valid" in street.doors.refusals.recent(1)[0].message


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        f"v1={STRIPE_SIGNED}",
        "t=1759999995",
        f"t=1759999996,v1={STRIPE_SIGNED}",
        f"t=1759999995,v0={STRIPE_SIGNED}",
        f"t=-1759999995,v1={STRIPE_SIGNED}",
        f"t=1759999995;v1={STRIPE_SIGNED}",
        f"t=1759999995,v1={STRIPE_SIGNED[:-1]}",
        "t=1759999995," + ",".join(["v1=" + "0" * 64] * 25) + f",v1={STRIPE_SIGNED}",
        f"t={'9' * 30},v1={STRIPE_SIGNED}",
    ],
)
def test_a_stripe_header_that_proves_nothing(street: Street, header: str) -> None:
    assert street.send(STRIPE_BODY, "/webhooks/stripe/1", stripe_signature=header).status == 401
    assert street.stored() == []


@pytest.mark.parametrize(("age", "status"), [(0, 200), (300, 200), (301, 401), (-300, 200), (-301, 401)])
def test_a_recorded_stripe_webhook_cannot_be_sent_again_later(street: Street, age: int, status: int) -> None:
    assert stripe(street, intent(), at=NOW_S - age).status == status


def test_both_secrets_are_taken_while_one_is_replaced(street: Street) -> None:
    site = street.sites.all[0]
    new = {"paystack": ("sk_new_01234567", PAYSTACK), "stripe": ("whsec_new_01234567", STRIPE)}
    street.sites.all[0] = replace(site, webhook_secrets=new)
    assert (
        paystack(street, charge()).status == paystack(street, charge(id=8), "sk_new_01234567").status == 200
    )
    for number, secrets in enumerate(((STRIPE,), ("whsec_new_01234567",), ("whsec_unknown", STRIPE))):
        assert stripe(street, intent(number=f"evt_{number}"), *secrets).status == 200
    street.sites.all[0] = replace(site, webhook_secrets={"paystack": ("sk_new_01234567",)})
    assert paystack(street, charge(id=9)).status == stripe(street, intent(number="evt_9")).status == 401


def test_the_same_thing_counts_once_however_often_it_is_told(street: Street) -> None:
    assert [json.loads(paystack(street, charge()).body)["duplicate"] for _ in range(3)] == [False, True, True]
    again = charge(gateway_response="Successful, told with another body")
    assert json.loads(paystack(street, again).body)["duplicate"]
    street.now += 86_400_000
    for at in (NOW_S + 86_400, NOW_S + 86_410):
        assert stripe(street, intent(), at=at).status == 200
    assert len(street.stored()) == 2


def test_nobody_can_take_a_webhooks_id_beforehand(street: Street) -> None:
    """Whoever could would make the true webhook a duplicate. Servers may: they import what was exported."""
    taken = "webhook:stripe:evt_1"
    answer = street.track({"eventName": "x", "id": taken}, status=400)
    assert answer["errors"][0]["field"] == "id"
    street.send({"events": [{"eventName": "x", "id": taken}]}, authorization=f"Bearer {SECRET}")
    assert [event.name for event in street.stored()] == ["x"]


@pytest.mark.parametrize(
    ("currency", "units", "amount"),
    [
        ("usd", 1, "0.01"),
        ("eur", 123456789, "1234567.89"),
        ("jpy", 500, "500"),
        ("xof", 12345, "12345"),
        ("kwd", 5120, "5.120"),
        ("isk", 500, "5.00"),
        ("ugx", 500, "5.00"),
        ("usd", 0, "0.00"),
    ],
)
def test_stripes_minor_units(street: Street, currency: str, units: int, amount: str) -> None:
    stripe(street, intent(currency=currency, amount=units))
    assert (kept(street)["amount"], kept(street)["currency"]) == (amount, currency.upper())


@pytest.mark.parametrize("currency", ["NGN", "XOF", "KES"])
def test_paystack_counts_in_hundredths_of_everything(street: Street, currency: str) -> None:
    paystack(street, charge(currency=currency, amount=150_075))
    assert kept(street)["amount"] == "1500.75"


@pytest.mark.parametrize(
    ("about", "reference"),
    [
        ({"metadata": {"reference": "m"}, "client_reference_id": "c", "payment_intent": "pi_2"}, "m"),
        ({"client_reference_id": "c", "payment_intent": "pi_2"}, "c"),
        ({"payment_intent": "pi_2"}, "pi_2"),
        ({"payment_intent": {"id": "pi_3"}}, "pi_3"),
        ({}, "pi_1"),
    ],
)
def test_what_stripes_reference_is(street: Street, about: dict[str, Any], reference: str) -> None:
    stripe(street, intent(**about))
    assert kept(street)["reference"] == reference


def test_a_checkout_of_stripe_is_paid_when_it_says_so(street: Street) -> None:
    session = {"id": "cs_1", "object": "checkout.session", "amount_total": 1999, "client_reference_id": "c1",
               "customer_details": {"email": "Ada@Example.org"}}  # fmt: skip
    for number, status in enumerate(("unpaid", "paid")):
        stripe(
            street, intent("checkout.session.completed", f"evt_{number}", payment_status=status, **session)
        )
    later, paid = street.stored()
    assert "status" not in later.properties and later.properties["related_reference"] == "c1"
    assert (paid.properties["status"], paid.properties["reference"]) == ("success", "c1")
    assert (paid.properties["amount"], paid.properties["email"]) == ("19.99", "Ada@Example.org")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (
            {"last_payment_error": {"message": "Your card was declined.", "code": "card_declined"}},
            "Your card",
        ),
        ({"last_payment_error": {"code": "card_declined"}}, "card_declined"),
        ({"failure_message": "Insufficient funds"}, "Insufficient"),
        ({"outcome": {"seller_message": "The bank said no."}}, "The bank"),
        ({}, "payment_intent.payment_failed"),
    ],
)
def test_why_a_stripe_payment_failed(street: Street, about: dict[str, Any], words: str) -> None:
    stripe(street, intent("payment_intent.payment_failed", **about))
    assert kept(street)["status"] == "failed" and words in kept(street)["error_message"]


def test_why_a_paystack_payment_failed(street: Street) -> None:
    paystack(street, charge(event="charge.failed", status="failed", gateway_response="Declined"))
    assert (kept(street)["status"], kept(street)["error_message"]) == ("failed", "Declined")


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        (charge(event="refund.processed", reference=None, transaction_reference="r1"), "r1"),
        (charge(event="charge.dispute.create", reference=None, transaction={"reference": "r1"}), "r1"),
        (charge(event="something.new", reference="r1"), "r1"),
        ({"data": {"reference": "r1"}}, "r1"),
        ({"event": "customeridentification.success"}, None),
    ],
)
def test_other_kinds_are_kept_and_are_no_part_of_the_payment(
    street: Street, body: dict[str, Any], reference: str | None
) -> None:
    assert paystack(street, body).status == 200
    told = kept(street)
    assert "reference" not in told and "status" not in told and told.get("related_reference") == reference
    assert told["event_type"] == body.get("event", "unknown")


@pytest.mark.parametrize(
    ("data", "user"),
    [
        ({"metadata": {"user_id": 42}}, "42"),
        ({"metadata": '{"userId": "u-7"}'}, "u-7"),
        ({"metadata": "", "customer": {"metadata": {"uid": "9"}}}, "9"),
        ({"metadata": "not json", "customer": {"email": "Ada@Example.org"}}, "ada@example.org"),
        ({"metadata": {"custom_fields": []}, "customer": None}, None),
        ({"metadata": {"user_id": "x" * 500}}, "x" * 200),
    ],
)
def test_whose_payment_it_was(street: Street, data: dict[str, Any], user: str | None) -> None:
    street.doors._user_by_email = lambda site_id, email: email.lower()
    paystack(street, charge(**data))
    (event,) = street.stored()
    assert (event.user_id, event.profile) == (user, {})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b"[" * 5000])
def test_a_signed_body_that_says_nothing_is_told(street: Street, body: bytes) -> None:
    for reply in (paystack(street, body), stripe(street, body)):
        assert (reply.status, json.loads(reply.body)["error"]["field"]) == (400, "body")
    assert street.stored() == []


def test_a_body_that_is_too_large_is_refused(street: Street) -> None:
    assert paystack(street, b"0" * 1_000_001).status == 413


@pytest.mark.parametrize("path", ["/webhooks/stripe/", "/webhooks/stripe/x", "/webhooks/stripe/1/2"])
def test_addresses_that_are_none(street: Street, path: str) -> None:
    assert street.doors.serves(path)
    assert street.send(STRIPE_BODY, path).status == 404
    assert street.send(b"", "/webhooks/stripe/1", method="GET").status == 404


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**19), 10**19)
    | st.floats(allow_nan=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "reference", "amount", "currency", "metadata", "customer", "id", "status", "object", "payment_intent",
    "last_payment_error", "customer_details", "transaction", "paid_at", "domain", "client_reference_id",
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(
        ("charge.success", "charge.failed", "payment_intent.succeeded", "checkout.session.completed")
    ),
    st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=8),
    ANYTHING,
)
def test_whatever_a_signed_body_holds_it_is_kept_or_refused_with_words(
    street: Street, kind: Any, data: Any, number: Any
) -> None:
    for reply in (
        paystack(street, {"event": kind, "data": data}),
        stripe(street, {"id": number, "type": kind, "created": number, "data": {"object": data}}),
        paystack(street, {"event": data, "data": number}),
        stripe(street, {"type": number, "data": data}),
    ):
        assert reply.status == 200 or json.loads(reply.body)["error"]["field"], reply.body


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=80), st.text(max_size=150))
def test_whatever_comes_unsigned_is_refused(street: Street, body: bytes, header: str) -> None:
    wire = header.encode("utf-8", "replace").decode("latin-1").replace("\n", "")
    for path, name in (
        ("/webhooks/paystack/1", "x_paystack_signature"),
        ("/webhooks/stripe/1", "stripe_signature"),
    ):
        assert street.send(body, path, **{name: wire}).status == 401
    assert street.stored() == []
