from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.cards import card_numbers, grouped, with_check_digit
from tracker.ingest.scrub_card import in_text, is_card
from tracker.ingest.scrub_name import Kind

TEST_CARDS = [
    "4111111111111111",
    "4012888888881881",
    "4222222222222",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "378282246310005",
    "371449635398431",
    "30569309025904",
    "38520000023237",
    "36227206271667",
    "6011111111111117",
    "6011000990139424",
    "3530111333300000",
    "3566002020360505",
    "6200000000000005",
    "6759649826438453",
    with_check_digit("652111111111111"),
    with_check_digit("220000000000005"),
    with_check_digit("508500123456789"),
]


@pytest.mark.parametrize("card", TEST_CARDS)
def test_cards_are_found_in_text_and_as_numbers(card: str) -> None:
    assert in_text(f"paid with {card}, thanks") == "paid with [removed], thanks"
    assert in_text(card) == "[removed]"
    assert is_card(int(card))


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111_1111_1111_1111",
        "4111 - 1111 - 1111 - 1111",
        "4111  1111  1111  1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111–1111–1111–1111",
        "4111 1111-1111.1111",
        "41 11 11 11 11 11 11 11",
        "411111 1111111111",
        "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
        "3782 822463 10005",
        "3782-8224-6310-005",
        "3056 930902 5904",
        "４１１１１１１１１１１１１１１１",
        "4111\u200b1111\u200b1111\u200b1111",
        "4111111111111111 12/26 123",
        "4111111111111111|12|26|123",
        "4111 1111 1111 1111 123",
    ],
)
def test_groups_and_what_follows_them(text: str) -> None:
    assert in_text(text) == "[removed]"


def test_only_the_card_goes() -> None:
    assert in_text("order 12 4111 1111 1111 1111 by Ann") == "order 12 [removed] by Ann"
    assert in_text("x4111111111111111y") == "x[removed]y"
    assert in_text("4111111111111111 and 5555555555554444") == "[removed] and [removed]"


@pytest.mark.parametrize(
    "text",
    [
        "9220648066",
        "+91 92206 48066",
        "+4915112345674",
        "1700000000000",
        "1700000000000123",
        "1700000000000123456",
        "20240115103000",
        "2024-01-15 10:30:00.123456",
        "2024.01.15.10.30.00.123",
        "550e8400-e29b-41d4-a716-446655440000",
        "41111111-1111-4111-8111-111111111111",
        "4111111111111111abcdef0123456789",
        "192.168.100.200 192.168.100.201",
        "TXN123456",
        "4111111111111112",
        "411111111111111",
        "9780306406157",
        "0000000000000000",
        "M4.5 3.2 10.1 22.5 30.75 41.25",
        "1.7976931348623157e308",
        "356938035643809",
    ],
)
def test_look_alikes_survive(text: str) -> None:
    assert in_text(text) is text


def test_barcodes_survive_even_when_they_pass_as_a_card() -> None:
    barcodes = [f"4{number:012d}" for number in range(6381300000, 6381303000)]
    valid = [code for code in barcodes if _is_ean(code) and with_check_digit(code[:-1]) == code]
    assert valid
    assert all(in_text(code) == code for code in valid)


def _is_ean(code: str) -> bool:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code)) % 10 == 0


def test_the_name_spares_phones_times_and_references() -> None:
    phone = next(f"49151123456{n:02d}" for n in range(100) if _passes(f"49151123456{n:02d}"))
    assert in_text(phone) == "[removed]"
    assert in_text(phone, Kind.PHONE) == phone
    assert in_text("4111111111111111", Kind.PHONE) == "[removed]"
    assert not is_card(int(phone), Kind.PHONE)
    assert not is_card(int(phone), Kind.TIME)
    reference = "T" + with_check_digit("453957876362148")
    assert in_text(reference) == "T[removed]"
    assert in_text(reference, Kind.ID) == reference
    assert in_text("4111111111111111", Kind.ID) == "[removed]"


def _passes(digits: str) -> bool:
    return with_check_digit(digits[:-1]) == digits and not _is_ean(digits)


@pytest.mark.parametrize("number", [0, 1, -1, 299.5, 1700000000000, 1e300, -1e300, 10**40])
def test_other_numbers_are_no_cards(number: float) -> None:
    assert not is_card(number)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none(number: float) -> None:
    assert not is_card(number)


def test_floats_and_negatives_are_cards_too() -> None:
    assert is_card(4111111111111111.0)
    assert is_card(-4111111111111111)
    assert not is_card(411111111111111.5)


@given(card_numbers(), st.sampled_from(["", " ", "-", ".", "  ", " - "]), st.text("abc ,:;()\n"))
def test_any_card_in_any_grouping_goes(card: str, gap: str, around: str) -> None:
    text = f"{around}{grouped(card, gap)}{around}"
    assert in_text(text) == f"{around}[removed]{around}"


@given(card_numbers())
def test_a_wrong_digit_makes_it_no_card(card: str) -> None:
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert in_text(wrong) is wrong
    assert not is_card(int(wrong))
