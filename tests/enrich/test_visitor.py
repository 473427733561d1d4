from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from tracker.enrich import visitor
from tracker.enrich.visitor import GOES_ON_MS, PREFIX, VisitorHash

MONDAY, TUESDAY, WEDNESDAY = b"m" * 32, b"t" * 32, b"w" * 32
NOON = 1_760_000_000_000
MINUTE = 60_000


def test_the_same_sender_is_the_same_visitor_today() -> None:
    hashes = VisitorHash(MONDAY, None)
    first = hashes.of(1, "203.0.113.9", "Firefox", NOON)
    assert first.startswith(PREFIX)
    assert len(first) == len(PREFIX) + 24
    assert hashes.of(1, "203.0.113.9", "Firefox", NOON + 5 * GOES_ON_MS) == first
    assert VisitorHash(MONDAY, TUESDAY).of(1, "203.0.113.9", "Firefox", NOON) == first


def test_site_address_agent_and_salt_all_count() -> None:
    hashes = VisitorHash(MONDAY, None)
    found = {
        hashes.of(1, "203.0.113.9", "Firefox", NOON),
        hashes.of(2, "203.0.113.9", "Firefox", NOON),
        hashes.of(1, "203.0.113.10", "Firefox", NOON),
        hashes.of(1, "203.0.113.9", "Chrome", NOON),
        VisitorHash(TUESDAY, None).of(1, "203.0.113.9", "Firefox", NOON),
    }
    assert len(found) == 5


def test_ipv6_counts_by_its_network_and_mapped_ipv4_as_ipv4() -> None:
    hashes = VisitorHash(MONDAY, None)
    assert hashes.of(1, "2001:db8::1", "", NOON) == hashes.of(1, "2001:db8::ffff:2%eth0", "", NOON)
    assert hashes.of(1, "2001:db8::1", "", NOON) != hashes.of(1, "2001:db8:0:1::1", "", NOON)
    assert hashes.of(1, "::ffff:203.0.113.9", "", NOON) == hashes.of(1, "203.0.113.9", "", NOON)


def test_a_visit_goes_on_over_midnight() -> None:
    hashes = VisitorHash(MONDAY, None)
    before = hashes.of(1, "203.0.113.9", "Firefox", NOON)
    hashes.rotate(TUESDAY, MONDAY)
    late = NOON
    for _ in range(5):
        late += 29 * MINUTE
        assert hashes.of(1, "203.0.113.9", "Firefox", late) == before
    after = hashes.of(1, "203.0.113.9", "Firefox", late + GOES_ON_MS + 1)
    assert after == VisitorHash(TUESDAY, None).of(1, "203.0.113.9", "Firefox", NOON)
    assert hashes.of(1, "203.0.113.9", "Firefox", late + GOES_ON_MS + 2) == after


def test_who_paused_or_is_new_gets_todays_hash() -> None:
    hashes = VisitorHash(MONDAY, None)
    before = hashes.of(1, "203.0.113.9", "Firefox", NOON)
    hashes.of(1, "203.0.113.10", "Firefox", NOON + 40 * MINUTE)
    hashes.rotate(TUESDAY, MONDAY)
    assert hashes.of(1, "203.0.113.9", "Firefox", NOON + 45 * MINUTE) != before
    fresh = VisitorHash(TUESDAY, None)
    assert hashes.of(1, "198.51.100.1", "", NOON + 45 * MINUTE) == fresh.of(1, "198.51.100.1", "", NOON)


def test_rotating_to_the_same_salts_changes_nothing() -> None:
    hashes = VisitorHash(MONDAY, None)
    before = hashes.of(1, "203.0.113.9", "Firefox", NOON)
    hashes.rotate(TUESDAY, MONDAY)
    hashes.rotate(TUESDAY, MONDAY)
    assert hashes.of(1, "203.0.113.9", "Firefox", NOON + MINUTE) == before


def test_salts_two_days_old_are_forgotten() -> None:
    hashes = VisitorHash(MONDAY, None)
    before = hashes.of(1, "203.0.113.9", "Firefox", NOON)
    hashes.rotate(WEDNESDAY, TUESDAY)
    assert hashes.of(1, "203.0.113.9", "Firefox", NOON + MINUTE) != before


def test_memory_is_bounded(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(visitor, "MOST_KEPT", 10)
    hashes = VisitorHash(MONDAY, None)
    seen = [hashes.of(1, f"203.0.113.{number}", "", NOON) for number in range(100)]
    assert len(hashes._recent._newer) + len(hashes._recent._older) <= 20
    hashes.rotate(TUESDAY, MONDAY)
    assert hashes.of(1, "203.0.113.99", "", NOON + 1) == seen[99]
    assert hashes.of(1, "203.0.113.1", "", NOON + 1) != seen[1]


def test_threads_get_the_same_answers() -> None:
    hashes = VisitorHash(MONDAY, None)
    found: list[str] = []

    def ask() -> None:
        found.extend(hashes.of(1, f"203.0.113.{number % 50}", "", NOON + number) for number in range(500))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2_000
    assert len(set(found)) == 50


@given(st.integers(), st.text(), st.text())
def test_any_sender_has_a_hash(site: int, address: str, agent: str) -> None:
    assert len(VisitorHash(MONDAY, None).of(site, address, agent, NOON)) == 26
