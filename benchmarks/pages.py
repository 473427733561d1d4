"""The dashboard at ten million events: first byte, all panels cold, memory under load, freshness."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from html import unescape
from statistics import median

from benchmarks import load, yardsticks
from benchmarks.bigdata import BigData, demo
from benchmarks.ingest import CONNECTIONS, bodies
from benchmarks.process import memory
from benchmarks.questions import make
from benchmarks.report import Row
from benchmarks.signing_in import sign_in
from tests.live_server import LiveServer
from tracker.cli.demo import EMAIL, PASSWORD
from tracker.config import Settings
from tracker.ledger import connect

PAGES = (
    "overview", "users", "sessions", "features", "journeys", "funnels", "retention", "segments", "people",
    "products", "payments", "errors",
)  # fmt: skip
PANEL = re.compile(r'<section [^>]*hx-get="([^"]*/panels/[^"]*)"')
"""What a browser asks for by itself; the tabs of a panel are asked for when somebody opens them."""
AT_ONCE = 6
"""Requests a browser has under way to one host."""
FRESH_ROUNDS = 5


def rows() -> Iterator[Row]:
    """Pages of the largest site, each for days nobody asked about yet."""
    data = demo()
    if not Settings.read({}, data=str(data.folder)).columns_path.exists():
        make(data.folder)
    server = LiveServer(data.folder, ratelimit_enabled="0")
    with yardsticks.bare_gunicorn() as port:
        plain = load.run(port, bodies("pk", 1), path="/", connections=1, seconds=2.0)
    server.start()
    try:
        until_answering(server, data.keys)
        cookie = sign_in(server, EMAIL, PASSWORD)
        site = _largest(data)
        firsts, wholes = measure(server, cookie, site)
        fresh = [_fresh(server, site, data.keys[site], n) for n in range(FRESH_ROUNDS)]
        key = server.create_site("Load", "--domain", "shop.example").site_key
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(measure, server, cookie, site, 40)
            load.run(
                server.port, bodies(key, 50, 400), path="/api/v1/track", connections=CONNECTIONS, seconds=15.0
            )
            asking.result()
        resident = memory(server)
    finally:
        server.kill()
    bare = 1000 / plain.rate
    yield Row(
        "dashboard page, first byte (median)", median(firsts) * 1000, "ms", 100, False, bare, "bare gunicorn"
    )
    yield Row("  the slowest", max(firsts) * 1000, "ms", 100, False)
    yield Row("all panels of a page, cold (median)", median(wholes), "s", 1, False)
    yield Row("  the slowest", max(wholes), "s", 1, False)
    yield Row("event in every question, after the answer", median(fresh), "s", 2, False)
    yield Row("memory under load, parent and worker", resident, "MB", 800, False)


def measure(server: LiveServer, cookie: str, site: int, offset: int = 0) -> tuple[list[float], list[float]]:
    """Seconds to the first byte and to all panels, by page; another `offset` asks about other days."""
    firsts, wholes = [], []
    today = datetime.now(UTC).date()
    for number, page in enumerate(PAGES):
        address = f"/sites/{site}/{page}?{_days(today, offset + number)}"
        begun = time.perf_counter()
        status, _, body = server.request("GET", address, headers={"Cookie": cookie})
        firsts.append(time.perf_counter() - begun)
        assert status == 200, (address, status)
        panels = [unescape(found) for found in PANEL.findall(body.decode())]
        assert panels, f"{address} has no panels"
        begun = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for answered, _, _ in pool.map(
                lambda panel: server.request("GET", panel, headers={"Cookie": cookie, "HX-Request": "true"}),
                panels,
            ):
                assert answered == 200
        wholes.append(time.perf_counter() - begun)
    return firsts, wholes


def _largest(data: BigData) -> int:
    settings = Settings.read({}, data=str(data.folder))
    reader = connect.open_reader(settings.ledger_path)
    try:
        sql = "SELECT site_id FROM events GROUP BY site_id ORDER BY count(*) DESC LIMIT 1"
        return int(reader.execute(sql).fetchone()[0])
    finally:
        reader.close()


def _days(today: date, number: int) -> str:
    """Thirty days, others for each page, so that no answer is there already."""
    last = today - timedelta(days=number % 50)
    return f"from={last - timedelta(days=29)}&to={last}"


def _fresh(server: LiveServer, site: int, secret: str, number: int) -> float:
    name = f"seen_{time.time_ns()}_{number}"
    bearer = f"Bearer {secret}"
    status, _ = server.track({"user": {"id": "bench"}, "events": [{"eventName": name}]}, Authorization=bearer)
    assert status == 200
    begun = time.perf_counter()
    while time.perf_counter() - begun < 30:
        path = f"/api/v1/sites/{site}/event-ranking?timeframe=today&filter=event:{name}"
        _, answer = server.get(path, Authorization=bearer)
        if answer["rows"]:
            break
        time.sleep(0.02)
    return time.perf_counter() - begun


def until_answering(server: LiveServer, keys: dict[int, str]) -> None:
    """Wait until the store is open and nothing is left to read."""
    site, secret = next(iter(keys.items()))
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        status, _ = server.get(
            f"/api/v1/sites/{site}/overview?timeframe=today", Authorization=f"Bearer {secret}"
        )
        if status == 200 and _fresh(server, site, secret, -1) < 5:
            return
        time.sleep(1)
    raise RuntimeError("the column store does not catch up")
