"""Writes small MaxMind databases (format 2.0), enough for tests of the reader."""

from __future__ import annotations

import ipaddress
import struct
from typing import Any

UINT16, UINT32, UINT64 = 5, 6, 9
MARKER = b"\xab\xcd\xefMaxMind.com"


def encode(value: Any) -> bytes:
    """A value of the data section: text, objects, lists, and whole numbers as (type, number)."""
    if isinstance(value, str):
        text = value.encode()
        return _control(2, len(text)) + text
    if isinstance(value, dict):
        return _control(7, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(encode, value))
    kind, number = value
    packed = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _control(kind, len(packed)) + packed


def _control(kind: int, size: int) -> bytes:
    extended = b"" if kind <= 7 else bytes((kind - 7,))
    first = (kind << 5) if kind <= 7 else 0
    if size < 29:
        return bytes((first | size,)) + extended
    return bytes((first | 29,)) + extended + bytes((size - 29,))


def database(networks: dict[str, Any]) -> bytes:
    """The bytes of an .mmdb file that maps networks (IPv4 or IPv6) to records."""
    nodes: list[list[int | None]] = [[None, None]]
    data, places = b"", {}
    for text, record in networks.items():
        network = ipaddress.ip_network(text)
        places[text] = len(data)
        data += encode(record)
        length = network.prefixlen + (96 if network.version == 4 else 0)
        address = int(network.network_address)
        node = 0
        for depth in range(length - 1):
            bit = address >> (127 - depth) & 1
            if nodes[node][bit] is None:
                nodes.append([None, None])
                nodes[node][bit] = len(nodes) - 1
            node = nodes[node][bit]  # type: ignore[assignment]
        nodes[node][address >> (128 - length) & 1] = -1 - places[text]
    return _tree(nodes) + bytes(16) + data + MARKER + encode(_about(len(nodes)))


def _tree(nodes: list[list[int | None]]) -> bytes:
    count = len(nodes)
    packed = b""
    for node in nodes:
        for record in node:
            if record is None:
                record = count
            elif record < 0:
                record = count + 16 + (-1 - record)
            packed += struct.pack(">I", record)
    return packed


def _about(count: int) -> dict[str, Any]:
    return {
        "node_count": (UINT32, count),
        "record_size": (UINT16, 32),
        "ip_version": (UINT16, 6),
        "database_type": "test",
        "languages": ["en"],
        "binary_format_major_version": (UINT16, 2),
        "binary_format_minor_version": (UINT16, 0),
        "build_epoch": (UINT64, 1_760_000_000),
        "description": {"en": "test"},
    }
