"""All sites in memory, for doors that must not wait; renewed when the metadata changes."""

from __future__ import annotations

import json
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from tracker import clock
from tracker.accounts import keys
from tracker.accounts.marks import KEY, Kind, key_of
from tracker.domain.erased import Erased
from tracker.domain.pseudonyms import SHAPE, Pseudonyms
from tracker.domain.site import Identity, Site, SiteRules
from tracker.ledger import connect

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
MISSES_PER_SECOND = 20
"""How often an unknown key may ask the file whether it became known."""
COLUMNS = (
    "id, name, time_zone, public_key, secret_key_hash, token_secret, previous_secret_key_hash, "
    "previous_secret_key_until, previous_token_secret, previous_token_secret_until, identity, honour_dnt, "
    "track_anonymous, collect_ip, collect_user_agent, visitor_rate, strict_types, privacy_page, "
    "privacy_contact"
)
MARKS = "SELECT site_id, at, marks FROM erasures WHERE kind = ? ORDER BY at"
ENDS = ("previous_secret_key_until", "previous_token_secret_until")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    by_id: dict[int, Site] = field(default_factory=dict)
    by_public_key: dict[str, Site] = field(default_factory=dict)
    by_secret_hash: dict[str, Site] = field(default_factory=dict)
    by_domain: dict[str, Site | None] = field(default_factory=dict)
    """None where several sites list the same domain."""
    good_until: float = math.inf
    """When (epoch ms) the next previous key runs out, and with it this snapshot."""


class SiteDirectory:
    """Sites by key and number, from an immutable snapshot. Safe to use from several threads.

    A change by another process (the command line) is seen within LOOK_SECONDS, or at once by a key that
    was not known before. `now_ms` tells when previous keys run out.
    """

    def __init__(self, path: Path, now_ms: Callable[[], int] = clock.now_ms) -> None:
        self._now_ms = now_ms
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
        if site is None and self.look_again():
            site = self._snapshot.by_public_key.get(key)
        return site

    def by_secret_key(self, key: str) -> Site | None:
        """The site with this `sk_…` key, or whose previous key it is, on the day after a rotation."""
        digest = keys.digest(key)
        site = self._snapshot.by_secret_hash.get(digest)
        if site is None and self.look_again():
            site = self._snapshot.by_secret_hash.get(digest)
        return site

    def by_id(self, site_id: int) -> Site | None:
        """The site with this number."""
        site = self._snapshot.by_id.get(site_id)
        if site is None and self.look_again():
            site = self._snapshot.by_id.get(site_id)
        return site

    def by_domain(self, host: str) -> Site | None:
        """The only site that lists this host name or the nearest domain above it."""
        known, name = self._snapshot.by_domain, host.lower().rstrip(".")
        while name:
            if name in known:
                return known[name]
            name = name.partition(".")[2]
        return None

    def only(self) -> Site | None:
        """The site, where there is exactly one."""
        found = self.everything()
        if not found and self.look_again():
            found = self.everything()
        return found[0] if len(found) == 1 else None

    def everything(self) -> list[Site]:
        """All sites."""
        return list(self._snapshot.by_id.values())

    def refresh(self) -> None:
        """Read the sites again if the file changed since, or a previous key ran out."""
        with self._lock:
            now_ms = self._now_ms()
            try:
                version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
                if version != self._version or now_ms >= self._snapshot.good_until:
                    self._snapshot = _read(self._connection, now_ms)
                    self._version = version
            except sqlite.DatabaseError as error:
                # What is known stays in use: a locked or full disk must not make keys invalid.
                log.warning("sites cannot be read again", extra={"error": str(error)})

    def look_again(self) -> bool:
        """Look for what others changed, at most MISSES_PER_SECOND; whether it was done."""
        now = time.monotonic()
        if now - self._asked < 1 / MISSES_PER_SECOND:
            return False
        self._asked = now
        self.refresh()
        return True

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            self.refresh()


def _read(connection: connect.Connection, now_ms: int) -> _Snapshot:
    connection.execute("BEGIN")  # domains and sites of the same moment: no domains means any
    try:
        domains: dict[int, list[str]] = {}
        for site_id, domain in connection.execute("SELECT site_id, domain FROM site_domains ORDER BY id"):
            domains.setdefault(site_id, []).append(domain)
        rows = connection.execute(f"SELECT {COLUMNS} FROM sites ORDER BY id").fetchall()  # noqa: S608
        signing = connection.execute(
            "SELECT site_id, provider, secret, previous_secret, previous_secret_until FROM webhook_secrets"
        ).fetchall()
        erased, pseudonyms = _erased(connection), _pseudonyms(connection)
        closed = dict(connection.execute("SELECT site_id, closed FROM keeping WHERE closed IS NOT NULL"))
    finally:
        connection.execute("ROLLBACK")
    named = [dict(zip(COLUMNS.split(", "), row, strict=True)) for row in rows]
    ends = [values[key] for values in named for key in ENDS if (values[key] or 0) > now_ms]
    ends += [row[4] for row in signing if (row[4] or 0) > now_ms]
    secrets = _webhook_secrets(signing, now_ms)
    snapshot = _Snapshot(good_until=min(ends, default=math.inf))
    for values in named:
        found = _site(values, tuple(domains.get(values["id"], ())), now_ms)
        signed, gone = secrets.get(found.id, {}), erased.get(found.id)
        until = closed.get(found.id, 0)
        names = pseudonyms.get(found.id)
        _add(snapshot, replace(found, webhook_secrets=signed, erased=gone, closed=until, pseudonyms=names))
    return snapshot


def _erased(connection: connect.Connection) -> dict[int, Erased]:
    marks: dict[int, dict[str, int]] = {}
    for site_id, at, hashes in connection.execute(MARKS, (Kind.ERASED.value,)):
        marks.setdefault(site_id, {}).update(dict.fromkeys(json.loads(hashes), at))
    return {site_id: Erased(site_id, _secret(connection, KEY), known) for site_id, known in marks.items()}


def _pseudonyms(connection: connect.Connection) -> dict[int, Pseudonyms]:
    marks: dict[int, set[str]] = {}
    for site_id, _, told in connection.execute(MARKS, (Kind.PSEUDONYMISED.value,)):
        marks.setdefault(site_id, set()).update(json.loads(told))
    found = {}
    for site_id, told in marks.items():
        values = frozenset(one for one in told if SHAPE.fullmatch(one))
        key = _secret(connection, key_of(site_id))
        found[site_id] = Pseudonyms(site_id, key, frozenset(told) - values, values)
    return found


def _secret(connection: connect.Connection, name: str) -> bytes:
    return bytes(connection.execute("SELECT value FROM app_secrets WHERE name = ?", (name,)).fetchone()[0])


def _webhook_secrets(rows: list[Any], now_ms: int) -> dict[int, dict[str, tuple[str, ...]]]:
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for site_id, provider, secret, previous, until in rows:
        still = (previous,) if previous and (until or 0) > now_ms else ()
        found.setdefault(site_id, {})[provider] = (secret, *still)
    return found


def _add(snapshot: _Snapshot, site: Site) -> None:
    snapshot.by_id[site.id] = site
    snapshot.by_public_key[site.public_key] = site
    snapshot.by_secret_hash[site.secret_key_hash] = site
    if site.previous_secret_key_hash is not None:
        snapshot.by_secret_hash[site.previous_secret_key_hash] = site
    for domain in site.rules.domains:
        snapshot.by_domain[domain] = None if domain in snapshot.by_domain else site


def _site(values: dict[str, Any], domains: tuple[str, ...], now_ms: int) -> Site:
    previous_hash, previous_secret = (
        values[key] if (values[until] or 0) > now_ms else None
        for key, until in zip(("previous_secret_key_hash", "previous_token_secret"), ENDS, strict=True)
    )
    token_secrets = [secret for secret in (values["token_secret"], previous_secret) if secret is not None]
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
        previous_hash,
        rules,
        privacy_page=bool(values["privacy_page"]),
        privacy_contact=values["privacy_contact"],
    )
