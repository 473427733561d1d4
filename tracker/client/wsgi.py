"""Middleware for WSGI: Flask, Django and whatever else speaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import request_uri

from tracker.client.requests import Answering, Request, Tracks, Wishes
from tracker.client.tracked import error_message
from tracker.client.visit import current

USER = "desirepath.user"
"""The key of `environ` where a program may put who is signed in, while it answers."""

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class WSGIMiddleware:
    """Records page views and errors, and lets events tracked meanwhile know whose browser it is.

    `user` tells from the environ who is signed in; by default what stands under `desirepath.user`.
    The other options are those of `Wishes`.
    """

    def __init__(
        self, app: App, tracker: Tracks, *, user: Callable[[Environ], Any] | None = None, **wishes: Any
    ) -> None:
        self._app = app
        self._tracker = tracker
        self._user = user or (lambda environ: environ.get(USER))
        self._wishes = Wishes(**wishes)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        answering = self._answering(environ)
        current.set(answering.visit if answering is not None else None)
        if answering is None:
            return self._app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kind = next((value for name, value in headers if name.lower() == "content-type"), "")
            answering.begin(int(status[:3]) if status[:3].isdigit() else 0, kind)
            return start_response(status, headers, *more)

        try:
            return _Watched(self._app(environ, start), answering)
        except Exception as error:
            # Whatever the program did not catch is the server's to answer; we only take note.
            _end(answering, error)
            raise

    def _answering(self, environ: Environ) -> Answering | None:
        try:
            request = _request(environ)
            if self._wishes.leave_out(request):
                return None
            return Answering(self._tracker, self._wishes, request, lambda: self._user(environ))
        except Exception as error:  # noqa: BLE001 - a server that fills environ strangely must still get its answer
            self._tracker.problem(f"A request could not be read: {error_message(error)}")
            return None


class _Watched:
    """The program's answer as it is; tells when it ends."""

    def __init__(self, parts: Iterable[bytes], answering: Answering) -> None:
        self._parts = parts
        self._answering = answering

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._parts
        except Exception as error:
            # As above: noted, and left to the server.
            _end(self._answering, error)
            raise

    def close(self) -> None:
        """The server is done with it, whether it was sent or not."""
        try:
            close = getattr(self._parts, "close", None)
            if close is not None:
                close()
        finally:
            _end(self._answering)


def _end(answering: Answering, error: BaseException | None = None) -> None:
    current.set(None)
    answering.end(error)


def _request(environ: Environ) -> Request:
    headers = {
        key[5:].replace("_", "-").lower(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return Request(
        method=environ["REQUEST_METHOD"],
        # WSGI hands bytes over as if they were Latin-1.
        path=path.encode("latin-1", "replace").decode("utf-8", "replace"),
        url=request_uri(environ),
        address=environ.get("REMOTE_ADDR", ""),
        headers=headers,
    )
