"""What gunicorn loads: an ASGI app that builds everything when its worker starts."""

from __future__ import annotations

import gc
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from flask import Flask

from tracker import clock
from tracker.accounts import links, users
from tracker.app import create_app
from tracker.errors import DesirepathError
from tracker.server import warm
from tracker.server.front import Front
from tracker.services import Services

log = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Application:
    """Builds the app at lifespan startup, in the worker: threads would not survive its fork."""

    def __init__(self) -> None:
        self._front: Front | None = None
        self._services: Services | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Pass requests on, and follow the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._front is not None:
            await self._front(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._start()
        except DesirepathError as error:
            await send({"type": "lifespan.startup.failed", "message": error.message})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        app = create_app()
        self._services = app.extensions["desirepath"]
        self._services.start()
        greet(app, self._services)
        self._front = Front(app, self._services)
        await self._front.start()
        leave_alone()
        warm.begin(app)

    async def _stop(self) -> None:
        if self._front is not None:
            await self._front.stop()
        if self._services is not None:
            self._services.stop()
        gc.unfreeze()  # or libraries that count what is left at the end take all of it for leaks, and say so


def leave_alone() -> None:
    """Keep what was made up to now out of garbage collections: it stays for ever.

    Looking through it stops every thread for some 50 ms, time and again.
    """
    gc.freeze()
    gc.enable()


def greet(app: Flask, services: Services) -> None:
    """Print where it serves, and the one-time link while nobody owns it."""
    print(f"Desirepath serves {services.settings.address}", flush=True)
    with app.app_context():
        if not users.has_owner():
            token = links.make("setup", clock.now_ms())
            print(
                f"Create the owner here (works once): {services.settings.address}/setup/{token}", flush=True
            )


application = Application()
