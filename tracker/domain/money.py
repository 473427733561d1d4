"""Amounts of money and credits, exact to four decimals as the column store keeps them."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

LARGEST = Decimal(10) ** 14
WITHOUT_CENTS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())  # noqa: SIM905 - reads as a table
"""Currencies (ISO 4217) that are written without decimals."""
IN_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Those with three decimals."""
STEP = Decimal("0.0001")
_WRITTEN = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\s*")


def exact(value: Any) -> Decimal | None:
    """The amount that a JSON value tells (a number, read as Decimal, or text); None where it tells none."""
    if type(value) not in (int, str, Decimal) or not _WRITTEN.fullmatch(str(value)):
        return None
    amount = Decimal(str(value).strip())
    if abs(amount) >= LARGEST:
        return None
    return amount.quantize(STEP, ROUND_HALF_UP)


def places(currency: str | None) -> int:
    """How many decimals people write in a currency; two where it is not told or none at all."""
    return decimals(currency or "", WITHOUT_CENTS, IN_THOUSANDTHS)


def written(amount: Decimal, currency: str | None = None) -> str:
    """As people read it: all its decimals, at least its currency's, thousands apart: 2,000.00 INR, 5 JPY."""
    whole, _, rest = f"{amount:,.4f}".partition(".")
    least = places(currency)
    rest = rest[:least] + rest[least:].rstrip("0")
    text = f"{whole}.{rest}" if rest else whole
    return f"{text} {currency}" if currency else text


def plain(amount: Decimal) -> str:
    """As programs read it, with two decimals at least: 2000.00, 0.125."""
    text = format(amount.quantize(STEP, ROUND_HALF_UP), "f")
    return text[:-2] + text[-2:].rstrip("0")


def from_minor(units: int, decimals: int) -> str:
    """Minor units (cents, kobo) as the exact amount: 1050 with 2 decimals is 10.50."""
    return format(Decimal(units).scaleb(-decimals), "f")


def decimals(currency: str, none: Collection[str] = (), three: Collection[str] = ()) -> int:
    """How many decimals a currency has, where those with none and with three are known."""
    if currency in none:
        return 0
    return 3 if currency in three else 2
