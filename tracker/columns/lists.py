"""Lists in columns, taken apart into rows: see `columns.dialect`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Column = sa.ColumnElement[Any]


class _Item(FunctionElement[Any]):
    inherit_cache = True

    def __init__(self, place: int, lists: tuple[Column, ...]) -> None:
        super().__init__(sa.literal_column(str(int(place))), *lists)
        self.type = lists[place - 1].type.item_type  # type: ignore[attr-defined]


def items(*lists: Column) -> tuple[Column, ...]:
    """Columns of a SELECT that makes a row for each place of lists of one length: what each has there."""
    return tuple(_Item(place, lists) for place in range(1, len(lists) + 1))


def _parts(element: _Item, compiler: Any, kw: dict[str, Any]) -> tuple[int, list[str]]:
    place, *lists = (compiler.process(clause, **kw) for clause in element.clauses)
    return int(place), lists


@compiles(_Item)
def _unnest(element: _Item, compiler: Any, **kw: Any) -> str:
    place, lists = _parts(element, compiler, kw)
    return f"unnest({lists[place - 1]})"


@compiles(_Item, "clickhouse")
@compiles(_Item, "clickhousedb")
def _array_join(element: _Item, compiler: Any, **kw: Any) -> str:
    place, lists = _parts(element, compiler, kw)
    return f"tupleElement(arrayJoin(arrayZip({', '.join(lists)})), {place})"
