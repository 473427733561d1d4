from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.enrich.address import bare, is_trusted, parse_networks, true_address

PROXIES = parse_networks("127.0.0.1, 10.0.0.0/8, fd00::/8")


def headers(**values: str) -> dict[bytes, bytes]:
    return {name.replace("_", "-").encode(): value.encode() for name, value in values.items()}


@pytest.mark.parametrize(
    ("forwarded_for", "found"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 10.0.0.7, 10.0.0.8", "203.0.113.9"),
        ("10.0.0.9, 10.0.0.7", "10.0.0.9"),
        ("203.0.113.9:51234", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, unknown", "10.0.0.1"),
        ("203.0.113.9, ", "10.0.0.1"),
        ("<script>", "10.0.0.1"),
        ("203.0.113.9, " + "10.0.0.7, " * 100 + "10.0.0.7", "203.0.113.9"),
    ],
)
def test_forwarded_for_is_walked_from_the_right(forwarded_for: str, found: str) -> None:
    assert true_address("10.0.0.1", headers(x_forwarded_for=forwarded_for), PROXIES) == found


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        ("for=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
        ('proto=https; For="[2001:db8::1]:4711"', "2001:db8::1"),
        ("for=1.2.3.4, for=203.0.113.9, for=10.0.0.7", "203.0.113.9"),
        ("for=_hidden", "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
    ],
)
def test_the_standard_header(forwarded: str, found: str) -> None:
    assert true_address("10.0.0.1", headers(forwarded=forwarded), PROXIES) == found


def test_order_of_the_headers() -> None:
    every = headers(x_forwarded_for="203.0.113.1", forwarded="for=203.0.113.2", x_real_ip="203.0.113.3")
    assert true_address("10.0.0.1", every, PROXIES) == "203.0.113.1"
    del every[b"x-forwarded-for"]
    assert true_address("10.0.0.1", every, PROXIES) == "203.0.113.2"
    del every[b"forwarded"]
    assert true_address("10.0.0.1", every, PROXIES) == "203.0.113.3"
    assert true_address("10.0.0.1", {}, PROXIES) == "10.0.0.1"


def test_strangers_are_not_believed() -> None:
    claimed = headers(x_forwarded_for="203.0.113.9")
    assert true_address("198.51.100.7", claimed, PROXIES) == "198.51.100.7"
    assert true_address("10.0.0.1", claimed, ()) == "10.0.0.1"
    assert true_address("10.0.0.1", claimed, parse_networks("")) == "10.0.0.1"


def test_a_unix_socket_has_no_address_and_is_ours() -> None:
    assert true_address("", headers(x_forwarded_for="203.0.113.9"), PROXIES) == "203.0.113.9"


@given(st.text(max_size=40), st.text(max_size=80))
def test_any_header_gives_an_address_or_the_peer(peer: str, header: str) -> None:
    found = true_address(peer, {b"x-forwarded-for": header.encode("latin-1", "replace")}, PROXIES)
    if found != peer:
        ipaddress.ip_address(found)


def test_networks_are_read_and_bad_ones_named() -> None:
    assert [str(n) for n in parse_networks(" 127.0.0.1,10.1.2.3/8,, ::1 ")] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "::1/128",
    ]
    assert parse_networks("") == ()
    assert parse_networks("::1") == parse_networks("::1")
    assert hash(parse_networks("::1")) == hash(tuple(parse_networks("::1")))
    with pytest.raises(ValueError, match=r"'10\.0\.0\.0/33' is no address"):
        parse_networks("127.0.0.1, 10.0.0.0/33")


def test_trust() -> None:
    assert is_trusted("10.255.0.1", PROXIES)
    assert is_trusted("fd12::1", PROXIES)
    assert not is_trusted("11.0.0.1", PROXIES)
    assert not is_trusted("nobody", PROXIES)


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.4.5", "[::1", "a:b", "256.1.1.1", "::g"])
def test_what_is_no_address(text: str) -> None:
    assert bare(text) is None or text == "[::1"
