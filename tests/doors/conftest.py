"""Doors with the real pipeline over sites in memory, and a real ledger behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tracker.domain.site import Site, SiteRules
from tracker.doors.doors import Doors, Waiting
from tracker.doors.http import Reply, Request
from tracker.doors.limits import RateLimits
from tracker.enrich.geo import Country
from tracker.enrich.visitor import VisitorHash
from tracker.errors import DesirepathError
from tracker.ingest.pipeline import Pipeline
from tracker.ingest.tools import Tools
from tracker.ledger import reads
from tracker.ledger.readers import Readers
from tracker.ledger.reads import Filter, Stored
from tracker.ledger.writer import Writer

NOW = 1_760_000_000_000
SECRET = "sk_" + "s" * 40
TOKEN_SECRET = "ts_" + "t" * 40
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@dataclass
class Sites:
    """The directory protocol over a list."""

    all: list[Site] = field(default_factory=list)

    def by_public_key(self, key: str) -> Site | None:
        return next((s for s in self.all if s.public_key == key), None)

    def by_secret_key(self, key: str) -> Site | None:
        digest = hashlib.sha256(key.encode()).hexdigest()
        return next((s for s in self.all if s.secret_key_hash == digest), None)

    def by_id(self, site_id: int) -> Site | None:
        return next((s for s in self.all if s.id == site_id), None)

    def by_domain(self, host: str) -> Site | None:
        return next((s for s in self.all if host in s.rules.domains), None)

    def only(self) -> Site | None:
        return self.all[0] if len(self.all) == 1 else None

    def everything(self) -> list[Site]:
        return self.all

    def look_again(self) -> bool:
        return False


class Street:
    """Sends requests through the doors into a ledger, at a time of the test's choosing."""

    def __init__(self, path: Path) -> None:
        self.sites = Sites(
            [
                Site(
                    1, "Shop", "UTC", "pk_shop", hashlib.sha256(SECRET.encode()).hexdigest(), (TOKEN_SECRET,)
                ),
                Site(2, "Other", "UTC", "pk_other", "-"),
            ]
        )
        tools = Tools(Country(None), VisitorHash(b"today" * 8, None))
        self.limits = RateLimits(address_rate=3000)
        self.doors = Doors(self.sites, Pipeline(tools), self.limits)
        self.writer = Writer(path)
        self.writer.start()
        self.readers = Readers(path)
        self.now = NOW

    def rules(self, **changes: Any) -> None:
        """Change the first site's rules."""
        self.sites.all[0] = replace(self.sites.all[0], rules=SiteRules(**changes))

    def send(
        self, body: Any, path: str = "/api/v1/track", method: str = "POST", query: bytes = b"", **headers: str
    ) -> Reply:
        """One request from a browser at 198.51.100.7."""
        wire = {b"user-agent": CHROME.encode()} | {
            key.replace("_", "-").encode(): value.encode() for key, value in headers.items()
        }
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        opened = self.doors.open(Request(method, path, query, wire, payload, "198.51.100.7"), self.now)
        if not isinstance(opened, Waiting):
            return opened
        try:
            return opened.answer(self.writer.write(opened.events))
        except DesirepathError as error:
            return opened.refuse(error)

    def track(self, *events: Any, status: int = 200, **body: Any) -> Any:
        """Send events with the public key; the decoded answer."""
        headers = body.pop("headers", {})
        reply = self.send({"site": "pk_shop", "events": list(events), **body}, **headers)
        assert reply.status == status, reply.body
        return json.loads(reply.body)

    def stored(self, site_id: int = 1) -> list[Stored]:
        """Everything in the ledger, oldest first by arrival."""
        with self.readers.read() as connection:
            return reads.after(connection, Filter(site_id=site_id), 0, limit=10_000)

    def close(self) -> None:
        self.writer.stop()
        self.readers.close()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    street = Street(tmp_path / "ledger.db")
    yield street
    street.close()
