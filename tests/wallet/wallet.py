"""A small wallet: one adds money through a provider and spends it; the server tells what it knows."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, render_template_string, request
from werkzeug.wrappers import Response

from tests.live_server import Keys
from tests.wallet.provider import Provider
from tracker.client import Tracker

CURRENCY = "NGN"
USER = {"id": "asha", "name": "Asha Rao", "email": "asha@example.org"}

PAGE = """<!doctype html><html lang="en"><title>Wallet</title>{{ tag|safe }}
<script defer src="/wallet.js"></script>
<h1>{{ balance }} {{ currency }}</h1>
{% if message %}<p role="alert">{{ message }}</p>{% endif %}
<form method="post" action="/fund" data-track="fund_clicked" data-track-page="home">
<input name="amount" aria-label="Amount"><input name="reference" aria-label="Reference">
<button>Add money</button></form>
<form id="spend" method="post" action="/spend"><input name="price" aria-label="Price">
<input name="what" aria-label="What"><button>Spend</button></form>
</html>"""
SCRIPT = "desirepath.consent(true); desirepath.identify('asha');"


@dataclass
class Wallet:
    """The program. `behind` sets the clock back by which it tells what happens."""

    api: str
    keys: Keys
    tag: str
    provider: Provider
    provider_url: str
    tracker: Tracker
    behind: timedelta = timedelta(0)
    balance: Decimal = Decimal(0)
    """As Desirepath told it last."""
    moved: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    """(reference, amount, balance after it) of each operation, in order."""
    amounts: dict[str, Decimal] = field(default_factory=dict)
    """What each payment is to bring, by reference."""

    def app(self) -> Flask:
        """The Flask app."""
        app = Flask(__name__)
        app.secret_key = secrets.token_hex()
        app.add_url_rule("/", "home", self._home)
        app.add_url_rule("/wallet.js", "script", lambda: (SCRIPT, 200, {"Content-Type": "text/javascript"}))
        app.add_url_rule("/fund", "fund", self._fund, methods=["POST"])
        app.add_url_rule("/back", "back", self._back)
        app.add_url_rule("/spend", "spend", self._spend, methods=["POST"])
        app.add_url_rule("/hook", "hook", self._hook, methods=["POST"])
        return app

    def call(self, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON of a call with the secret key."""
        secret = {"Authorization": f"Bearer {self.keys.secret_key}"}
        asked = urllib.request.Request(f"{self.api}{path}", json.dumps(body).encode(), secret)
        try:
            with urllib.request.urlopen(asked) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def _home(self) -> str:
        message = "Not enough money for that" if "short" in request.args else ""
        told = {"tag": self.tag, "balance": self.balance, "currency": CURRENCY, "message": message}
        return render_template_string(PAGE, **told)

    def _tell(self, event: str, reference: str, **more: Any) -> None:
        told = {"reference": reference, "amount": self.amounts[reference], "currency": CURRENCY}
        now = datetime.now(UTC) - self.behind
        self.tracker.track(event, told | more, user=USER, timestamp=now)

    def _fund(self) -> Response:
        reference = request.form["reference"]
        self.amounts[reference] = Decimal(request.form["amount"])
        self._tell("payment_initialized", reference)
        asked = {"reference": reference, "amount": request.form["amount"], "currency": CURRENCY}
        asked |= {"user": USER["id"], "email": USER["email"], "back": f"{request.host_url}back"}
        return redirect(f"{self.provider_url}/?{urlencode(asked)}", 303)

    def _back(self) -> Response:
        paid = request.args["paid"] == "pay"
        failed = {} if paid else {"error_message": "The card was declined", "status": "failed"}
        self._tell("payment_completed" if paid else "payment_failed", request.args["reference"], **failed)
        return redirect("/", 303)

    def _hook(self) -> str:
        """The provider's webhook comes here as well; money is added once, however often it comes."""
        body = request.get_data()
        assert request.headers["X-Paystack-Signature"] == self.provider.sign(body)
        told = json.loads(body)
        if told["event"] == "charge.success":
            reference = told["data"]["reference"]
            self._move("add", self.amounts[reference], reference, "money added")
        return "thank you"

    def _spend(self) -> Response:
        price, what = Decimal(request.form["price"]), request.form["what"]
        return redirect("/" if self._move("deduct", price, what, what) else "/?short=1", 303)

    def _move(self, operation: str, amount: Decimal, reference: str, reason: str) -> bool:
        body = {"user": USER["id"], "operation": operation, "amount": str(amount), "currency": CURRENCY}
        body |= {"reference": reference, "reason": reason}
        status, told = self.call(f"/api/v1/sites/{self.keys.id}/credits", body)
        if status == 409:
            return False
        assert status == 200, told
        self.balance = Decimal(told["balance"])
        if not told["duplicate"]:
            signed = amount if operation == "add" else -amount
            self.moved.append((reference, signed, self.balance))
        return True
