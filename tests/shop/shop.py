"""A small shop: pages with the script tag and marketplace calls; its server tells the rest by the client."""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import Flask, redirect, render_template_string, request, session
from joserfc import jwt
from joserfc.jwk import OctKey
from werkzeug.wrappers import Response

from tests.live_server import Keys
from tracker.client import Tracker, WSGIMiddleware

CURRENCY = "EUR"
GOODS = {"mug": ("Blue mug", "4.50"), "bowl": ("Wide bowl", "12.00"), "vase": ("Tall vase", "30.25")}
PEOPLE = {"ann": {"name": "Ann Archer", "email": "ann@example.org"}}

PAGE = """<!doctype html><html lang="en"><title>{{ title }}</title>{{ tag|safe }}
<script defer src="/shop.js"></script>
<body data-api="{{ api }}" data-site="{{ site }}" data-user="{{ user }}" data-token="{{ token }}"
  data-product="{{ product }}">
<h1>{{ title }}</h1><p id="said" role="status"></p>
{% for id, (name, price) in goods.items() %}<p><a href="/products/{{ id }}">{{ name }}</a> {{ price }}</p>
{% endfor %}
<button id="agree">Accept cookies</button>
{% if product %}
<button data-act="click">Details</button><button data-act="favorite">Favorite</button>
<button data-act="unfavorite">No favorite</button><button id="zoom">Zoom</button>
<form id="cart" method="post" action="/cart"><input type="hidden" name="product" value="{{ product }}">
<button name="do" value="cart_add">Add to cart</button>
<button name="do" value="cart_remove">Take out</button></form>
{% endif %}
<form id="login" method="post" action="/login"><input name="user" aria-label="Your name">
<button>Sign in</button></form>
<form id="checkout" method="post" action="/checkout"><button>Buy</button></form>
</body></html>"""

SCRIPT = """
window.desirepath = window.desirepath || [];
const { api, site, user, token, product } = document.body.dataset;
desirepath.push(() => desirepath.identify(user));
document.querySelector("#agree").onclick = () => desirepath.consent(true);
const act = async (action) => {
  const known = sessionStorage.getItem("shopper");
  const answer = await fetch(api + "/api/activity/track/", {
    method: "POST",
    headers: token ? { Authorization: "Bearer " + token } : { "X-Site-Key": site },
    body: JSON.stringify({ product_id: product, action, ...(known && { session_key: known }) }),
  });
  const told = await answer.json();
  if (told.session_key) sessionStorage.setItem("shopper", told.session_key);
  document.querySelector("#said").textContent = told.message;
};
if (product) act("view");
for (const button of document.querySelectorAll("[data-act]")) button.onclick = () => act(button.dataset.act);
const zoom = document.querySelector("#zoom");
if (zoom) zoom.onclick = () => { throw new Error("no large picture of " + product); };
"""


@dataclass
class Shop:
    """The program: its pages, and the orders in its own books."""

    api: str
    keys: Keys
    tag: str
    orders: dict[str, list[str]] = field(default_factory=dict)
    """Product ids by order."""

    def app(self, tracker: Tracker) -> Flask:
        """The Flask app."""
        app = Flask(__name__)
        app.secret_key = secrets.token_hex()
        app.wsgi_app = WSGIMiddleware(app.wsgi_app, tracker, page_views=False)  # type: ignore[method-assign]
        self.tracker = tracker
        app.before_request(_tell_who_is_signed_in)
        app.add_url_rule("/", "home", lambda: self._page("Shop"))
        app.add_url_rule("/shop.js", "script", lambda: (SCRIPT, 200, {"Content-Type": "text/javascript"}))
        app.add_url_rule("/products/<product>", "product", lambda product: self._page(product, product))
        app.add_url_rule("/login", "login", self._login, methods=["POST"])
        app.add_url_rule("/cart", "cart", self._cart, methods=["POST"])
        app.add_url_rule("/checkout", "checkout", self._checkout, methods=["POST"])
        app.add_url_rule("/orders/<order>", "order", self._order)
        return app

    def open(self) -> None:
        """Tell what the goods are called, as a shop does whenever they change."""
        for product, (name, price) in GOODS.items():
            body = json.dumps({"name": name, "price": price, "currency": CURRENCY}).encode()
            secret = {"Authorization": f"Bearer {self.keys.secret_key}"}
            url = f"{self.api}/api/v1/products/{product}"
            with urllib.request.urlopen(urllib.request.Request(url, body, secret, method="PUT")) as answer:
                assert answer.status == 200

    def _page(self, title: str, product: str = "") -> str:
        user = session.get("user", "")
        token = self._token(user) if user else ""
        told = {"tag": self.tag, "api": self.api, "site": self.keys.site_key, "goods": GOODS}
        return render_template_string(PAGE, title=title, product=product, user=user, token=token, **told)

    def _token(self, user: str) -> str:
        claims = {"sub": user, **PEOPLE[user], "exp": int(time.time()) + 600}
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self.keys.token_secret))

    def _login(self) -> Response:
        user = session["user"] = request.environ["desirepath.user"] = request.form["user"]
        self.tracker.identify(user, {"plan": "retail"}, **PEOPLE[user])
        return redirect("/", 303)

    def _cart(self) -> Response:
        product, action = request.form["product"], request.form["do"]
        cart = session.setdefault("cart", [])
        (cart.append if action == "cart_add" else cart.remove)(product)
        session.modified = True
        self.tracker.track(action, {"product_id": product})
        return redirect("/", 303)

    def _checkout(self) -> Response:
        order = f"order-{len(self.orders) + 1}"
        self.orders[order] = session.pop("cart")
        return redirect(f"/orders/{order}", 303)

    def _order(self, order: str) -> str:
        """The page after buying, which people load again; with ids of its own each sale counts once."""
        for product in self.orders[order]:
            line = f"{order}-{product}"
            told: dict[str, Any] = {"amount": Decimal(GOODS[product][1]), "currency": CURRENCY}
            told |= {"product_id": product, "reference": line}
            self.tracker.track("purchase", told, event_id=line)
        return self._page("Thank you")


def _tell_who_is_signed_in() -> None:
    request.environ["desirepath.user"] = session.get("user")
