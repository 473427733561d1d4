"""Reading request bodies in the event loop: with a deadline, a size limit, and a bound on all together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tracker.errors import TimedOut, TooLarge, Unavailable

Receive = Callable[[], Awaitable[dict[str, Any]]]


class ClientGone(Exception):
    """The client left before its request was complete; what came must not be read as a request."""


class Bodies:
    """Counts the bytes of all bodies under way, so that many slow senders cannot fill the memory."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._held = 0

    async def read(self, receive: Receive, limit: int) -> bytes:
        """The whole body. Raises TooLarge, TimedOut, Unavailable or ClientGone."""
        with Deadline(self._seconds):
            message = await _next(receive)
        chunk: bytes = message.get("body", b"")
        if not message.get("more_body"):
            if len(chunk) > limit:
                raise _too_large(limit)
            return chunk
        return await self._read_rest(receive, limit, chunk)

    async def _read_rest(self, receive: Receive, limit: int, first: bytes) -> bytes:
        parts, size, more = [first], len(first), True
        self._held += size
        try:
            with Deadline(self._seconds):
                while more:
                    message = await _next(receive)
                    chunk = message.get("body", b"")
                    parts.append(chunk)
                    size += len(chunk)
                    self._held += len(chunk)
                    more = message.get("more_body", False)
                    if size > limit:
                        raise _too_large(limit)
                    if self._held > self._most_bytes:
                        raise Unavailable(
                            "Too many large requests at once; please send again.", retry_after=2
                        )
        finally:
            self._held -= size
        return b"".join(parts)


class Deadline:
    """Ends a wait of this task with TimedOut. `asyncio.timeout` does more and costs ten times as much."""

    __slots__ = ("_expired", "_handle", "_seconds", "_task")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._expired = False

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._handle = asyncio.get_running_loop().call_later(self._seconds, self._expire)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._handle.cancel()
        if self._expired and kind is asyncio.CancelledError:
            if self._task is not None:
                self._task.uncancel()
            raise TimedOut(f"The body did not arrive within {self._seconds:.0f} seconds.", field="body")

    def _expire(self) -> None:
        self._expired = True
        if self._task is not None:
            self._task.cancel()


async def _next(receive: Receive) -> dict[str, Any]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"A request may carry at most {limit:,} bytes; send several.", field="body")
