"""The doors behind Flask, for servers that speak WSGI only. The ASGI front never comes here."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, request

from tracker import clock
from tracker.domain.event import MAX_BODY_BYTES
from tracker.doors import webhooks
from tracker.doors.doors import Waiting
from tracker.doors.http import Reply, Request
from tracker.errors import DesirepathError
from tracker.services import Services


def register(app: Flask, services: Services) -> None:
    """Add one route for every door."""
    blueprint = Blueprint("doors", __name__)

    def enter() -> Response:
        opened = services.doors.open(_read(), clock.now_ms())
        if not isinstance(opened, Waiting):
            return _response(opened)
        try:
            return _response(opened.answer(services.writer.write(opened.events)))
        except DesirepathError as error:
            return _response(opened.refuse(error))

    def of_site(site: int) -> Response:
        return enter()

    def add(path: str, view: Callable[..., Response]) -> None:
        name = path.lstrip("/").replace("/", "_").replace(".", "_").replace("<int:site>", "site")
        blueprint.add_url_rule(
            path, name, view, methods=["GET", "POST", "OPTIONS"], provide_automatic_options=False
        )

    for path in sorted(services.doors.paths):
        add(path, enter)
    for path in webhooks.PATHS:
        add(f"{path}<int:site>", of_site)
    app.register_blueprint(blueprint)


def _read() -> Request:
    # One byte more than allowed is enough to tell that it is too much.
    body = request.stream.read(MAX_BODY_BYTES + 1)
    headers = {key.lower().encode("latin-1"): value.encode("latin-1") for key, value in request.headers}
    return Request(
        request.method, request.path, request.query_string, headers, body, request.remote_addr or ""
    )


def _response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status)
    response.headers.clear()
    for name, value in reply.headers:
        response.headers.add(name.decode(), value.decode("latin-1"))
    return response
