"""Numbers, shares, durations and dates as pages write them."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.web import formats

NOW = 1_774_742_400_000  # 29 March 2026


@pytest.mark.parametrize(
    ("function", "arguments", "text"),
    [
        (formats.whole, (1234567,), "1,234,567"),
        (formats.whole, (0,), "0"),
        (formats.whole, (None,), "–"),
        (formats.number, (1.5,), "1.5"),
        (formats.number, (2.0,), "2"),
        (formats.number, (1000,), "1,000"),
        (formats.number, (None,), "–"),
        (formats.short, (0,), "0"),
        (formats.short, (950,), "950"),
        (formats.short, (1_234,), "1.2k"),
        (formats.short, (12_345,), "12.3k"),
        (formats.short, (999_999,), "1M"),
        (formats.short, (4_560_000,), "4.56M"),
        (formats.short, (None,), "–"),
        (formats.percent, (41.26,), "41.3%"),
        (formats.percent, (100.0,), "100%"),
        (formats.percent, (0,), "0%"),
        (formats.percent, (None,), "–"),
        (formats.seconds, (42.4,), "42s"),
        (formats.seconds, (185,), "3m 05s"),
        (formats.seconds, (4800,), "1h 20m"),
        (formats.seconds, (273_600,), "3d 4h"),
        (formats.seconds, (None,), "–"),
        (formats.window, ("14d",), "14 days"),
        (formats.window, ("1h",), "1 hour"),
        (formats.money, ("1299", "INR"), "1,299.00 INR"),
        (formats.money, (0.1,), "0.10"),
        (formats.money, (None, "EUR"), "–"),
        (formats.money, ("129900", "JPY"), "129,900 JPY"),
        (formats.money, ("1.5", "KWD"), "1.500 KWD"),
        (formats.amount, ("1299", "INR"), "1,299.00"),
        (formats.amount_short, ("99999999.5", "INR"), "99,999,999.50"),
        (formats.amount_short, ("123456789012.5", "IDR"), "123B"),
        (formats.amount_short, ("6913580184700", "IDR"), "6.91T"),
        (formats.amount_short, (None, "IDR"), "–"),
        (formats.exact, ("1299", "JPY"), "1,299 JPY"),
        (formats.exact, ("1299.5", "JPY"), "1,299.5 JPY"),
        (formats.exact, ("2.5", "BHD"), "2.500 BHD"),
        (formats.when_exactly, (None, "UTC"), "–"),
        (formats.exact, ("3.9999", "EUR"), "3.9999 EUR"),
        (formats.exact, ("-1299.5",), "-1,299.50"),
        (formats.exact, ("0.125",), "0.125"),
        (formats.exact, (None,), "–"),
        (formats.email, ("a.b@<x>.org",), "a<wbr>.b@<wbr>&lt;x&gt;<wbr>.org"),
        (formats.change_words, (12.5,), "up 12.5%"),
        (formats.change_words, (-3,), "down 3%"),
        (formats.change_words, (0.0,), "no change"),
        (formats.change_words, (None,), "nothing to compare with"),
        (formats.day, ("2026-03-29", NOW), "29 Mar"),
        (formats.day, ("2025-03-29", NOW), "29 Mar 2025"),
        (formats.day, ("2026-03-29T03:00+02:00", NOW), "29 Mar, 03:00"),
        (formats.day, (None,), "–"),
        (formats.step, ("2026-03-29", "day"), "29 Mar"),
        (formats.step, ("2026-03-01", "month"), "Mar 2026"),
        (formats.step, ("2026-03-29T14:00+02:00", "hour"), "14:00"),
        (formats.step_title, ("2026-03-29", "day"), "Sun 29 Mar 2026"),
        (formats.step_title, ("2026-03-23", "week"), "Week from 23 Mar 2026"),
        (formats.step_title, ("2026-03-29T14:00+02:00", "hour"), "Sun 29 Mar, 14:00"),
        (formats.clock_time, (NOW, "Asia/Kolkata"), "05:30"),
        (formats.clock_time, (None, "UTC"), "–"),
    ],
)
def test_values_are_written_for_people(function: Any, arguments: tuple[Any, ...], text: str) -> None:
    assert function(*arguments) == text
