from __future__ import annotations

import pytest

from tracker.demo.chance import Wheel, fading, mix, words


def test_a_wheel_gives_each_item_its_share() -> None:
    wheel = Wheel((("a", 1), ("b", 2), ("c", 1)))
    assert [wheel.pick(number / 8) for number in range(8)] == list("aabbbbcc")


def test_a_wheel_never_runs_out() -> None:
    wheel = Wheel((number, 0.1) for number in range(10))
    assert wheel.pick(1 - 2**-53) == 9


@pytest.mark.parametrize(("position", "share"), [(0, 0), (1, 0.25), (1.5, 0.5), (2, 0.75), (3, 1)])
def test_the_share_before_a_position(position: float, share: float) -> None:
    assert Wheel((("a", 1), ("b", 2), ("c", 1))).share_before(position) == pytest.approx(share)


def test_first_items_are_favourites() -> None:
    wheel = fading("abcdef")
    picked = [wheel.pick(number / 1000) for number in range(1000)]
    counts = [picked.count(letter) for letter in "abcdef"]
    assert counts == sorted(counts, reverse=True)


def test_words_become_a_wheel() -> None:
    wheel = words("sea_salt:3 jam:1")
    assert wheel.items == ("sea salt", "jam")
    assert wheel.pick(0.8) == "jam"


def test_mixed_numbers_are_known_and_spread() -> None:
    assert mix(0) == 0xE220A8397B1DCDAF
    assert len({mix(number) & 255 for number in range(2_000)}) == 256
