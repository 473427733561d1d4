from __future__ import annotations

import ipaddress
from random import Random

import pytest

from tracker.demo.places import COUNTRIES, Country, address, mixture
from tracker.enrich.geo import Country as CountryTable
from tracker.files import COUNTRY_DB


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_addresses_are_public_and_varied(country: Country) -> None:
    chance = Random(country.code)
    found = {address(country, chance.getrandbits(64)) for _ in range(500)}
    assert len(found) > 450
    assert all(ipaddress.ip_address(one).is_global for one in found)


@pytest.mark.skipif(not COUNTRY_DB.exists(), reason="the country table is built by `make assets`")
def test_addresses_lie_in_their_country() -> None:
    table = CountryTable(str(COUNTRY_DB))
    chance = Random(1)
    for country in COUNTRIES:
        found = [table.of(address(country, chance.getrandbits(64))) for _ in range(300)]
        assert found.count(country.code) > 290, country.code


def test_a_mixture_keeps_its_weights() -> None:
    wheel = mixture("CA:3 US:1")
    picked = [COUNTRIES[wheel.pick(number / 100)].code for number in range(100)]
    assert (picked.count("CA"), picked.count("US")) == (75, 25)
