"""A corpus of secrets sent through every door: no byte of them is in any file afterwards."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.live_server import Keys, LiveServer
from tests.privacy.somebody import files_of
from tracker import clock
from tracker.accounts import webhook_secrets
from tracker.cli.accounts import with_accounts

pytestmark = pytest.mark.reliability
STRIPE, PAYSTACK = "whsec_0123456789abcdef0123456789abcdef", "sk_live_0123456789abcdef0123456789abcdef"
NESTED = 3


@dataclass
class Corpus:
    """Secrets that nothing else holds, made for one door, so that a find tells where it came in."""

    door: str
    needles: set[bytes] = field(default_factory=set)
    count: int = 0

    def word(self) -> str:
        """A secret that only the name of its field betrays."""
        self.count += 1
        return self._known(f"Hunter2x{self.door}x{self.count}zq")

    def card(self) -> str:
        """A card number with a right check digit."""
        self.count += 1
        digits = "4" + str(int(hashlib.sha256(f"{self.door}{self.count}".encode()).hexdigest(), 16))[:14]
        doubled = [int(d) * (2 if n % 2 == 0 else 1) for n, d in enumerate(digits)]
        last = -sum(d - 9 if d > 9 else d for d in doubled) % 10
        return self._known(f"{digits}{last}")

    def spaced(self) -> str:
        """A card number as people type it."""
        card = self.card()
        return self._known(" ".join(card[n : n + 4] for n in range(0, 16, 4)))

    def key(self) -> str:
        """What looks like a provider's key, under whatever name."""
        self.count += 1
        tail = hashlib.sha256(f"key{self.door}{self.count}".encode()).hexdigest()[:32]
        return self._known(f"sk_live_{tail}")

    def token(self) -> str:
        """A signed token, as in a header."""
        self.count += 1
        claims = _base64({"sub": f"{self.door}{self.count}"})
        signed = hashlib.sha256(f"jwt{self.door}{self.count}".encode()).hexdigest()
        return self._known(f"{_base64({'alg': 'HS256', 'typ': 'JWT'})}.{claims}.{signed}")

    def properties(self) -> dict[str, Any]:
        """All of them, plain and in every wrapping."""
        return {
            "password": self.word(),
            "cvv": self.word(),
            "card": self.card(),
            "note": f"paid with {self.spaced()} today",
            "said": self.key(),
            "header": f"Bearer {self.token()}",
            "error_message": f"login failed: password={self.word()}&user=ann",
            "link": self.url(),
            "encoded": quote(json.dumps({"access_token": self.word()})),
            "twice": quote(quote(f"https://x.example/?api_key={self.word()}", safe=""), safe=""),
            "inside": json.dumps({"payload": json.dumps({"client_secret": self.word(), "n": 1})}),
            "packed": self._hidden({"password": self.word()}),
            "fields": [{"name": "pin", "value": self.word()}, {"name": "plan", "value": "pro"}],
            "deep": _deep({"secret": self.word(), "number": self.card()}),
        }

    def url(self) -> str:
        """An address with secrets in its query, its credentials and its fragment."""
        query = urlencode({"token": self.word(), "card": self.card(), "plan": "pro"})
        return f"https://ann:{self.word()}@shop.example/pay?{query}#access_token={self.word()}"

    def _hidden(self, told: Any) -> str:
        return self._known(base64.b64encode(json.dumps(told).encode()).decode())

    def _known(self, secret: str) -> str:
        self.needles.add(secret.lower().encode())
        return secret


def _base64(told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _deep(told: dict[str, Any]) -> Any:
    value: Any = told
    for _ in range(NESTED):
        value = {"more": [value]}
    return value


class Street:
    """A server with one site whose webhooks are signed, and a way to send to each of its doors."""

    def __init__(self, server: LiveServer, keys: Keys) -> None:
        self.server, self.keys = server, keys
        self.secret = {"Authorization": f"Bearer {keys.secret_key}"}
        status, told = self._post("/api/v1/tokens", {"user": {"id": "ann"}}, self.secret)
        assert status == 200, told
        self.user = {"Authorization": f"Bearer {told['token']}"}

    def native(self, corpus: Corpus) -> None:
        """A browser's batch: properties, address, title, referrer, traits, an event's name of its own."""
        user = {"id": "ann", "traits": {"password": corpus.word(), "card": corpus.card()}}
        user["name"] = f"Ann {corpus.spaced()}"
        context = {"url": corpus.url(), "referrer": corpus.url(), "title": f"Your key {corpus.key()}"}
        events = [
            {"eventName": "checkout", "properties": corpus.properties()},
            {"eventName": "seen", "context": {"url": corpus.url(), "title": corpus.spaced()}},
        ]
        body = {
            "site": self.keys.site_key,
            "visitor": "v1",
            "user": user,
            "context": context,
            "events": events,
        }
        packed = gzip.compress(json.dumps(body).encode())
        headers = {"Content-Type": "text/plain", "Content-Encoding": "gzip"}
        status, _, answer = self.server.request("POST", "/api/v1/track", packed, headers)
        assert (status, json.loads(answer)["accepted"]) == (200, 2), answer

    def servers(self, corpus: Corpus) -> None:
        """A server's batch."""
        events = [{"eventName": "server_said", "properties": corpus.properties()}]
        status, told = self._post("/api/v1/track", {"user": {"id": "ann"}, "events": events}, self.secret)
        assert status == 200 and told["accepted"] == 1, told

    def pixel(self, corpus: Corpus) -> None:
        """The query of a picture."""
        texts = {key: value for key, value in corpus.properties().items() if isinstance(value, str)}
        told = {"site": self.keys.site_key, "url": corpus.url(), "title": corpus.key(), **texts}
        assert self.server.request("GET", f"/pixel.gif?{urlencode(told)}")[0] == 200

    def activity(self, corpus: Corpus) -> None:
        """The mobile shape."""
        body = {"activity_type": "recharge", "details": {**corpus.properties(), "amount": 299}}
        status, told = self._post("/activity/track", body, self.user)
        assert status == 200 and told["success"], told

    def marketplace(self, corpus: Corpus) -> None:
        """The marketplace shape, and what a product is called."""
        body = {"product_id": "P1", "action": "view", **corpus.properties()}
        status, told = self._post(
            "/api/activity/track/", body, self.user | {"X-Site-Key": self.keys.site_key}
        )
        assert status == 200 and told["success"], told
        name = {"name": f"Gift {corpus.spaced()}"}
        assert self._send("PUT", "/api/v1/products/P1", name, self.secret)[0] in (200, 201)

    def stripe(self, corpus: Corpus) -> None:
        """A webhook of Stripe: what it carries beside the payment, and why that failed."""
        about = {"id": "pi_1", "amount": 500, "currency": "eur", "client_secret": corpus.word()}
        error = {"message": f"Card {corpus.spaced()} was declined", "payment_method": {"cvc": corpus.word()}}
        meta = {"user_id": "ann", **corpus.properties()}
        told = {"object": {**about, "last_payment_error": error, "metadata": meta}}
        body = json.dumps({"id": "evt_1", "type": "payment_intent.payment_failed", "data": told}).encode()
        at = int(time.time())
        signed = hmac.new(STRIPE.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        self._hook("stripe", body, {"Stripe-Signature": f"t={at},v1={signed}"})

    def paystack(self, corpus: Corpus) -> None:
        """A webhook of Paystack."""
        card = {"authorization_code": corpus.word(), "cvv": corpus.word(), "number": corpus.card()}
        told = {
            "reference": "ref-1", "amount": 500, "currency": "NGN", "status": "failed", "authorization": card,
            "gateway_response": f"Declined: {corpus.spaced()}", "metadata": corpus.properties(),
            "customer": {"email": "ann@example.org"},
        }  # fmt: skip
        body = json.dumps({"event": "charge.failed", "data": told}).encode()
        signed = hmac.new(PAYSTACK.encode(), body, hashlib.sha512).hexdigest()
        self._hook("paystack", body, {"X-Paystack-Signature": signed})

    def ndjson(self, corpus: Corpus) -> None:
        """History as lines of JSON."""
        line = {"eventName": "imported", "timestamp": "2025-11-01T10:00:00Z", "user_id": "ann"}
        rows = json.dumps(line | {"properties": corpus.properties(), "url": corpus.url()})
        self._import("ndjson", rows.encode())

    def csv(self, corpus: Corpus) -> None:
        """History as a table."""
        head = "eventName,timestamp,user_id,password,note"
        row = f"imported,2025-11-01T10:00:01Z,ann,{corpus.word()},card {corpus.spaced()}"
        self._import("csv", f"{head}\n{row}\n".encode())

    def credits(self, corpus: Corpus) -> None:
        """Why credits were moved."""
        reason = f"refund to {corpus.spaced()}, password={corpus.word()}"
        body = {"user": "ann", "operation": "add", "amount": "5", "reference": "gift-1", "reason": reason}
        status, told = self._post(f"/api/v1/sites/{self.keys.id}/credits", body, self.secret)
        assert status == 200, told

    def refused(self, corpus: Corpus) -> None:
        """What is not taken at all is not kept in a log either."""
        events = [{"eventName": "", "properties": corpus.properties()}]
        body = {"site": self.keys.site_key, "context": {"url": corpus.url()}, "events": events}
        assert self._post("/api/v1/track", body, {})[0] == 400
        wrong = {"Authorization": f"Bearer {corpus.token()}"}
        assert self._post("/activity/track", {"activity_type": "login", "details": {}}, wrong)[0] == 401
        assert self.server.request("GET", f"/nothing?{urlencode({'password': corpus.word()})}")[0] == 404

    def _post(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        return self._send("POST", path, body, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        kind = {"Content-Type": "application/json"}
        status, _, answer = self.server.request(method, path, json.dumps(body).encode(), kind | headers)
        return status, json.loads(answer)

    def _hook(self, provider: str, body: bytes, headers: dict[str, str]) -> None:
        status, _, answer = self.server.request("POST", f"/webhooks/{provider}/{self.keys.id}", body, headers)
        assert status == 200, answer

    def _import(self, form: str, body: bytes) -> None:
        path = f"/api/v1/sites/{self.keys.id}/import?format={form}"
        status, _, answer = self.server.request("POST", path, body, self.secret)
        assert status == 200 and json.loads(answer)["accepted"] == 1, answer


DOORS: dict[str, Callable[[Street, Corpus], None]] = {
    "native": Street.native,
    "servers": Street.servers,
    "pixel": Street.pixel,
    "activity": Street.activity,
    "marketplace": Street.marketplace,
    "stripe": Street.stripe,
    "paystack": Street.paystack,
    "ndjson": Street.ndjson,
    "csv": Street.csv,
    "credits": Street.credits,
    "refused": Street.refused,
}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    server = LiveServer(tmp_path_factory.mktemp("secrets") / "data", ratelimit_enabled="0")
    keys = server.create_site("Shop")
    with with_accounts(str(server.data)):
        for provider, secret in (("stripe", STRIPE), ("paystack", PAYSTACK)):
            webhook_secrets.keep(keys.id, provider, secret, clock.now_ms(), None)
    try:
        server.start()
        yield Street(server, keys)
    finally:
        server.kill()


@pytest.fixture(scope="module")
def sent(street: Street) -> dict[str, Corpus]:
    """What was sent to each door, once all of it was taken and counted."""
    found = {name: Corpus(name) for name in DOORS}
    for name, send in DOORS.items():
        send(street, found[name])
    last = f"last-{clock.now_ms()}"
    body = {"user": {"id": last}, "events": [{"eventName": "last"}]}
    assert street.server.track(body, **street.secret)[0] == 200
    deadline = time.monotonic() + 60
    path = f"/api/v1/sites/{street.keys.id}/person?person={last}"
    while street.server.get(path, **street.secret)[0] != 200:
        assert time.monotonic() < deadline, "the column store does not follow"
        time.sleep(0.1)
    return found


def everything(data: Path) -> bytes:
    """Every byte of every file of the data directory, in small letters (this process has none open)."""
    return b"\n".join(held for _, held in files_of(data)).lower()


@pytest.mark.parametrize("door", DOORS)
def test_no_secret_is_on_disk(street: Street, sent: dict[str, Corpus], door: str) -> None:
    kept = everything(street.server.data)
    assert len(sent[door].needles) >= 2
    assert sorted(needle for needle in sent[door].needles if needle in kept) == []


def test_what_is_no_secret_is(street: Street, sent: dict[str, Corpus]) -> None:
    """Else the search would prove nothing."""
    names = {event["eventName"] for event in street.server.events(street.keys)}
    assert {"checkout", "server_said", "recharge", "imported", "webhook_received", "credits_added"} <= names
    kept = everything(street.server.data)
    assert b"server_said" in kept and b"[removed]" in kept and b"ref-1" in kept
