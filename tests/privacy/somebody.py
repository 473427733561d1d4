"""Somebody whose texts nothing else has, what is asked and ordered of them, and where their texts are."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.live_server import Keys, LiveServer
from tracker import clock
from tracker.accounts import erasures
from tracker.accounts.marks import Kind
from tracker.archive import rows
from tracker.archive.archive import Archive
from tracker.cli.accounts import with_accounts
from tracker.cli.data import opened
from tracker.ledger import person

PATIENCE_SECONDS = 60


class Somebody:
    """One person with ids, e-mail, phone and name that nothing else has."""

    def __init__(self) -> None:
        mark = uuid.uuid4().hex
        self.id = f"user-{mark}"
        self.visitor = f"visitor-{mark[::-1]}"
        self.user = {
            "id": self.id,
            "email": f"Anna.{mark[:12]}@example.org",
            "name": f"Anna Zz{mark[4:14]}",
            "phone_number": f"+4916{int(mark[:8], 16)}",
            "traits": {"nickname": f"nick{mark[6:16]}"},
        }
        self.needles = [
            text.lower().encode()
            for text in (self.id, self.visitor, self.user["email"], self.user["name"][5:],
                         self.user["phone_number"], f"nick{mark[6:16]}")
        ]  # fmt: skip

    def send(self, server: LiveServer, keys: Keys, count: int = 12, at: int | None = None) -> dict[str, Any]:
        """Anonymous events first, then named ones, with the e-mail in properties, too."""
        at = at or clock.now_ms() - 60_000
        headers = {"Authorization": f"Bearer {keys.secret_key}"}
        first = [_event("page_viewed", at + n, path=f"/{self.visitor}") for n in range(count)]
        status, told = server.track({"visitor": self.visitor, "events": first}, **headers)
        said = {"product_id": "P1", "to": self.user["email"]}
        named = [_event("product_viewed", at + 100 + n, **said) for n in range(count)]
        body = {"visitor": self.visitor, "user": self.user, "events": named}
        status, told = server.track(body, **headers)
        assert status in (200, 400), told
        return told


def _event(name: str, at: int, **properties: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "eventName": name, "timestamp": at, "properties": properties}


def crowd(server: LiveServer, keys: Keys, people: int) -> str:
    """Other people, among whose rows in every file the person's stand. Gives the id of the last."""
    names = [f"other-{uuid.uuid4()}" for _ in range(people)]
    for name in names:
        events = [_event("click", clock.now_ms() - 1000 * n, button=f"b{n}" * 9) for n in range(8)]
        body = {"user": {"id": name, "name": "Somebody Else"}, "events": events}
        assert server.track(body, Authorization=f"Bearer {keys.secret_key}")[0] == 200
    return names[-1]


def found_in(data: Path, needles: list[bytes]) -> set[str]:
    """Names of all files that hold one of the texts in any case (this process has none of them open)."""
    found = files_of(data)
    return {path.name for path, held in found if any(needle in held.lower() for needle in needles)}


def files_of(data: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below with what it holds; one that a running server removes meanwhile holds nothing."""
    for folder, _, names in os.walk(data):
        for name in names:
            path = Path(folder, name)
            with suppress(FileNotFoundError):
                yield path, path.read_bytes()


def ask(server: LiveServer, keys: Keys, path: str, method: str = "GET") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {keys.secret_key}"}
    answer = server.request(method, f"/api/v1/sites/{keys.id}/{path}", headers=headers)
    return answer[0], json.loads(answer[2])


def until(server: LiveServer, keys: Keys, path: str, status: int) -> Any:
    """Ask until it answers so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (told := ask(server, keys, path))[0] != status:
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    return told[1]


def finished(server: LiveServer, keys: Keys, number: int) -> Any:
    """The receipt of that number, once nothing of it is left to do."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (receipt := ask(server, keys, f"erasures/{number}")[1])["finishedAt"]:
        assert time.monotonic() < deadline, receipt
        time.sleep(0.1)
    return receipt


def archived(server: LiveServer, keys: Keys, *people: Somebody) -> Archive:
    """Have all that these people did in the archive as well."""
    archive = Archive(server.data)
    with opened(str(server.data)) as desk, desk.readers.read() as connection:
        ids = [n for one in people for n in person.need(connection, keys.id, one.id).ids]
        assert archive.add(keys.id, rows.of(connection, keys.id, ids), clock.now_ms()) == 24 * len(people)
    return archive


def ordered(server: LiveServer, keys: Keys, one: Somebody, kind: Kind) -> int:
    """The receipt's number of an order that is on disk; the server is dead before it could carry it out."""
    server.kill()
    with with_accounts(str(server.data)) as desk:
        with desk.readers.read() as connection:
            found = person.need(connection, keys.id, one.id)
        return erasures.order(desk.settings.meta_path, keys.id, found, clock.now_ms(), None, kind)
