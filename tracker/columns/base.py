"""What questions and the rest of Desirepath may expect of a column store, whatever engine keeps it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import sqlalchemy as sa


class Store(Protocol):
    """A column store that answers questions over the tables of `columns.schema`."""

    @property
    def engine_name(self) -> str:
        """`duckdb` or `clickhouse`."""

    def connect(self) -> AbstractContextManager[sa.Connection]:
        """One consistent view of all tables, for reading, until the block ends.

        Raises Unavailable while the store is being opened or rebuilt from nothing.
        """

    def version(self) -> int:
        """A number that changes whenever an answer may: the key of every cache."""

    def close(self) -> None:
        """Close the files; readers that still run get errors."""
