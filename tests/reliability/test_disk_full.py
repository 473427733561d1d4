"""A full disk: senders are told to come back, nothing acknowledged is lost, and it mends itself."""

from __future__ import annotations

import resource
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_server import Keys, LiveServer, serving
from tests.reliability.ledger_file import event_ids, integrity

pytestmark = pytest.mark.reliability


def send_until_refused(server: LiveServer, keys: Keys, most: int = 400) -> tuple[set[str], dict[str, str]]:
    """Send large events until the first 503: the ids acknowledged, and the refusal's headers."""
    kept: set[str] = set()
    for _ in range(most):
        status, headers = send(server, keys, kept)
        if status == 503:
            return kept, headers
        assert status == 200
    raise AssertionError("the disk never got full")


def send(server: LiveServer, keys: Keys, kept: set[str]) -> tuple[int, dict[str, str]]:
    import json

    ids = [str(uuid.uuid4()) for _ in range(20)]
    events = [{"id": i, "eventName": "big", "properties": {"fill": "x" * 5_000}} for i in ids]
    body = json.dumps({"events": events}).encode()
    status, headers, _ = server.request(
        "POST", "/api/v1/track", body, {"Authorization": f"Bearer {keys.secret_key}"}
    )
    if status == 200:
        kept.update(ids)
    return status, headers


def recovers(server: LiveServer, keys: Keys, kept: set[str]) -> None:
    deadline = time.monotonic() + 60
    while send(server, keys, kept)[0] != 200:
        assert time.monotonic() < deadline, "it did not recover"
        time.sleep(0.1)


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        keys = server.create_site()
        kept: set[str] = set()
        send(server, keys, kept)
        pid = server.worker_pid()
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        largest = max(path.stat().st_size for path in tmp_path.iterdir())
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + 300_000, before[1]))
        acknowledged, headers = send_until_refused(server, keys)
        kept |= acknowledged
        assert int(headers["retry-after"]) >= 1
        assert server.get("/healthz")[0] == 200, "pages still answer"
        assert server.get("/readyz")[0] == 503, "and a load balancer is told"
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        recovers(server, keys, kept)
        assert server.get("/readyz")[0] == 200
        found = event_ids(tmp_path)
        assert not kept - found.keys() and set(found.values()) == {1}
        assert integrity(tmp_path) == "ok"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a tmpfs; the test above covers the same path without")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_disk_that_is_full(small_disk: Path) -> None:
    data = small_disk / "data"
    with serving(data) as server:
        keys = server.create_site()
        ballast = small_disk / "ballast"
        ballast.write_bytes(b"x" * 4_000_000)
        kept, headers = send_until_refused(server, keys)
        assert int(headers["retry-after"]) >= 1
        ballast.unlink()
        recovers(server, keys, kept)
        found = event_ids(data)
        assert not kept - found.keys() and set(found.values()) == {1}
        assert integrity(data) == "ok"
