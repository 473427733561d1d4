"""Random small histories for property tests: late events, duplicates, sign-ins, bots, pings."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.analytics.stores import Simple, ms

ZONES = ("Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu", "UTC")
NAMES = ("page_viewed", "signup", "purchase", "ping")
PAGES = ("/", "/pricing", "/docs")
MINUTE = 60_000
DAY = 86_400_000


@st.composite
def histories(
    draw: st.DrawFn, *, since: str = "2026-03-20 00:00", days: int = 20, size: int = 25
) -> list[Simple]:
    """Events in the order they arrive, over so many days from `since` (UTC).

    Visitor `d` is a daily hash. Times are dense around a few moments, so that ties, sessions and the changes
    of day in all zones occur.
    """
    start = ms(since)
    found = []
    for _ in range(draw(st.integers(0, size))):
        at = start + draw(st.integers(0, days - 1)) * DAY
        at += draw(st.sampled_from((0, 1, 9, 10, 11, 13, 22, 23))) * 60 * MINUTE
        at += draw(st.sampled_from((0, 0, 1, 20, 40, 59))) * MINUTE
        found.append(_event(draw, at))
    return found


def _event(draw: st.DrawFn, at: int) -> Simple:
    visitor = draw(st.sampled_from(("a", "b", "c", "d", None)))
    user = draw(st.sampled_from((None, None, None, "u", "v"))) if visitor != "d" else None
    event: Simple = {"at": at, "visitor": visitor, "name": draw(st.sampled_from(NAMES))}
    if user is not None:
        event["user"] = user
        if draw(st.booleans()):
            event["profile"] = {"traits": {"plan": draw(st.sampled_from(("free", "pro")))}}
    if visitor == "d":
        event["daily"] = True
    if event["name"] == "page_viewed":
        event["page"] = draw(st.sampled_from(PAGES))
    elif draw(st.booleans()):
        event["properties"] = {
            "plan": draw(st.sampled_from(("free", "pro"))),
            "amount": draw(st.sampled_from((5, 12.5))),
            "currency": draw(st.sampled_from(("EUR", "USD"))),
        }
    if draw(st.integers(0, 9)) == 0:
        event["bot"] = "user_agent"
    else:
        event["country"] = draw(st.sampled_from(("DE", "US", None)))
        event["source"] = draw(st.sampled_from(("Google", None)))
    if event["name"] == "ping" or draw(st.integers(0, 9)) == 0:
        event["interactive"] = False
    if draw(st.integers(0, 9)) == 0:
        event["id"] = draw(st.integers(1, 3))
    return event
