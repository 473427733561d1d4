"""The webhooks page: secrets that are kept, replaced and removed, and what comes in meanwhile."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.live_server import Keys
from tests.pages import Browser, Person

FIRST, SECOND = "sk_live_0123456789", "sk_live_9876543210"


@pytest.fixture
def hers(owner: Person, sign_in: Callable[..., Browser]) -> Browser:
    """Alice, who owns the server, signed in."""
    return sign_in(owner)


@pytest.fixture
def tell(client: FlaskClient, site: Keys) -> Callable[..., int]:
    """Send a webhook of Paystack, signed with a secret; the status."""

    def send(secret: str, number: int = 1) -> int:
        data = {"id": number, "reference": f"r{number}", "amount": 100, "currency": "NGN"}
        body = json.dumps({"event": "charge.success", "data": data}).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
        answer = client.post(
            f"/webhooks/paystack/{site.id}", data=body, headers={"X-Paystack-Signature": signature}
        )
        return answer.status_code

    return send


def test_from_kept_to_removed(hers: Browser, site: Keys, tell: Callable[..., int]) -> None:
    path = f"/sites/{site.id}/settings/webhooks"
    page = hers.get(path).text
    assert f"/webhooks/paystack/{site.id}" in page and "everything is refused" in page
    assert tell(FIRST) == 401
    assert hers.post(f"{path}/paystack", page=path, secret=f" {FIRST}\n").status_code == 302
    page = hers.get(path).text
    assert FIRST not in page and "A secret has been saved since" in page and "No webhook came yet" in page
    assert (tell(FIRST), tell(SECOND)) == (200, 401)
    assert "The last webhook came" in hers.get(path).text

    hers.post(f"{path}/paystack", page=path, secret=SECOND)
    assert (tell(FIRST, 2), tell(SECOND, 3)) == (200, 200), "the one before works for another day"
    assert "The previous secret still works" in hers.get(path).text
    hers.post(f"{path}/paystack", page=path, secret=SECOND)
    assert tell(FIRST, 4) == 200, "keeping the same again changes nothing"

    hers.post(f"{path}/paystack/revoke", page=path)
    assert (tell(FIRST, 5), tell(SECOND, 6)) == (401, 200)
    hers.post(f"{path}/paystack/remove", page=path)
    assert tell(SECOND, 7) == 401
    assert "webhook secret removed" in hers.get(f"/sites/{site.id}/settings").text


@pytest.mark.parametrize(
    ("provider", "secret"),
    [
        ("paystack", ""),
        ("paystack", "a-few"),
        ("paystack", "pk_live_0123456789"),
        ("paystack", "whsec_0123456789"),
        ("stripe", "sk_live_0123456789"),
        ("stripe", "whsec_01234 56789"),
        ("stripe", "whsec_" + "x" * 600),
        ("paypal", "whatever-0123456789"),
    ],
)
def test_what_is_no_secret_is_refused(hers: Browser, site: Keys, provider: str, secret: str) -> None:
    path = f"/sites/{site.id}/settings/webhooks"
    answer = hers.post(f"{path}/{provider}", page=path, secret=secret)
    assert answer.status_code == 400
    if provider != "paypal":
        assert "This is not the secret" in answer.text
    assert not secret or secret not in answer.text
    assert "A secret has been saved" not in hers.get(path).text


def test_there_is_nothing_to_remove(hers: Browser, site: Keys) -> None:
    path = f"/sites/{site.id}/settings/webhooks"
    for act in ("remove", "revoke"):
        assert hers.post(f"{path}/stripe/{act}", page=path).status_code == 404


def test_the_secret_of_one_site_is_none_of_another(
    hers: Browser, site: Keys, new_site: Callable[..., Any], tell: Callable[..., int]
) -> None:
    other = new_site("Other")
    path = f"/sites/{other.id}/settings/webhooks"
    hers.post(f"{path}/paystack", page=path, secret=FIRST)
    assert tell(FIRST) == 401
