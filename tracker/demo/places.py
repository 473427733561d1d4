"""Countries with the networks, languages and clocks of the people there."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.demo.chance import Wheel, words


@dataclass(frozen=True, slots=True)
class Country:
    """`networks` are IPv4 prefixes of its large access providers; `hours` is its distance from UTC."""

    code: str
    hours: float
    languages: Wheel[str]
    cultures: Wheel[str]
    dial: str
    networks: tuple[tuple[int, int], ...]
    """(first address, number of addresses) of each."""


def address(country: Country, number: int) -> str:
    """One of the country's addresses, by any large number."""
    first, size = country.networks[number % len(country.networks)]
    # The first and last address of a small network is nobody's; so is .0 and .255.
    value = first + (number >> 8) % size
    last = (value & 255) % 254 + 1
    return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{last}"


def _network(text: str) -> tuple[int, int]:
    start, _, bits = text.partition("/")
    first = 0
    for part in start.split("."):
        first = first << 8 | int(part)
    return first, 1 << 32 - int(bits)


def _country(code: str, hours: float, dial: str, languages: str, cultures: str, networks: str) -> Country:
    return Country(
        code, hours, words(languages), words(cultures), dial, tuple(map(_network, networks.split()))
    )


_TABLE = (
    _country(
        "CA",
        -4,
        "+1902",
        "en-CA:70 fr-CA:20 en-US:10",
        "english:50 french:22 indian:10 chinese:10 arabic:8",
        "99.224.0.0/11 70.64.0.0/12 142.112.0.0/12 24.64.0.0/13 76.64.0.0/13 99.208.0.0/12",
    ),
    _country(
        "US",
        -5,
        "+1415",
        "en-US:86 es-US:14",
        "english:55 spanish:22 indian:8 chinese:8 african:7",
        "73.0.0.0/8 12.0.0.0/8 24.0.0.0/12 98.192.0.0/10 71.192.0.0/12",
    ),
    _country(
        "GB",
        0,
        "+4420",
        "en-GB:97 cy:1 pl-PL:2",
        "english:72 indian:14 polish:6 african:8",
        "86.128.0.0/10 81.128.0.0/11 86.0.0.0/11 90.192.0.0/11 82.0.0.0/12",
    ),
    _country(
        "IE", 0, "+3531", "en-IE:95 ga:5", "english:90 polish:10", "87.32.0.0/12 86.40.0.0/13 109.76.0.0/14"
    ),
    _country(
        "DE",
        1,
        "+4930",
        "de-DE:88 en-US:8 tr-TR:4",
        "german:75 turkish:12 polish:7 arabic:6",
        "79.192.0.0/10 84.128.0.0/10 91.0.0.0/10 93.192.0.0/10 37.80.0.0/12 77.0.0.0/12",
    ),
    _country(
        "AT",
        1,
        "+431",
        "de-AT:95 en-GB:5",
        "german:85 turkish:15",
        "77.116.0.0/14 80.120.0.0/14 84.112.0.0/14",
    ),
    _country(
        "CH",
        1,
        "+4144",
        "de-CH:65 fr-CH:25 it-CH:10",
        "german:65 french:25 italian:10",
        "85.0.0.0/13 178.192.0.0/13 83.76.0.0/14",
    ),
    _country(
        "FR",
        1,
        "+331",
        "fr-FR:96 en-GB:4",
        "french:78 arabic:14 african:8",
        "90.0.0.0/10 92.128.0.0/10 176.128.0.0/10 82.224.0.0/11",
    ),
    _country(
        "NL",
        1,
        "+3120",
        "nl-NL:88 en-GB:12",
        "dutch:85 turkish:15",
        "77.160.0.0/12 83.80.0.0/13 84.24.0.0/13 86.80.0.0/13",
    ),
    _country("PL", 1, "+4822", "pl-PL:100", "polish:100", "83.0.0.0/11 89.64.0.0/12 79.184.0.0/13"),
    _country("ES", 1, "+3491", "es-ES:90 ca-ES:10", "spanish:100", "83.32.0.0/11 88.0.0.0/11 79.144.0.0/12"),
    _country("IT", 1, "+3906", "it-IT:100", "italian:100", "79.0.0.0/10 87.0.0.0/11 151.32.0.0/11"),
    _country(
        "SE", 1, "+468", "sv-SE:92 en-GB:8", "nordic:90 arabic:10", "78.64.0.0/12 81.224.0.0/12 90.224.0.0/12"
    ),
    _country("DK", 1, "+45", "da-DK:94 en-GB:6", "nordic:100", "2.104.0.0/13 80.160.0.0/13 87.48.0.0/13"),
    _country("BR", -3, "+5511", "pt-BR:100", "portuguese:100", "179.128.0.0/11 152.240.0.0/12 187.16.0.0/12"),
    _country(
        "AU",
        10,
        "+612",
        "en-AU:100",
        "english:72 chinese:18 indian:10",
        "1.128.0.0/11 101.160.0.0/11 58.160.0.0/12",
    ),
    _country("JP", 9, "+813", "ja-JP:100", "japanese:100", "60.64.0.0/10 126.64.0.0/10 180.0.0.0/10"),
    _country(
        "IN",
        5.5,
        "+9198",
        "en-IN:58 hi-IN:30 ta-IN:6 bn-IN:6",
        "indian:100",
        "117.192.0.0/10 106.192.0.0/11 49.32.0.0/12 157.32.0.0/12 122.160.0.0/12 223.176.0.0/12",
    ),
    _country(
        "AE", 4, "+9715", "en-AE:60 ar-AE:40", "indian:60 arabic:40", "94.200.0.0/13 2.48.0.0/14 86.96.0.0/14"
    ),
    _country(
        "SG",
        8,
        "+65",
        "en-SG:90 zh-SG:10",
        "chinese:60 indian:40",
        "116.14.0.0/15 119.74.0.0/16 175.156.0.0/16",
    ),
    _country(
        "NP", 5.75, "+977", "ne-NP:60 en-GB:40", "indian:100", "36.252.0.0/15 49.126.0.0/16 49.244.0.0/16"
    ),
    _country(
        "KE", 3, "+2547", "en-KE:70 sw-KE:30", "african:100", "105.48.0.0/12 102.0.0.0/13 105.160.0.0/13"
    ),
    _country("NG", 1, "+2348", "en-NG:100", "african:100", "105.112.0.0/12 102.88.0.0/13 197.210.0.0/16"),
)

COUNTRIES: tuple[Country, ...] = _TABLE
"""In a fixed order; people remember the position of theirs."""

POSITIONS: dict[str, int] = {country.code: position for position, country in enumerate(COUNTRIES)}


def mixture(text: str) -> Wheel[int]:
    """`CA:58 US:24` as a wheel of positions in `COUNTRIES`."""
    parts = (part.partition(":") for part in text.split())
    return Wheel((POSITIONS[code], float(weight)) for code, _, weight in parts)
