"""Made-up card numbers and other secrets for the tests of the scrubber."""

from __future__ import annotations

from hypothesis import strategies as st

ISSUERS = {
    "4": (16, 19),
    "51": (16,),
    "55": (16,),
    "2221": (16,),
    "2720": (16,),
    "34": (15,),
    "37": (15,),
    "36": (14,),
    "6011": (16,),
    "65": (16,),
    "3528": (16,),
    "62": (16, 17, 18, 19),
    "5018": (16,),
}
# The beginning is nowhere in harmless test data, so that a password found there has got through.
PASSWORD = st.text("abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789!*-_", min_size=4, max_size=20).map(
    "Zq9!".__add__
)


def with_check_digit(digits: str) -> str:
    """`digits` and the digit that makes them pass the Luhn check."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    """A card number of a random issuer, digits only."""
    prefix = draw(st.sampled_from(sorted(ISSUERS)))
    length = draw(st.sampled_from(ISSUERS[prefix]))
    missing = length - len(prefix) - 1
    return with_check_digit(prefix + draw(st.text("0123456789", min_size=missing, max_size=missing)))


def grouped(digits: str, gap: str) -> str:
    """The number as it is printed on cards: fours, or 4-6-5 for fifteen digits."""
    if len(digits) == 15:
        return gap.join((digits[:4], digits[4:10], digits[10:]))
    return gap.join(digits[at : at + 4] for at in range(0, len(digits), 4))
