"""The decorator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.client.far_end import FarEnd
from tracker.client import Tracker


def heard(far_end: FarEnd, tracker: Tracker) -> dict[str, Any]:
    """The only event."""
    assert tracker.flush()
    (event,) = far_end.heard
    return event


def test_a_call_becomes_an_event(far_end: FarEnd, tracker: Tracker) -> None:
    @tracker.tracked("report_built", {"kind": "pdf"})
    def build(pages: int, *, title: str = "") -> str:
        """Build it."""
        return f"{title} {pages}"

    assert build(3, title="Sales") == "Sales 3"
    assert (build.__name__, build.__doc__) == ("build", "Build it.")
    event = heard(far_end, tracker)
    assert event["eventName"] == "report_built" and "user" not in event
    duration = event["properties"].pop("duration")
    assert 0 <= duration < 1
    assert event["properties"] == {"kind": "pdf", "status": "success"}


def test_an_error_is_recorded_and_goes_on(far_end: FarEnd, tracker: Tracker) -> None:
    error = ValueError("no such plan " + "x" * 1000)

    @tracker.tracked("plan_changed")
    def change() -> None:
        raise error

    with pytest.raises(ValueError) as raised:
        change()
    assert raised.value is error
    properties = heard(far_end, tracker)["properties"]
    assert properties["status"] == "failed"
    assert properties["error_message"].startswith("ValueError: no such plan xxx")
    assert len(properties["error_message"]) < 600


def test_coroutines(far_end: FarEnd, tracker: Tracker) -> None:
    @tracker.tracked("fetched")
    async def fetch(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    assert asyncio.run(fetch(0.05)) == "done"
    assert heard(far_end, tracker)["properties"]["duration"] >= 0.049


def test_a_cancelled_task_is_neither_success_nor_failure(far_end: FarEnd, tracker: Tracker) -> None:
    @tracker.tracked("fetched")
    async def fetch() -> None:
        await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(fetch())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert tracker.counts()["tracked"] == 0


def test_user_and_properties_may_come_from_the_arguments(far_end: FarEnd, tracker: Tracker) -> None:
    def facts(order: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"amount": order["amount"]}

    @tracker.tracked("order_paid", facts, user=lambda order: order["user"], interactive=False)
    def pay(order: Mapping[str, Any]) -> bool:
        return True

    assert pay({"user": 7, "amount": 12}) is True
    event = heard(far_end, tracker)
    assert event["user"] == {"id": "7"} and event["interactive"] is False
    assert event["properties"]["amount"] == 12


def test_what_it_is_told_never_spoils_the_call(far_end: FarEnd, tracker: Tracker) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("no")

    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    @tracker.tracked("x", broken, user=broken)
    def fine() -> int:
        return 1

    @tracker.tracked("y", properties=7)  # type: ignore[arg-type]
    def fails() -> None:
        raise Unspeakable

    assert fine() == 1
    with pytest.raises(Unspeakable):
        fails()
    assert tracker.flush()
    assert [event["properties"]["status"] for event in far_end.heard] == ["success", "failed"]
    assert far_end.heard[1]["properties"]["error_message"] == "Unspeakable"
    assert tracker.counts()["bad"] == 2


def test_with_the_tracker_off_functions_run_as_ever() -> None:
    identity: Callable[[int], int] = Tracker(None, None).tracked("x")(lambda number: number)
    assert identity(4) == 4
