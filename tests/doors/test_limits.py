"""Rate limits: by visitor, by address, told with Retry-After, and never a trap."""

from __future__ import annotations

import json

from tests.doors.conftest import SECRET, Street
from tracker.doors.limits import MinuteCounter, RateLimits


def batch(count: int, visitor: str | None = "v1") -> dict[str, object]:
    return {"site": "pk_shop", "visitor": visitor, "events": [{"eventName": "x"}] * count}


def test_a_visitor_may_send_a_hundred_events_a_minute(street: Street) -> None:
    assert [street.send(batch(1)).status for _ in range(101)] == [200] * 100 + [429]
    reply = street.send(batch(1))
    assert 1 <= int(dict(reply.headers)[b"retry-after"]) <= 60
    assert json.loads(reply.body)["error"]["code"] == "rate_limited"
    assert street.send(batch(1, "v2")).status == 200, "others are not touched"
    assert len(street.stored()) == 101


def test_the_limit_ends_with_its_minute(street: Street) -> None:
    street.send(batch(100))
    street.now += 30_000
    assert street.send(batch(1)).status == 429
    street.now += 60_000
    assert street.send(batch(1)).status == 200


def test_what_waited_offline_is_taken_whole(street: Street) -> None:
    assert street.send(batch(400)).status == 200
    assert street.send(batch(1)).status == 429


def test_visitors_without_id_are_told_apart_by_address_and_browser(street: Street) -> None:
    street.send(batch(100, None))
    assert street.send(batch(1, None)).status == 429
    assert street.send(batch(1, None), user_agent="another").status == 200


def test_one_address_has_a_wider_limit(street: Street) -> None:
    answers = [street.send(batch(100, f"v{n}")).status for n in range(31)]
    assert answers == [200] * 30 + [429]


def test_a_site_chooses_its_limit(street: Street) -> None:
    street.rules(visitor_rate=2)
    assert [street.send(batch(1)).status for _ in range(3)] == [200, 200, 429]


def test_servers_with_a_secret_key_are_not_limited(street: Street) -> None:
    for _ in range(10):
        reply = street.send(batch(500) | {"site": None}, authorization=f"Bearer {SECRET}")
        assert reply.status == 200


def test_limits_can_be_switched_off(street: Street) -> None:
    limits = RateLimits(1, enabled=False)
    street.doors._limits = limits
    assert [street.send(batch(1)).status for _ in range(5)] == [200] * 5


def test_the_counter_slides_and_forgets() -> None:
    counter = MinuteCounter()
    assert counter.used("a", 0) == 0
    counter.add("a", 60)
    assert counter.used("a", 60_000) == 60
    assert counter.used("a", 90_000) == 30
    assert counter.used("a", 120_000) == 0
    counter.add("a", 1)
    assert counter.used("a", 500_000) == 0
