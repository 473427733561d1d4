"""Slow, silent, enormous and malformed senders do not keep the others from being heard."""

from __future__ import annotations

import copy
import gzip
import http.client
import json
import os
import random
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_server import Keys, LiveServer, serving
from tests.reliability.ledger_file import event_ids

pytestmark = pytest.mark.reliability

BODIES = 10_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(
        tmp_path_factory.mktemp("rude"), ratelimit_enabled="0", body_timeout="2", connections="700"
    ) as server:
        yield server


@pytest.fixture(scope="module")
def keys(server: LiveServer) -> Keys:
    return server.create_site()


def silent(server: LiveServer, start: bytes, count: int) -> list[socket.socket]:
    sockets = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        connection.sendall(start)
        sockets.append(connection)
    return sockets


def _median_wait(server: LiveServer, keys: Keys) -> float:
    waits = []
    for _ in range(20):
        begun = time.monotonic()
        assert server.track({"site": keys.site_key, "events": [{"eventName": "quick"}]})[0] == 200
        waits.append(time.monotonic() - begun)
    return sorted(waits)[10]


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"POST /api/v1/track HTTP/1.1\r\nHost: x\r\nX-Slow",
        b"POST /api/v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{",
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nemail=",
        b"POST /api/v1/track HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["nothing", "half a header", "half a body", "half a form", "half a chunk"],
)
def test_slow_clients_are_let_go_and_others_answered(server: LiveServer, keys: Keys, start: bytes) -> None:
    alone = _median_wait(server, keys)
    slow = silent(server, start, 300)
    assert _median_wait(server, keys) < 0.5 + 3 * alone
    deadline = time.monotonic() + 25  # before a connection that spoke would be let go for its silence
    for connection in slow:
        connection.settimeout(max(0.1, deadline - time.monotonic()))
        while connection.recv(4096):
            pass  # whatever is answered, the connection ends
        connection.close()


def test_more_connections_than_allowed_are_refused_and_the_others_go_on(
    server: LiveServer, keys: Keys
) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    kept.request("GET", "/healthz")
    kept.getresponse().read()
    many = silent(server, b"", 800)
    kept.request("GET", "/healthz")
    assert kept.getresponse().status == 200
    many[-1].settimeout(60)
    assert many[-1].recv(200).startswith(b"HTTP/1.1 503")
    for connection in many:
        connection.close()
    kept.close()
    deadline = time.monotonic() + 60
    while server.track({"site": keys.site_key, "events": [{"eventName": "after"}]})[0] != 200:
        assert time.monotonic() < deadline, "those who left still take up room"
        time.sleep(0.1)


def test_a_gzip_bomb_costs_nothing(server: LiveServer, keys: Keys) -> None:
    bomb = gzip.compress(b"\0" * 300_000_000)
    assert len(bomb) < 1_000_000
    pid = server.worker_pid()
    before, busy = _memory(pid), _cpu_seconds(pid)
    for _ in range(20):
        assert server.track(bomb)[0] == 413
    assert _cpu_seconds(pid) - busy < 4, "all of it takes half a second to unpack"
    assert _memory(pid) - before < 40_000_000


def _cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


def bad_bodies(seed: int, site_key: str) -> Iterator[bytes]:
    """Batches with one thing wrong: mutated bytes, wrong types, odd sizes, broken encodings."""
    chance = random.Random(seed)
    odd = [None, True, -1, 0, 1e308, 2**63, "", "\0", "x" * 5000, [], {}, [[]], {"a": {}}, "🦊", "'; DROP--"]
    while True:
        event = {"eventName": "bad", "properties": {"a": 1}, "timestamp": 1_760_000_000_000, "id": "x"}
        batch = {"site": site_key, "visitor": "v", "session": "s", "user": {"id": "1"}, "context": {}}
        batch |= {"sent_at": 1_760_000_000_000, "events": [event]}
        for _ in range(chance.randint(1, 3)):
            target = chance.choice([batch, event, batch["user"], batch["context"]])
            if isinstance(target, dict):
                target[chance.choice([*target, "url", "title", "traits", "name"])] = copy.deepcopy(
                    chance.choice(odd)
                )
        raw = bytearray(json.dumps(batch).encode())
        for _ in range(chance.choice([0, 0, 1, 5])):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        yield bytes(raw[: chance.choice([len(raw), len(raw), chance.randrange(len(raw))])])


def test_ten_thousand_malformed_bodies(server: LiveServer, keys: Keys) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    bodies, good, seen = bad_bodies(3, keys.site_key), set(), set()
    for number in range(BODIES):
        connection.request("POST", "/api/v1/track", next(bodies))
        answer = connection.getresponse()
        text = answer.read()
        seen.add(answer.status)
        assert answer.status < 500, text
        if answer.status != 200:
            assert json.loads(text)["error"]["message"]
        if number % 50 == 0:
            own = str(uuid.uuid4())
            good.add(own)
            neighbour = {"site": keys.site_key, "events": [{"eventName": "neighbour", "id": own}, {"x": 1}]}
            connection.request("POST", "/api/v1/track", json.dumps(neighbour))
            answer = connection.getresponse()
            assert json.loads(answer.read())["accepted"] == 1
    connection.close()
    assert {200, 400} <= seen
    assert not good - event_ids(server.data).keys()
