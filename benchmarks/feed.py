"""How soon an acknowledged event stands in an open live feed."""

from __future__ import annotations

import http.client
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.report import Row
from benchmarks.signing_in import sign_in
from tests.live_server import serving

EMAIL, PASSWORD = "bench@example.org", "a long enough password"
ROUNDS = 15


def rows() -> Iterator[Row]:
    """Freshness of the feed."""
    with (
        tempfile.TemporaryDirectory(prefix="desirepath-bench-", dir=Path.cwd()) as folder,
        serving(Path(folder) / "data", ratelimit_enabled="0") as server,
    ):
        keys = server.create_site("Bench")
        server.cli("admin", "create", EMAIL, "--password-stdin", given=PASSWORD + "\n")
        cookie = sign_in(server, EMAIL, PASSWORD)
        stream = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        stream.request("GET", f"/sites/{keys.id}/feed/stream?after=0", headers={"Cookie": cookie})
        answer = stream.getresponse()
        assert answer.status == 200, answer.read()
        waits = []
        for number in range(ROUNDS):
            time.sleep(0.13 * (number % 7))
            name = f"seen_{number}_"
            user = {"user": {"id": "1"}, "events": [{"eventName": name}]}
            assert server.track(user, Authorization=f"Bearer {keys.secret_key}")[0] == 200
            begun = time.perf_counter()
            while name.encode() not in answer.readline():
                pass
            waits.append(time.perf_counter() - begun)
        stream.close()
    yield Row("event visible in the feed, after the answer (median)", median(waits), "s", 1, False)
    yield Row("  the slowest of these", max(waits), "s", 1, False)
