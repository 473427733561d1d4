"""A payment provider that behaves as they do: webhooks signed like Paystack's, late, doubled, or never."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, render_template_string, request
from werkzeug.wrappers import Response

PAGE = """<!doctype html><html lang="en"><title>Pay</title><h1>Pay {{ amount }} {{ currency }}</h1>
<form method="post" action="/pay?{{ request.query_string.decode() }}">
<button name="do" value="pay">Pay</button><button name="do" value="decline">Use an empty card</button></form>
</html>"""


@dataclass
class Provider:
    """`hooks` are the addresses webhooks go to; what is not `at_once` waits for `deliver`."""

    secret: str
    hooks: list[str] = field(default_factory=list)
    at_once: bool = False
    waiting: list[bytes] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    """What Desirepath, the first of the hooks, said."""
    charges: int = 0

    def app(self) -> Flask:
        """The Flask app: a page where one pays."""
        app = Flask(__name__)
        app.add_url_rule("/", "pay", lambda: render_template_string(PAGE, **request.args.to_dict()))
        app.add_url_rule("/pay", "paid", self._paid, methods=["POST"])
        return app

    def deliver(self, bodies: list[bytes]) -> None:
        """Send webhooks, in this order."""
        for body in bodies:
            for number, url in enumerate(self.hooks):
                status, said = post(url, body, self.sign(body))
                assert status == 200, said
                if not number:
                    self.answers.append(json.loads(said))

    def sign(self, body: bytes) -> str:
        """What stands in `X-Paystack-Signature`."""
        return hmac.new(self.secret.encode(), body, hashlib.sha512).hexdigest()

    def _paid(self) -> Response:
        body = self._notice(request.form["do"] == "pay", request.args)
        if self.at_once:
            self.deliver([body])
        else:
            self.waiting.append(body)
        told = {"reference": request.args["reference"], "paid": request.form["do"]}
        return redirect(f"{request.args['back']}?{urlencode(told)}", 303)

    def _notice(self, paid: bool, asked: Any) -> bytes:
        self.charges += 1
        data = {
            "id": self.charges,
            "domain": "test",
            "reference": asked["reference"],
            "amount": int(Decimal(asked["amount"]) * 100),
            "currency": asked["currency"],
            "status": "success" if paid else "failed",
            "gateway_response": "Approved" if paid else "Insufficient funds",
            "paid_at": datetime.now(UTC).isoformat() if paid else None,
            "customer": {"email": asked["email"]},
            "metadata": {"user_id": asked["user"]},
        }
        return json.dumps({"event": f"charge.{data['status']}", "data": data}).encode()


def post(url: str, body: bytes, signature: str) -> tuple[int, str]:
    """Status and text of a webhook's answer."""
    headers = {"Content-Type": "application/json", "X-Paystack-Signature": signature}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
