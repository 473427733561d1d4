"""Texts that SQLite wrote one after the other, as columns that DuckDB reads where they lie.

They go through the Arrow C stream interface: nothing is copied or searched for separators on the way, which
cost more than all else that is done to a line of the ledger.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import nanoarrow
from nanoarrow.c_array import CArray
from nanoarrow.c_array_stream import CArrayStream

_TEXT = nanoarrow.c_schema(nanoarrow.string())

Column = tuple[bytes, "array[int]"]
"""UTF-8 of all values, and where the first begins and each ends."""


def of_lengths(data: bytes | None, lengths: bytes) -> Column:
    """A column whose values have these numbers of bytes: each is told by the character of that number.

    Raises OverflowError where they do not add up, as where one is too long for any character.
    """
    told = lengths.decode("utf-8", "surrogatepass")
    ends = array("i", accumulate(map(ord, told), initial=0))
    if ends[-1] != len(data or b""):
        raise OverflowError("a text in the ledger is too long")
    return data or b"", ends


def of_width(data: bytes, width: int, count: int) -> Column:
    """A column whose values have `width` bytes each. Raises OverflowError where they have not."""
    if len(data) != count * width:
        raise OverflowError("a number in the ledger is too large")
    return data, _steps(width, count)


@lru_cache(maxsize=4)
def _steps(width: int, count: int) -> array[int]:
    return array("i", range(0, width * count + 1, width))


class Stream:
    """Rows in batches, all columns texts. DuckDB may ask for them more than once."""

    def __init__(self, names: Sequence[str]) -> None:
        self._schema = nanoarrow.c_schema(nanoarrow.struct({name: nanoarrow.string() for name in names}))
        self._batches: list[CArray] = []

    def add(self, columns: Sequence[Column], count: int) -> None:
        """Add rows: every column, in the order of the names."""
        texts = [_array(_TEXT, count, [None, ends, data]) for data, ends in columns]
        self._batches.append(_array(self._schema, count, [None], texts))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        stream = CArrayStream.from_c_arrays(self._batches, self._schema, validate=False)
        return stream.__arrow_c_stream__(requested_schema)


def _array(schema: Any, count: int, buffers: list[Any], children: Sequence[CArray] = ()) -> CArray:
    return nanoarrow.c_array_from_buffers(
        schema, count, buffers, null_count=0, children=children, validation_level="none"
    )
