"""Somebody with a browser: pages asked of the app in this process, forms sent with their tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from flask import Flask
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Person:
    """An account and its password."""

    id: int
    email: str
    password: str


def seen(answer: TestResponse) -> str:
    """A page without the places where e-mail addresses may be broken."""
    return answer.text.replace("<wbr>", "")


class Browser:
    """Cookies of its own; `post` fetches the page with the form first, as people do."""

    def __init__(self, app: Flask, address: str = "198.51.100.20") -> None:
        self.client = app.test_client()
        self.address = address
        self._token = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """One page."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        response = self.client.get(path, headers=named, environ_overrides={"REMOTE_ADDR": self.address})
        self._remember(response)
        return response

    def post(self, path: str, *, page: str | None = None, **form: str) -> TestResponse:
        """Send a form, with the token that stood on `page` (by default: any page this browser may see)."""
        if page is not None or not self._token:
            self.get(page or "/login")
        return self.bare_post(path, csrf_token=self._token, **form)

    def send(self, method: str, path: str) -> TestResponse:
        """What scripts of our pages send: the token in a header."""
        if not self._token:
            self.get("/login")
        return self.bare_send(method, path, **{"X-CSRFToken": self._token})

    def bare_send(self, method: str, path: str, **headers: str) -> TestResponse:
        """A request without a body."""
        address = {"REMOTE_ADDR": self.address}
        return self.client.open(path, method=method, headers=headers, environ_overrides=address)

    def bare_post(self, path: str, **form: str) -> TestResponse:
        """Send exactly these fields."""
        response = self.client.post(path, data=form, environ_overrides={"REMOTE_ADDR": self.address})
        self._remember(response)
        return response

    def sign_in(self, person: Person) -> Browser:
        """Through the sign-in form."""
        answer = self.post("/login", page="/login", email=person.email, password=person.password)
        assert answer.status_code == 302, answer.text
        self.get("/account")
        return self

    def cookie(self) -> str | None:
        """The session cookie as the browser holds it."""
        found = [c for c in self.client._cookies.values() if c.key.endswith("desirepath")]
        return found[0].value if found else None

    def _remember(self, response: TestResponse) -> None:
        body = response.get_data()
        response.close()
        found = TOKEN.search(body.decode()) if response.mimetype == "text/html" else None
        if found:
            self._token = unescape(found[1])
