"""Live feeds as server-sent events: one watcher follows the ledger, each open page gets its own rows."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from a2wsgi.wsgi import build_environ
from flask import Flask

from tracker.doors.http import error_reply
from tracker.errors import DesirepathError, Unavailable
from tracker.ledger import reads
from tracker.server.bodies import Receive
from tracker.services import Services
from tracker.web.dashboard import feed_stream

log = logging.getLogger(__name__)

PATH = re.compile(r"^/sites/\d+/feed/stream$")
LOOK_SECONDS = 0.4
"""How often the ledger is looked at, which also bounds how often a page is sent rows."""
HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 60.0
"""How often it is checked that the viewer may still see the site."""
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]

Send = Callable[[dict[str, Any]], Awaitable[None]]


class LiveFeeds:
    """All open live feeds of the process."""

    def __init__(self, app: Flask, services: Services) -> None:
        self._app = app
        self._services = services
        self._most = services.settings.live_streams
        self._open = 0
        self._last_id = 0
        self._stopped = asyncio.Event()
        self._news = asyncio.Event()
        """Set, and replaced, when the ledger has grown."""
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-feed")
        self._watcher: asyncio.Task[None] | None = None

    def serves(self, path: str) -> bool:
        """Whether a path is a live feed."""
        return PATH.match(path) is not None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to follow the ledger."""
        self._watcher = loop.create_task(self._watch())

    def stop(self) -> None:
        """End every feed."""
        self._stopped.set()
        if self._watcher is not None:
            self._watcher.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def stream(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one feed until the page, the viewer's access or the server goes away."""
        environ: dict[str, Any] = dict(build_environ(cast(Any, scope), cast(Any, b"")))
        try:
            if self._open >= self._most:
                raise Unavailable("Too many live feeds are open; this page polls instead.", retry_after=60)
            feed = await self._in_thread(feed_stream.open_stream, self._app, environ)
        except DesirepathError as error:
            await _refuse(send, error)
            return
        self._open += 1
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await self._feed(environ, feed, gone, send)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._open -= 1
            gone.cancel()

    async def _feed(
        self, environ: dict[str, Any], feed: feed_stream.Stream, gone: asyncio.Future[Any], send: Send
    ) -> None:
        loop = asyncio.get_running_loop()
        seen, quiet_since, checked = feed.after, loop.time(), loop.time()
        await _chunk(send, "retry: 2000\n\n")
        while not gone.done() and not self._stopped.is_set():
            now = loop.time()
            if now - checked > RECHECK_SECONDS:
                checked = now
                try:
                    await self._in_thread(feed_stream.open_stream, self._app, environ)
                except DesirepathError:
                    return
            if seen < self._last_id:
                html, seen = await self._in_thread(feed_stream.updates, self._app, feed, seen)
                if html:
                    quiet_since = now
                    await _chunk(send, _message(html, seen))
            elif now - quiet_since > HEARTBEAT_SECONDS:
                quiet_since = now
                await _chunk(send, ": still here\n\n")
            await self._news_or_gone(gone)

    async def _news_or_gone(self, gone: asyncio.Future[Any]) -> None:
        """Wait until the ledger has grown or the page is gone, a second at most."""
        news: asyncio.Future[Any] = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({gone, news}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()

    async def _watch(self) -> None:
        while True:
            if self._open:
                try:
                    last_id = await self._in_thread(self._look)
                    if last_id != self._last_id:
                        self._last_id = last_id
                        self._news.set()
                        self._news = asyncio.Event()
                except Exception:
                    # A locked or full disk passes; the feed must be alive when it has.
                    log.exception("the live feed cannot read the ledger")
            await asyncio.sleep(LOOK_SECONDS if self._open else 0.1)

    def _look(self) -> int:
        with self._services.readers.read() as connection:
            return reads.last_id(connection)

    async def _in_thread(self, function: Callable[..., Any], *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *values)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _chunk(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, error: DesirepathError) -> None:
    reply = error_reply(error)
    await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
    await send({"type": "http.response.body", "body": reply.body})


def _message(html: str, last_id: int) -> str:
    data = "\n".join(f"data: {line}" for line in html.splitlines())
    return f"id: {last_id}\n{data}\n\n"
