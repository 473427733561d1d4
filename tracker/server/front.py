"""The ASGI front: doors and live feeds answer in the event loop, everything else goes to Flask."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from flask import Flask

from tracker import clock
from tracker.domain.event import MAX_BODY_BYTES, MAX_IMPORT_BYTES
from tracker.doors.doors import Waiting
from tracker.doors.http import Reply, Request, error_reply
from tracker.enrich import address as addresses
from tracker.errors import DesirepathError, Unavailable
from tracker.ledger.writer import Outcome
from tracker.server.bodies import Bodies, ClientGone, Receive
from tracker.server.live import LiveFeeds
from tracker.services import Services
from tracker.web.uploaded import UPLOAD_BYTES

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Asgi = Callable[[dict[str, Any], Receive, Any], Awaitable[None]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HELD_BYTES = 64 << 20
"""Bytes of unfinished bodies kept at once."""
COMMIT_SECONDS = 30
TOO_SLOW = Unavailable("The disk takes too long; please send again.", retry_after=5)
CLOSE = (b"connection", b"close")
IMPORT = re.compile(r"/api/v1/sites/\d+/import")
UPLOAD = re.compile(r"/sites/\d+/settings/import")
"""Where larger bodies are taken."""


class Front:
    """One ASGI callable over `Doors`, the live feeds and the Flask app."""

    def __init__(self, app: Flask, services: Services) -> None:
        settings = services.settings
        self._services = services
        self._doors = services.doors
        self._proxies = addresses.parse_networks(",".join(settings.trusted_proxies))
        self._bodies = Bodies(settings.body_timeout, HELD_BYTES)
        self._page_limit = int(app.config["MAX_CONTENT_LENGTH"])
        # a2wsgi spells out every ASGI message as a type of its own; ours are plain dicts.
        self._pages = cast(Asgi, WSGIMiddleware(cast(Any, app), workers=settings.threads))
        self._live = LiveFeeds(app, services)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is spoken here, not {scope['type']}")
        try:
            if self._doors.serves(scope["path"]):
                await self._door(scope, receive, send)
            elif self._live.serves(scope["path"]):
                await self._live.stream(scope, receive, send)
            else:
                await self._page(scope, receive, send)
        except ClientGone:
            return

    async def start(self) -> None:
        """Remember the loop that commits are told to."""
        self._loop = asyncio.get_running_loop()
        self._live.start(self._loop)

    async def stop(self) -> None:
        """End the live feeds, so that the process can end."""
        self._live.stop()

    async def _door(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._bodies.read(receive, MAX_BODY_BYTES) if scope["method"] == "POST" else b""
        except DesirepathError as error:
            await _send(send, error_reply(error), CLOSE)
            return
        await _send(send, await self._enter(self._request(scope, body)))

    async def _enter(self, request: Request) -> Reply:
        opened = self._doors.open(request, clock.now_ms())
        if not isinstance(opened, Waiting):
            return opened
        loop = self._loop or asyncio.get_running_loop()
        committed: asyncio.Future[Outcome] = loop.create_future()
        try:
            self._services.writer.submit(opened.events, self._committed, committed)
        except Unavailable as error:
            return opened.refuse(error)
        patience = loop.call_later(COMMIT_SECONDS, _settle, [(committed, TOO_SLOW)])
        outcome = await committed
        patience.cancel()
        if isinstance(outcome, DesirepathError):
            return opened.refuse(outcome)
        return opened.answer(outcome)

    def _committed(self, told: list[tuple[asyncio.Future[Outcome], Outcome]]) -> None:
        """Called on the writer's thread, once a commit."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(_settle, told)

    def _request(self, scope: Scope, body: bytes) -> Request:
        headers = dict(scope["headers"])
        client = scope.get("client")
        peer = client[0] if client else ""
        address = addresses.true_address(peer, headers, self._proxies) if self._proxies else peer
        return Request(scope["method"], scope["path"], scope["query_string"], headers, body, address)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The whole body is read here, so that a slow sender holds no thread of the pool.
        try:
            has_body = scope["method"] in ("POST", "PUT", "PATCH", "DELETE")
            body = await self._bodies.read(receive, self._limit(scope)) if has_body else b""
        except DesirepathError as error:
            await _send(send, error_reply(error), CLOSE)
            return
        await self._pages(scope, _replay(body, receive), send)

    def _limit(self, scope: Scope) -> int:
        if UPLOAD.fullmatch(scope["path"]):
            return UPLOAD_BYTES
        return MAX_IMPORT_BYTES if IMPORT.fullmatch(scope["path"]) else self._page_limit


def _settle(told: Sequence[tuple[asyncio.Future[Outcome], Outcome]]) -> None:
    for future, outcome in told:
        if not future.done():
            future.set_result(outcome)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> dict[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _send(send: Send, reply: Reply, *more: tuple[bytes, bytes]) -> None:
    length = (b"content-length", str(len(reply.body)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [*reply.headers, length, *more],
        }
    )
    await send({"type": "http.response.body", "body": reply.body})
