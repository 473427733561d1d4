"""Words of segments as their page shows them."""

from __future__ import annotations

import pytest

from tracker.web.dashboard.segments import characteristic


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("country FR: 62 % (of everybody 41 %)", "country France: 62% (of everybody 41%)"),
        ("country is DE or AT", "country is Germany or Austria"),
        ("not (country is not GB)", "not (country is not United Kingdom)"),
        (
            "device is mobile; browser OS: 5 % (of everybody 1 %)",
            "device is mobile; browser OS: 5% (of everybody 1%)",
        ),
        ("did DE at least 2 times", "did DE at least 2 times"),
        ("country XX: 1 % (of everybody 0 %)", "country XX: 1% (of everybody 0%)"),
    ],
)
def test_countries_go_by_their_names(told: str, shown: str) -> None:
    assert characteristic(told) == shown
