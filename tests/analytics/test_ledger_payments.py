"""Payments as the ledger tells them at this moment are those of the question *Payments*."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.analytics.oracle_payments import paying
from tests.analytics.stores import NOW, Simple, World, ms
from tracker.analytics import payments
from tracker.ledger import payments as ledger

WHOLE = {"from": "2026-03-01", "to": "2026-04-30"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=paying())
def test_both_tell_the_same(world: World, events: list[Simple]) -> None:
    site = world.load(events)
    answer = site.ask(payments.answer, **WHOLE)
    asked = {one.reference: one for one in answer.payments}
    now = ms(NOW)
    stuck = ledger.stuck(world.reader, site.id, now, 0)
    assert {one.reference for one in stuck} == {one.reference for one in answer.payments if one.stuck}
    assert [one.paid_at for one in stuck] == sorted(one.paid_at or 0 for one in stuck)
    for reference in ("r1", "r2", "r3"):
        found, told = ledger.of_reference(world.reader, site.id, reference), asked.get(reference)
        if found is None or told is None:
            assert found is None and told is None
            continue
        assert (found.state, found.is_stuck(now)) == (told.status, told.stuck)
        assert (found.amount, found.started_at, found.completed_at) == (
            told.amount, told.started_at, told.completed_at,
        )  # fmt: skip
        assert (found.webhook_at, found.credited_at) == (told.webhook_at, told.credited_at)


def test_payments_of_a_user_newest_first(world: World) -> None:
    site = world.load(
        [
            {"name": "payment_initialized", "user": "ann", "properties": {"reference": "r1"}},
            {
                "name": "payment_initialized",
                "user": "ann",
                "properties": {"reference": "r2", "amount": "1.10"},
            },
            {
                "name": "payment_failed",
                "user": None,
                "properties": {"reference": "r2", "error_message": "no"},
            },
            {"name": "payment_initialized", "user": "ben", "properties": {"reference": "r3"}},
            {"name": "payment_completed", "user": "ann", "properties": {"reference": "r4"}, "bot": "crawler"},
            {"name": "payment_completed", "user": "ann", "properties": {}},
        ]
    )
    found = ledger.of_user(world.reader, site.id, ["ann"], 10)
    assert [(one.reference, one.state, one.error_message) for one in found] == [
        ("r2", "failed", "no"),
        ("r1", "pending", None),
    ]
    assert len(ledger.of_user(world.reader, site.id, ["ann", "ben"], 2)) == 2
    assert ledger.of_user(world.reader, site.id, [], 10) == []
