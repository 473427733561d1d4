"""kill -9 while people shop: counters of products agree with the ledger, and with the column store."""

from __future__ import annotations

import http.client
import json
import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.live_server import Keys, LiveServer, serving
from tests.reliability.ledger_file import integrity
from tests.reliability.load import Load, pull_the_plug
from tracker.domain.products import ACTIONS

pytestmark = pytest.mark.reliability

KILLS = 6
PRODUCTS = [f"P{n}" for n in range(4)]
ALL = len(PRODUCTS) * len(ACTIONS)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
COLUMNS = ("views", "clicks", "favorites", "unfavorites", "cartAdds", "cartRemoves", "purchases")
Acts = Counter[tuple[str, str]]
"""How often each (product, action) was done."""


@dataclass
class Shoppers(Load):
    """Half of them send batches, each of them twice; the others act one by one, as a marketplace does."""

    acts: list[tuple[str, str]] = field(default_factory=list)
    """What was acknowledged: (product, action)."""

    def _post(self, connection: http.client.HTTPConnection, ids: list[str], number: int) -> int:
        acts = [(PRODUCTS[int(uuid.UUID(i)) % 4], list(ACTIONS)[int(uuid.UUID(i)) % 7]) for i in ids]
        if number % 2:
            return self._one_by_one(connection, acts)
        events = [
            {"id": i, "eventName": ACTIONS[action], "properties": {"product_id": product}}
            for i, (product, action) in zip(ids, acts, strict=True)
        ]
        secret = {"Authorization": f"Bearer {self.keys.secret_key}"}
        for _ in range(2):
            status = _answered(connection, "/api/v1/track", {"events": events}, secret)
            if status != 200:
                return status
        self.acts += acts
        return 200

    def _one_by_one(self, connection: http.client.HTTPConnection, acts: list[tuple[str, str]]) -> int:
        shopper = {"X-Site-Key": self.keys.site_key, "User-Agent": FIREFOX}
        for product, action in acts:
            body = {"product_id": product, "action": action}
            status = _answered(connection, "/api/activity/track/", body, shopper)
            if status != 200:
                return status
            self.acts.append((product, action))
        return 200


def _answered(
    connection: http.client.HTTPConnection, path: str, body: dict[str, Any], headers: dict[str, str]
) -> int:
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_counters_agree_with_the_ledger_and_the_columns(tmp_path: Path) -> None:
    chance = random.Random(5)
    with serving(tmp_path / "data", ratelimit_enabled="0") as server:
        keys = server.create_site()
        shoppers = Shoppers(server, keys, senders=4)
        shoppers.start()
        try:
            for turn in range(KILLS):
                time.sleep(chance.uniform(0.1, 0.5))
                pull_the_plug(server, only_worker=turn % 3 == 2)
            shoppers.until(lambda: len(set(shoppers.acts)) == ALL and len(shoppers.acts) > 100)
        finally:
            shoppers.stop()
        server.kill()
        server.start()

        told = counters(server, keys)
        recounted = Counter(act for event in server.events(keys) if (act := act_of(event)))
        print(f"{KILLS + 1} kills, {len(shoppers.acts)} acknowledged, {recounted.total()} kept")
        assert told == recounted
        assert Counter(shoppers.acts) - recounted == Counter(), "acknowledged, and not counted"
        assert len(recounted) == ALL and recounted.total() > 100
        assert not shoppers.unexpected and integrity(tmp_path / "data") == "ok"
        assert followed(server, keys, recounted) == recounted


def counters(server: LiveServer, keys: Keys) -> Acts:
    """What `/api/activity/stats/…` tells, with its own sums checked."""
    found: Acts = Counter()
    for product in PRODUCTS:
        status, told = server.get(f"/api/activity/stats/{product}/?site={keys.site_key}")
        assert status == 200
        counts, metrics = told["activity_counts"], told["metrics"]
        assert metrics["total_views"] == counts["view"]
        assert metrics["total_favorites"] == counts["favorite"] - counts["unfavorite"]
        found.update({(product, action): count for action, count in counts.items()})
    return found


def act_of(event: dict[str, Any]) -> tuple[str, str] | None:
    """(product, action) of an event of the API."""
    action = next((action for action, name in ACTIONS.items() if name == event["eventName"]), None)
    return (event["properties"]["product_id"], action) if action else None


def followed(server: LiveServer, keys: Keys, wanted: Acts) -> Acts:
    """What the question Products tells, as soon as the column store has everything (two minutes at most)."""
    deadline = time.monotonic() + 120
    while True:
        status, told = server.get(
            f"/api/v1/sites/{keys.id}/products?timeframe=7d", Authorization=f"Bearer {keys.secret_key}"
        )
        found: Acts = Counter()
        for one in told["products"] if status == 200 else ():
            counts = zip(ACTIONS, (one[column] for column in COLUMNS), strict=True)
            found.update({(one["productId"], action): count for action, count in counts})
        if found.total() >= wanted.total() or time.monotonic() > deadline:
            return found
        time.sleep(0.2)
