from __future__ import annotations

import pytest

from tracker.demo.devices import DEVICES, ROBOTS, Device
from tracker.enrich import user_agent as agents


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.agent)
def test_each_device_is_recognised_as_what_it_is(device: Device) -> None:
    told = agents.parse(device.agent)
    assert told.device == device.form
    assert told.browser
    assert told.os
    assert told.bot is None


@pytest.mark.parametrize("agent", ROBOTS.items)
def test_each_robot_is_recognised(agent: str) -> None:
    assert agents.parse(agent).bot


def test_there_are_enough_of_them() -> None:
    assert len(DEVICES) >= 25
    assert len(ROBOTS.items) >= 5
