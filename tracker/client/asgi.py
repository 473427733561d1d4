"""Middleware for ASGI: FastAPI, Starlette, Django and whatever else speaks it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from tracker.client.requests import Answering, Request, Tracks, Wishes
from tracker.client.tracked import error_message
from tracker.client.visit import current

USER = "desirepath"
"""The key of `scope` where a dict stands; under `user` a program may put there who is signed in."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class ASGIMiddleware:
    """The same as `WSGIMiddleware`; `user` is a function of the scope.

    By default the user is what the program puts into `scope["desirepath"]["user"]`.
    """

    def __init__(
        self, app: App, tracker: Tracks, *, user: Callable[[Message], Any] | None = None, **wishes: Any
    ) -> None:
        self._app = app
        self._tracker = tracker
        self._user = user or (lambda scope: scope[USER].get("user"))
        self._wishes = Wishes(**wishes)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        answering = self._answering(scope)
        if answering is None:
            await self._app(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind = dict(message.get("headers", ())).get(b"content-type", b"")
                answering.begin(message["status"], bytes(kind).decode("latin-1"))
            await send(message)

        token = current.set(answering.visit)
        failure: Exception | None = None
        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            # Whatever the program did not catch is the server's to answer; we only take note.
            failure = error
            raise
        finally:
            current.reset(token)
            answering.end(failure)

    def _answering(self, scope: Message) -> Answering | None:
        if scope["type"] != "http":
            return None
        try:
            # Frameworks copy the scope on its way; the dict in it stays the same one.
            scope.setdefault(USER, {})
            request = _request(scope)
            if self._wishes.leave_out(request):
                return None
            return Answering(self._tracker, self._wishes, request, lambda: self._user(scope))
        except Exception as error:  # noqa: BLE001 - a server that fills the scope strangely must still get its answer
            self._tracker.problem(f"A request could not be read: {error_message(error)}")
            return None


def _request(scope: Message) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    path = scope["path"]
    host = headers.get("host") or ":".join(str(part) for part in scope.get("server") or ("localhost",))
    query = scope.get("query_string", b"").decode("latin-1")
    url = f"{scope.get('scheme', 'http')}://{host}{quote(path)}" + (f"?{query}" if query else "")
    client = scope.get("client")
    return Request(scope["method"], path, url, str(client[0]) if client else "", headers)
