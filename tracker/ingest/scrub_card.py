"""Finds payment card numbers in text and numbers.

A card number has 13 to 19 digits, begins as an issuer's numbers do at that length, and passes the
Luhn check. Digits may be grouped by spaces, dashes, dots, underscores or plus signs. All three
conditions together keep other numbers whole:

- Timestamps in milliseconds, microseconds or nanoseconds begin with 1 until the year 2286 (no
  issuer's prefix); dates such as 20240115103000 begin with 20 (no issuer's prefix either).
- Phone numbers have at most 15 digits: those after a `+`, and those under a name such as `phone`,
  are spared up to that length.
- 13-digit barcodes (EAN) that pass their own check are spared; cards of 13 digits are no longer
  issued, save some for tests.
- UUIDs and long hexadecimal ids are spared, and so are references of letters and digits
  (`T453957876362148`) under a name such as `reference` or `order_id`.

A bare number of a card's length, prefix and check digit is taken for a card under any name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from tracker.ingest.scrub_name import REMOVED, Kind

_GAP = r"[\s\-._+\u00ad\u200b-\u200d\u2010-\u2015\u2212\u2060\ufeff]"
_RUN = re.compile(rf"\d(?:{_GAP}{{0,3}}\d){{12,}}")
_GROUP = re.compile(r"\d+")
_ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|095|6\d|[89]\d)\d{11}|3[689]\d{13,17}"  # Diners Club
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12,15}"  # Discover
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|62\d{14,17}|8[12]\d{14}"  # UnionPay, RuPay
    r"|60\d{14}|508[5-9]\d{12}|506[01]\d{12,15}|65\d{16,17}"  # RuPay, Verve
    r"|(?:5018|5020|5038|5[678]\d\d|6304|6390|67\d\d)\d{8,15}"  # Maestro
    r"|220[0-4]\d{12,15}|9792\d{12}"  # Mir, Troy
)
_SHAPES = frozenset(
    {
        (4, 4, 4, 4),
        (4, 6, 5),
        (4, 6, 4),
        (4, 4, 4, 4, 3),
        (4, 4, 4, 4, 2),
        (4, 4, 4, 4, 1),
        (4, 4, 4, 3),
        (4, 4, 4, 2),
        (4, 4, 5),
        (4, 3, 3, 3),
        (6, 13),
        (6, 10),
        (8, 8),
    }
)
_AFTER = re.compile(r"(?:[\s,;|/]{1,3}\d{1,2}\s?[/|-]\s?(?:20)?\d{2})?[\s,;|/]{1,3}\d{3,4}(?!\d)")
"""Expiry and security code, as they stand behind the number in lists of cards."""
_HEX_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12,}")
_REFERENCE = re.compile(r"[A-Za-z]{1,16}[-_]?\d{13,19}")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_SHORTEST, _LONGEST, _LONGEST_PHONE = 13, 19, 15


def in_text(text: str, named: Kind = Kind.PLAIN) -> str:
    """`text` with every card number replaced; the same object when there is none.

    `named` is the kind of the name that the text stands under.
    """
    if named is Kind.ID and _REFERENCE.fullmatch(text):
        return text
    taken = list(_spans(text, named))
    if not taken:
        return text
    parts: list[str] = []
    done = 0
    for start, end in taken:
        parts += (text[done:start], REMOVED)
        after = _AFTER.match(text, end)
        done = after.end() if after else end
    return "".join((*parts, text[done:]))


def is_card(number: int | float, named: Kind = Kind.PLAIN) -> bool:
    """Whether a JSON number is a card number."""
    if not -1e19 < number < 1e19 or number != int(number):
        return False
    digits = str(abs(int(number)))
    if len(digits) < _SHORTEST or (named is Kind.TIME and len(digits) == _SHORTEST):
        return False
    return not _is_phone(len(digits), named) and _is_card(digits)


def _is_phone(length: int, named: Kind) -> bool:
    return named is Kind.PHONE and length <= _LONGEST_PHONE


def _is_card(digits: str) -> bool:
    if not _ISSUER.fullmatch(digits) or not _luhn(digits):
        return False
    return len(digits) > _SHORTEST or not _is_barcode(digits)


def _luhn(digits: str) -> bool:
    values = [int(digit) for digit in reversed(digits)]
    return (sum(values[::2]) + sum(_DOUBLED[value] for value in values[1::2])) % 10 == 0


def _is_barcode(digits: str) -> bool:
    values = [int(digit) for digit in digits]
    return (sum(values[::2]) + 3 * sum(values[1::2])) % 10 == 0


def _spans(text: str, named: Kind) -> Iterator[tuple[int, int]]:
    ids: list[tuple[int, int]] | None = None
    for run in _RUN.finditer(text):
        for start, end in _cards_of(text, run.start(), run.end(), named):
            if ids is None:
                ids = [found.span() for found in _HEX_ID.finditer(text)]
            if not any(first <= start and end <= last for first, last in ids):
                yield start, end


def _cards_of(text: str, start: int, end: int, named: Kind) -> Iterator[tuple[int, int]]:
    """The groups of digits of one run, tried as cards from each group on, longest first."""
    groups = [found.span() for found in _GROUP.finditer(text, start, end)]
    first = 0
    while first < len(groups):
        # Single digits make a card only if the whole run does: no need to try from each of them.
        alone = groups[first][1] - groups[first][0] == 1
        skip = alone and (first > 0 or len(groups) > _LONGEST)
        last = None if skip else _card_end(text, groups, first, named)
        if last is None:
            first += 1
        else:
            yield groups[first][0], groups[last][1]
            first = last + 1


def _card_end(text: str, groups: list[tuple[int, int]], first: int, named: Kind) -> int | None:
    """The last of the groups that make up a card beginning with group `first`."""
    digits, found = "", None
    begin = groups[first][0]
    plus = begin > 0 and text[begin - 1] == "+"
    for last in range(first, len(groups)):
        digits += _plain_digits(text[slice(*groups[last])])
        if len(digits) > _LONGEST:
            break
        if len(digits) < _SHORTEST or _is_phone(len(digits), Kind.PHONE if plus else named):
            continue
        if _is_card(digits) and _is_shaped(text, groups, first, last):
            found = last
    return found


def _plain_digits(digits: str) -> str:
    """0 to 9 for the digits of any script."""
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)


def _is_shaped(text: str, groups: list[tuple[int, int]], first: int, last: int) -> bool:
    """Whether digits are grouped as in a card, not as in a list of measurements or dates."""
    window = groups[first : last + 1]
    lengths = tuple(end - start for start, end in window)
    if len(lengths) == 1 or lengths in _SHAPES:
        return True
    gaps = {text[a[1] : b[0]].strip() or " " for a, b in pairwise(window)}
    if len(gaps) > 1 or sum(lengths) == _SHORTEST:
        return False
    # Single digits in a row are ratings more often than cards, unless there is nothing else.
    return min(lengths) > 1 or (len(window) == len(groups) and max(lengths) == 1)
