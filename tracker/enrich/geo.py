"""The country of an address, from the open data that comes along or a MaxMind file."""

from __future__ import annotations

import ipaddress
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb

log = logging.getLogger(__name__)


class Country:
    """Looks countries up in an .mmdb file; without one, nobody has a country."""

    def __init__(self, path: Path | None) -> None:
        self._reader: maxminddb.Reader | None = None
        if path is not None:
            try:
                self._reader = maxminddb.open_database(path, maxminddb.MODE_MMAP)
            except (OSError, maxminddb.InvalidDatabaseError) as error:
                log.warning("countries are unknown: %s cannot be read (%s)", path, error)
        self.of = lru_cache(maxsize=16_384)(self._of)

    def _of(self, address: str) -> str | None:
        """Two-letter code; None for private, malformed and unknown addresses."""
        if self._reader is None:
            return None
        try:
            known = ipaddress.ip_address(address)
            record: Any = self._reader.get(known) if known.is_global else None
        except ValueError:
            return None
        return _code(record)


def _code(record: Any) -> str | None:
    if not isinstance(record, dict):
        return None
    code = record.get("country_code")
    if code is None and isinstance(record.get("country"), dict):
        code = record["country"].get("iso_code")
    return code if isinstance(code, str) and len(code) == 2 else None
