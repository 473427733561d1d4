"""Robots that run scripts as browsers do: about every fortieth request of a site is theirs."""

from __future__ import annotations

from random import Random

from tracker.demo.chance import mix
from tracker.demo.days import Day
from tracker.demo.devices import ROBOTS
from tracker.demo.places import COUNTRIES, address, mixture
from tracker.demo.request import DemoRequest, DemoSite

SHARE = 0.025
"""Of all requests."""

_HOMES = mixture("US:70 IE:12 DE:8 SG:10")
_SCREENS = ("412x732", "1024x1024", "1280x720")


def crawl(site: DemoSite, pages: tuple[str, ...], day: Day, count: int, rng: Random) -> list[DemoRequest]:
    """`count` page views by robots, spread over the day, in time order."""
    requests: list[DemoRequest] = []
    span = day.closes - day.opens
    while len(requests) < count:
        at = day.opens + int(rng.random() * span)
        agent, country = ROBOTS.pick(rng.random()), COUNTRIES[_HOMES.pick(rng.random())]
        place = address(country, mix(_number_of(agent) + rng.randrange(40)))
        for _ in range(min(count - len(requests), 1 + int(rng.random() * 9))):
            path = pages[int(rng.random() * len(pages))]
            requests.append(_look(site, path, at, agent, place, rng))
            at += 2_000 + int(rng.random() * 40_000)
    requests.sort(key=_received)
    return [request for request in requests if request.received_at < day.closes]


def _number_of(text: str) -> int:
    """A number for a text, the same in every run."""
    number = 0
    for byte in text.encode():
        number = (number * 257 + byte) & 0xFFFFFFFFFFFF
    return number


def _received(request: DemoRequest) -> int:
    return request.received_at


def _look(site: DemoSite, path: str, at: int, agent: str, place: str, rng: Random) -> DemoRequest:
    identity = (
        f"{at >> 16:08x}-{at & 65535:04x}-7000-{0x8000 | rng.getrandbits(14):04x}-{rng.getrandbits(48):012x}"
    )
    context = {
        "screen": _SCREENS[len(agent) % 3],
        "language": "en-US",
        "url": f"https://{site.domains[0]}{path}",
        "referrer": "",
    }
    body = {
        "visitor": None,
        "session": None,
        "user": None,
        "context": context,
        "events": [{"id": identity, "eventName": "page_viewed", "timestamp": at}],
    }
    return DemoRequest(site.slug, at + 200 + int(rng.random() * 800), "public", place, agent, body)
