"""While events come in, what goes is what is too old and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analytics.random_histories import DAY, NAMES, ZONES, histories
from tests.analytics.stores import LoadedSite, Simple, ms, to_event
from tests.keeping.places import Place
from tracker.domain.keeping import FOR_EVER, Keeping, limit

NOW = "2026-03-31 12:00"
LONGEST_SESSION = timedelta(days=31) // timedelta(milliseconds=1)
DAYS = st.one_of(st.none(), st.integers(5, 30))
Left = dict[int, tuple[int, str]]
"""Time and name of events by ledger id."""


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    history=histories(since="2026-02-10 00:00", days=48, size=40),
    zone=st.sampled_from(ZONES),
    details=DAYS,
    names=st.dictionaries(st.sampled_from(("signup", "page_viewed", "ping")), DAYS, max_size=2),
)
def test_nothing_younger_than_its_limit_goes(
    place: Place, history: list[Simple], zone: str, details: int | None, names: dict[str, int | None]
) -> None:
    site, rules = place.load(history, zone), Keeping(details, None, names, begun=True)
    before = left(place, site)
    with senders(place, site) as acknowledged:
        place.look_through(site, NOW, rules)
    place.sync()
    after = left(place, site)
    limits = {name: limit(rules.of(name), zone, ms(NOW)) for name in (*NAMES, *FOR_EVER)}
    for number, (at, name) in (before | acknowledged).items():
        floor = limits[name]
        if floor is None or at >= floor:
            assert number in after, f"{name} of {at} is gone, though only what is before {floor} may go"
        elif number in before and at < floor - LONGEST_SESSION:
            assert number not in after, f"{name} of {at} stays, though it is before {floor}"
    assert after.keys() <= (before | acknowledged).keys()


def left(place: Place, site: LoadedSite) -> Left:
    rows = place.reader.execute("SELECT id, at, name FROM events WHERE site_id = ?", (site.id,))
    return {number: (at, name) for number, at, name in rows}


@contextmanager
def senders(place: Place, site: LoadedSite) -> Iterator[Left]:
    """Somebody who sends events of all ages, and the sync; gives what was acknowledged, at the end."""
    stop, acknowledged = threading.Event(), Left()

    def send() -> None:
        turn = 0
        while not stop.wait(0.05):
            turn += 1
            days = turn % 48 if turn % 40 == 0 else turn % 5  # days that are being closed are counted again
            at = ms(NOW) - days * DAY - turn
            one: Simple = {"at": at, "visitor": f"busy{turn % 5}", "id": f"{site.id}-busy-{turn}"}
            one["name"] = "credits_added" if turn % 3 == 0 else NAMES[turn % len(NAMES)]
            receipt = place.writer.write([to_event(one, site.id, turn, at)])
            if receipt.accepted:
                acknowledged[place.writer.last_id] = (at, str(one["name"]))
            place.sync()

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        thread.join()
