"""One visit: somebody on a device, whose events are packed into requests as a script or an app would."""

from __future__ import annotations

from random import Random
from typing import Any

from tracker.demo.chance import mix
from tracker.demo.days import Day
from tracker.demo.devices import DEVICES, SERVER_AGENT
from tracker.demo.names import email, name
from tracker.demo.people import LINKED, NO_DEVICE, REGISTERED, People
from tracker.demo.places import COUNTRIES, address
from tracker.demo.request import DemoRequest, DemoSite, TrustWord

MOST_EVENTS = 10
"""A script sends its queue when it holds this many events or the first has waited this long."""
LONGEST_WAIT_MS = 10_000
OFFLINE = 0.01
"""Share of an app's batches that wait until the phone is in reach of a network again."""
SERVER_ADDRESS = "203.0.113.10"
"""Of the sites' own servers: an address kept for documentation."""

Json = dict[str, Any]


class Visit:
    """Collects what somebody does in one sitting; stories drive it with `open`, `do` and `wait`.

    `at` is the time now, epoch ms. `requests` are ready to be sent after `close`.
    """

    __slots__ = (
        "_base", "_context", "_contexts", "_count", "_events", "_head", "_opened", "_page", "_tail",
        "_user", "address", "agent", "at", "day", "device", "fingerprint", "is_new", "known",
        "made", "on_second", "people", "random", "requests", "rng", "session", "site", "trust", "visitor",
        "who",
    )  # fmt: skip

    def __init__(self, site: DemoSite, people: People, who: int, at: int, day: Day, rng: Random) -> None:
        self.site, self.people, self.who, self.at, self.day = site, people, who, at, day
        self.rng, self.random = rng, rng.random
        self.fingerprint = people.fingerprint(who)
        self.is_new = people.is_new(who)
        self.made = 0
        self.requests: list[DemoRequest] = []
        self.trust: TrustWord = "public"
        self.known = False
        """Whether the site knows who it is."""
        self._base = f"https://{site.domains[0]}"
        self._count = 0
        self._tail = f"{0x8000 | rng.getrandbits(14):04x}-{rng.getrandbits(48):012x}"
        self._events: list[Json] = []
        self._contexts: list[Json] = []
        self._context: Json = {}
        self._user: Json | None = None
        self._opened = at
        self._page = ""
        self._take_device()

    def _take_device(self) -> None:
        people, who = self.people, self.who
        second = people.second[who]
        self.on_second = second != NO_DEVICE and not self.is_new and self.random() < 0.35
        self.device = device = DEVICES[second if self.on_second else people.device[who]]
        country = COUNTRIES[people.country[who]]
        # A phone's address changes with the week, a desk's does not.
        number = self.fingerprint
        if device.form == "mobile":
            number = mix(number + self.day.index // 7)
        self.address = address(country, number)
        self.agent = device.agent
        self._head: Json = {
            "screen": device.screen,
            "viewport": device.viewport,
            "language": country.languages.pick((self.fingerprint >> 40 & 1023) / 1024),
        }
        self.visitor: str | None = f"{mix(self.fingerprint + self.on_second) >> 4:015x}"
        self.session: str | None = self._tail[5:]

    def decline_cookies(self) -> None:
        """Somebody who did not agree to be recognised: no visitor id, no session id."""
        self.visitor = self.session = None

    @property
    def is_signed_in(self) -> bool:
        """Whether this very device is still signed in from an earlier visit."""
        flags = self.people.flags[self.who]
        return bool(flags & REGISTERED) and (not self.on_second or bool(flags & LINKED))

    # --- time ---------------------------------------------------------------------------------------

    def wait(self, shortest: float, longest: float) -> None:
        """Let some seconds pass; short times are more likely than long ones."""
        chance = self.random()
        self.at += int((shortest + (longest - shortest) * chance * chance) * 1000) + 1

    def happens(self, chance: float) -> bool:
        """Whether something of this likelihood comes about."""
        return self.random() < chance

    # --- who ----------------------------------------------------------------------------------------

    def sign_in(self, user: Json, trust: TrustWord = "public") -> None:
        """From here on the site knows who it is; what waits goes out under the name it was made under."""
        self._send(self.at)
        self._user, self.trust, self.known = user, trust, True
        if self.on_second:
            self.people.set(self.who, LINKED)

    def introduce(self, user: Json) -> None:
        """The next request says this of the user; those after it only the id again."""
        self._send(self.at)
        self._user = user

    def full_name(self) -> tuple[str, str]:
        """First and last name."""
        culture = COUNTRIES[self.people.country[self.who]].cultures.pick(
            (self.fingerprint >> 50 & 1023) / 1024
        )
        return name(culture, self.fingerprint)

    def profile(self, user_id: str, traits: Json) -> Json:
        """A user with all that is known."""
        first, last = self.full_name()
        return {
            "id": user_id,
            "name": f"{first} {last}",
            "email": email(first, last, self.who),
            "traits": traits,
        }

    # --- what ---------------------------------------------------------------------------------------

    def open(self, path: str, title: str, referrer: str | None = None) -> None:
        """Look at a page. `path` may have a query; the referrer is the page before unless one is given."""
        url = self._base + path
        context: Json = {"url": url, "title": title}
        context["referrer"] = self._page if referrer is None else referrer
        self._context, self._page = context, url
        self.do("page_viewed")

    def do(self, event_name: str, properties: Json | None = None, interactive: bool | None = None) -> None:
        """Something happens now."""
        at = self.at
        events = self._events
        if events and (len(events) >= MOST_EVENTS or at - self._opened > LONGEST_WAIT_MS):
            self._send(min(at, self._opened + LONGEST_WAIT_MS))
            events = self._events
        if not events:
            self._opened = at
        event: Json = {"id": self._id(at), "eventName": event_name, "timestamp": at}
        if properties is not None:
            event["properties"] = properties
        if interactive is not None:
            event["interactive"] = interactive
        events.append(event)
        self._contexts.append(self._context)

    def server(
        self, seconds: float, event_name: str, properties: Json, interactive: bool | None = None
    ) -> int:
        """The site's server tells something of the user after some seconds. The answer is when, epoch ms."""
        at = self.at + int(seconds * 1000)
        event: Json = {"id": self._id(at), "eventName": event_name, "timestamp": at, "properties": properties}
        if interactive is not None:
            event["interactive"] = interactive
        user = self._user
        body: Json = {"visitor": None, "session": None, "user": user and {"id": user["id"]}}
        body["events"] = [event]
        delay = 40 + self._count * 37 % 200
        self.requests.append(
            DemoRequest(self.site.slug, at + delay, "secret", SERVER_ADDRESS, SERVER_AGENT, body)
        )
        self.made += 1
        return at

    def close(self) -> None:
        """Leave: what waits is sent."""
        self._send(self.at + 500)

    def _id(self, at: int) -> str:
        """A UUID of version 7; what would be noise in it counts the visit's events and names the visit."""
        self._count = count = self._count + 1
        return f"{at >> 16:08x}-{at & 65535:04x}-7{count & 4095:03x}-{self._tail}"

    def _send(self, at: int) -> None:
        events = self._events
        if not events:
            return
        first = self._contexts[0]
        for event, context in zip(events, self._contexts, strict=True):
            if context is not first:
                event["context"] = context
        body: Json = {"visitor": self.visitor, "session": self.session, "user": self._user}
        body["context"] = self._head | first
        body["events"] = events
        late = 120 + int(self.random() * 900)
        if self.trust == "token" and self.random() < OFFLINE:
            late += 60_000 + int(self.random() * 1_200_000)
        last: int = events[-1]["timestamp"]
        self.requests.append(
            DemoRequest(self.site.slug, max(at, last) + late, self.trust, self.address, self.agent, body)
        )
        self.made += len(events)
        self._events, self._contexts = [], []
        user = self._user
        if user is not None and len(user) > 1:
            self._user = {"id": user["id"]}
