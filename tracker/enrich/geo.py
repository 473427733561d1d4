"""The country of an address, from the open data that comes along or a MaxMind file."""

from __future__ import annotations

import ipaddress
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb

log = logging.getLogger(__name__)

_LONGEST_ADDRESS = 64


class Country:
    """Looks countries up in an .mmdb file; without one, nobody has a country.

    Reads both the open data (`{"country_code": "DE"}`) and MaxMind's GeoLite2 and GeoIP2 Country and
    City (`{"country": {"iso_code": "DE"}}`). A file that cannot be read is told once in the log.
    Safe to use from several threads.
    """

    def __init__(self, path: Path | None) -> None:
        self._reader = _open(path) if path is not None else None
        self._cached = lru_cache(maxsize=16_384)(self._look_up)

    def of(self, address: str) -> str | None:
        """Two-letter code; None for private, malformed and unknown addresses."""
        if self._reader is None or len(address) > _LONGEST_ADDRESS:
            return None
        return self._cached(address)

    def close(self) -> None:
        """Let go of the file. Nobody has a country afterwards."""
        reader, self._reader = self._reader, None
        self._cached.cache_clear()
        if reader is not None:
            reader.close()

    def _look_up(self, address: str) -> str | None:
        reader = self._reader
        if reader is None:
            return None
        try:
            known = ipaddress.ip_address(address.partition("%")[0])
            known = getattr(known, "ipv4_mapped", None) or known
            return _code(reader.get(known)) if known.is_global else None
        except (ValueError, maxminddb.InvalidDatabaseError):
            # No address, or of a kind the file does not hold; or a damaged part of the file.
            return None


def _open(path: Path) -> maxminddb.Reader | None:
    try:
        return maxminddb.open_database(path)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        log.warning("Countries stay unknown: %s cannot be read as a MaxMind database (%s).", path, error)
        return None


def _code(record: Any) -> str | None:
    if not isinstance(record, dict):
        return None
    code = record.get("country_code")
    if code is None and isinstance(record.get("country"), dict):
        code = record["country"].get("iso_code")
    return code if isinstance(code, str) and len(code) == 2 and code.isalpha() else None
