from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.enrich.mmdb import UINT32, database
from tracker.enrich.geo import Country

RECORDS = {
    "81.2.69.0/24": {"country_code": "GB"},
    "89.160.20.112/28": {
        "country": {"iso_code": "SE", "names": {"en": "Sweden"}},
        "city": {"geoname_id": (UINT32, 1)},
    },
    "2a02:d300::/28": {"country_code": "UA"},
    "9.9.9.0/24": {"country_code": "unknown"},
    "8.8.8.0/24": {"country": "US"},
    "10.0.0.0/8": {"country_code": "XX"},
}


@pytest.fixture
def country(tmp_path: Path) -> Country:
    path = tmp_path / "country.mmdb"
    path.write_bytes(database(RECORDS))
    return Country(path)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("81.2.69.160", "GB"),
        ("81.2.69.160", "GB"),
        ("89.160.20.120", "SE"),
        ("2a02:d300::1", "UA"),
        ("::ffff:81.2.69.160", "GB"),
        ("81.2.70.1", None),
        ("9.9.9.9", None),
        ("8.8.8.8", None),
        ("10.0.0.1", None),
        ("127.0.0.1", None),
        ("192.168.1.1", None),
        ("::1", None),
        ("fe80::1%eth0", None),
        ("", None),
        ("localhost", None),
        ("999.1.1.1", None),
        ("1" * 5_000, None),
    ],
)
def test_countries(country: Country, address: str, code: str | None) -> None:
    assert country.of(address) == code


def test_without_a_file_nobody_has_a_country(caplog: pytest.LogCaptureFixture) -> None:
    assert Country(None).of("81.2.69.160") is None
    assert caplog.records == []


@pytest.mark.parametrize("content", [None, b"", b"not a database"])
def test_an_unreadable_file_is_told_once(
    content: bytes | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "country.mmdb"
    if content is not None:
        path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        country = Country(path)
        assert country.of("81.2.69.160") is None
        assert country.of("81.2.69.161") is None
    (record,) = caplog.records
    assert str(path) in record.getMessage()


def test_after_closing_nobody_has_a_country(country: Country) -> None:
    assert country.of("81.2.69.160") == "GB"
    country.close()
    assert country.of("81.2.69.160") is None
