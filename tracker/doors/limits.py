"""How many events a visitor and an address may send in a minute."""

from __future__ import annotations

from tracker.domain.arrival import Arrival
from tracker.domain.event import RawEvent, Trust
from tracker.errors import RateLimited

WINDOW_MS = 60_000
MOST_KEYS = 500_000
"""Keys counted in one window; a flood of invented visitors must not fill the memory."""


class MinuteCounter:
    """Counts by key over the last minute, as a sliding estimate from two fixed windows.

    Ours rather than the `limits` library's memory storage: that one starts a thread every 10 ms under
    load and walks all its keys each time, which at 100,000 visitors takes the processor for itself.
    Here a window is forgotten by dropping one dict.
    """

    def __init__(self) -> None:
        self._window = 0
        self._current: dict[str, int] = {}
        self._previous: dict[str, int] = {}

    def used(self, key: str, now_ms: int) -> float:
        """How much was counted in the minute before `now_ms`."""
        self._roll(now_ms)
        left = 1 - (now_ms % WINDOW_MS) / WINDOW_MS
        return self._current.get(key, 0) + self._previous.get(key, 0) * left

    def add(self, key: str, amount: int) -> None:
        """Count, in the window that `used` was last asked about."""
        if key in self._current or len(self._current) < MOST_KEYS:
            self._current[key] = self._current.get(key, 0) + amount

    def _roll(self, now_ms: int) -> None:
        window = now_ms // WINDOW_MS
        if window != self._window:
            self._previous = self._current if window == self._window + 1 else {}
            self._current = {}
            self._window = window


class RateLimits:
    """Counts events under public keys and tokens; servers with a secret key are not limited."""

    def __init__(self, address_rate: int, enabled: bool = True) -> None:
        self._enabled = enabled
        self._address_rate = address_rate
        self._counter = MinuteCounter()

    def check(self, arrival: Arrival, events: list[RawEvent]) -> None:
        """Count the events of a request. Raises RateLimited when a limit was used up before it.

        A request that begins under the limit is taken whole, so that what waited in a browser that
        was offline is not refused for ever.
        """
        if not self._enabled or arrival.trust is Trust.SECRET or not events:
            return
        now_ms, site = arrival.received_at, arrival.site
        address = f"{site.id}/a/{arrival.address}"
        visitor = f"{site.id}/v/{_visitor(arrival, events[0])}"
        self._refuse(address, self._address_rate, "address", now_ms)
        self._refuse(visitor, site.rules.visitor_rate, "visitor", now_ms)
        self._counter.add(address, len(events))
        self._counter.add(visitor, len(events))

    def _refuse(self, key: str, rate: int, who: str, now_ms: int) -> None:
        if self._counter.used(key, now_ms) >= rate:
            wait = (WINDOW_MS - now_ms % WINDOW_MS) // 1000 + 1
            raise RateLimited(
                f"This {who} sent {rate} events within a minute; wait before sending more.",
                field=who,
                retry_after=wait,
            )


def _visitor(arrival: Arrival, event: RawEvent) -> str:
    if arrival.user is not None:
        return f"u{arrival.user.id}"
    if isinstance(event.visitor, str):
        return event.visitor
    return f"{arrival.address}/{arrival.user_agent}"
