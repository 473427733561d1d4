"""Taking events in: durable, enriched, one by one and in batches."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import load, yardsticks
from benchmarks.report import Row
from tests.live_server import serving

CONNECTIONS = 16
SECONDS = 6.0
ROUNDS = 3


def bodies(site_key: str, events: int, count: int = 2_000, seed: int = 7) -> list[bytes]:
    """Requests as the browser script makes them, of a thousand visitors."""
    chance = random.Random(seed)
    return [json.dumps(_batch(chance, site_key, events)).encode() for _ in range(count)]


def _batch(chance: random.Random, site_key: str, events: int) -> dict[str, Any]:
    path = f"/products/{chance.randrange(500)}"
    return {
        "site": site_key,
        "visitor": f"visitor-{chance.randrange(1_000):04d}-abcdef",
        "session": f"s{chance.randrange(1_000)}",
        "context": {
            "url": f"https://shop.example{path}?utm_source=news&utm_medium=email",
            "referrer": "https://www.google.com/",
            "title": "A product of ours",
            "screen": "1920x1080",
            "viewport": "1280x720",
            "language": "en-GB",
        },
        "events": [
            {"eventName": "button_clicked", "properties": {"button": "add", "price": 9.5, "n": number}}
            for number in range(events)
        ],
    }


def rows() -> Iterator[Row]:
    """The ingest rows of the table of figures."""
    with tempfile.TemporaryDirectory(prefix="desirepath-bench-", dir=Path.cwd()) as folder:
        single = yardsticks.bare_sqlite(Path(folder), CONNECTIONS)
        batched = yardsticks.bare_sqlite(Path(folder), 800)
        with yardsticks.bare_gunicorn() as port:
            plain = _median(port, bodies("pk", 1), "/")
        with serving(Path(folder) / "data", ratelimit_enabled="0") as server:
            key = server.create_site("Bench", "--domain", "shop.example").site_key
            one = [_run(server.port, bodies(key, 1)) for _ in range(ROUNDS)]
            fifty = _median(server.port, bodies(key, 50, 400), "/api/v1/track") * 50
    rate = median(r.rate for r in one)
    assert not any(r.failed for r in one), "some requests were refused"
    yield Row(
        "durable single-event requests, 16 connections", rate, "/s", 5_000, True, plain, "bare gunicorn ASGI"
    )
    yield Row("  the same, against SQLite alone", rate, "/s", 5_000, True, single, "bare SQLite, 16 a commit")
    yield Row("  p99 of these", median(r.p99 for r in one), "ms", 50, False)
    yield Row(
        "durable events in batches of 50", fifty, "/s", 60_000, True, batched, "bare SQLite, 800 a commit"
    )


def _run(port: int, prepared: list[bytes], path: str = "/api/v1/track") -> load.Result:
    return load.run(port, prepared, path=path, connections=CONNECTIONS, seconds=SECONDS)


def _median(port: int, prepared: list[bytes], path: str) -> float:
    return median(_run(port, prepared, path).rate for _ in range(ROUNDS))
