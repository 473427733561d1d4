"""All sites in memory, for doors that must not wait; renewed when the metadata changes."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from tracker import clock
from tracker.accounts import keys
from tracker.domain.site import Identity, Site, SiteRules
from tracker.ledger import connect

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
RENEW_SECONDS = 60.0
"""How often the sites are read again though nothing changed: previous keys run out by themselves."""
MISSES_PER_SECOND = 20
"""How often an unknown key may ask the file whether it became known."""
COLUMNS = (
    "id, name, time_zone, public_key, secret_key_hash, token_secret, previous_secret_key_hash, "
    "previous_secret_key_until, previous_token_secret, previous_token_secret_until, identity, honour_dnt, "
    "track_anonymous, collect_ip, collect_user_agent, visitor_rate, strict_types"
)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    by_id: dict[int, Site] = field(default_factory=dict)
    by_public_key: dict[str, Site] = field(default_factory=dict)
    by_secret_hash: dict[str, Site] = field(default_factory=dict)
    until: dict[str, int] = field(default_factory=dict)
    """Until when (epoch ms) a previous secret key's hash is taken."""


class SiteDirectory:
    """Sites by key and number, from an immutable snapshot. Safe to use from several threads.

    A change by another process (the command line) is seen within LOOK_SECONDS, or at once by a key that
    was not known before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection = connect.raw(path, mode="ro")
        self._version = -1
        self._snapshot = _Snapshot()
        self._asked = 0.0
        self.refresh()

    def start(self) -> None:
        """Begin to look for changes made by others."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="site-directory", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and close the file."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._lock:
            self._connection.close()

    def by_public_key(self, key: str) -> Site | None:
        """The site with this `pk_…` key."""
        site = self._snapshot.by_public_key.get(key)
        if site is None and self._may_ask():
            site = self._snapshot.by_public_key.get(key)
        return site

    def by_secret_key(self, key: str) -> Site | None:
        """The site with this `sk_…` key, or whose previous key it is, on the day after a rotation."""
        digest = keys.digest(key)
        site = self._snapshot.by_secret_hash.get(digest)
        if site is None and self._may_ask():
            site = self._snapshot.by_secret_hash.get(digest)
        until = self._snapshot.until.get(digest)
        return None if until is not None and clock.now_ms() >= until else site

    def by_id(self, site_id: int) -> Site | None:
        """The site with this number."""
        site = self._snapshot.by_id.get(site_id)
        if site is None and self._may_ask():
            site = self._snapshot.by_id.get(site_id)
        return site

    def everything(self) -> list[Site]:
        """All sites."""
        return list(self._snapshot.by_id.values())

    def refresh(self) -> None:
        """Read the sites again if the file changed since."""
        with self._lock:
            try:
                version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
                if version != self._version:
                    self._snapshot = _read(self._connection, clock.now_ms())
                    self._version = version
            except sqlite.DatabaseError as error:
                # What is known stays in use: a locked or full disk must not make keys invalid.
                log.warning("sites cannot be read again", extra={"error": str(error)})

    def _may_ask(self) -> bool:
        now = time.monotonic()
        if now - self._asked < 1 / MISSES_PER_SECOND:
            return False
        self._asked = now
        self.refresh()
        return True

    def _run(self) -> None:
        renewed = time.monotonic()
        while not self._stop.wait(LOOK_SECONDS):
            if time.monotonic() - renewed > RENEW_SECONDS:
                renewed, self._version = time.monotonic(), -1
            self.refresh()


def _read(connection: connect.Connection, now_ms: int) -> _Snapshot:
    domains: dict[int, list[str]] = {}
    for site_id, domain in connection.execute("SELECT site_id, domain FROM site_domains ORDER BY id"):
        domains.setdefault(site_id, []).append(domain)
    snapshot = _Snapshot()
    for row in connection.execute(f"SELECT {COLUMNS} FROM sites ORDER BY id"):  # noqa: S608 - a literal
        values = dict(zip(COLUMNS.split(", "), row, strict=True))
        site = _site(values, tuple(domains.get(values["id"], ())), now_ms)
        snapshot.by_id[site.id] = site
        snapshot.by_public_key[site.public_key] = site
        snapshot.by_secret_hash[site.secret_key_hash] = site
        previous = values["previous_secret_key_hash"]
        if previous is not None:
            snapshot.by_secret_hash[previous] = site
            snapshot.until[previous] = values["previous_secret_key_until"] or 0
    return snapshot


def _site(values: dict[str, Any], domains: tuple[str, ...], now_ms: int) -> Site:
    token_secrets = [values["token_secret"]]
    if values["previous_token_secret"] and now_ms < (values["previous_token_secret_until"] or 0):
        token_secrets.append(values["previous_token_secret"])
    rules = SiteRules(
        domains=domains,
        identity=Identity(values["identity"]),
        visitor_rate=values["visitor_rate"],
        **{key: bool(values[key]) for key in ("honour_dnt", "track_anonymous", "collect_ip",
                                              "collect_user_agent", "strict_types")},
    )  # fmt: skip
    return Site(
        values["id"],
        values["name"],
        values["time_zone"],
        values["public_key"],
        values["secret_key_hash"],
        tuple(token_secrets),
        values["previous_secret_key_hash"],
        rules,
    )
