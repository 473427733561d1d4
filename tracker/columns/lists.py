"""Short lists of numbers, as an aggregate makes them and as they are taken apart: see `columns.dialect`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Column = sa.ColumnElement[Any]


class _Smallest(FunctionElement[Any]):
    type = sa.ARRAY(sa.BigInteger)
    inherit_cache = True


def smallest(values: Column, most: int) -> FunctionElement[Any]:
    """An aggregate: the so many least values, in order; take them out with `item`."""
    return _Smallest(values, sa.literal_column(str(int(most))))


@compiles(_Smallest)
def _min_n(element: _Smallest, compiler: Any, **kw: Any) -> str:
    return f"min({compiler.process(element.clauses, **kw)})"


@compiles(_Smallest, "clickhouse")
@compiles(_Smallest, "clickhousedb")
def _group_array_sorted(element: _Smallest, compiler: Any, **kw: Any) -> str:
    values, most = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"groupArraySorted({most})({values})"


class item(FunctionElement[int]):
    """`item(list, n)`: the n-th of `smallest`, from 1; 0 where there is none."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(item)
def _list_item(element: item, compiler: Any, **kw: Any) -> str:
    values, n = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"coalesce(({values})[{n}], 0)"


@compiles(item, "clickhouse")
@compiles(item, "clickhousedb")
def _array_element(element: item, compiler: Any, **kw: Any) -> str:
    return f"arrayElement({compiler.process(element.clauses, **kw)})"


class _Turns(FunctionElement[Any]):
    type = sa.ARRAY(sa.BigInteger)
    inherit_cache = True


def turns(values: Column, codes: int) -> FunctionElement[Any]:
    """Of `smallest`, at least one, those with another remainder by `codes` than the one before."""
    return _Turns(values, sa.literal_column(str(int(codes))))


class _Ties(FunctionElement[bool]):
    type = sa.Boolean()
    inherit_cache = True


def ties(values: Column, codes: int) -> FunctionElement[bool]:
    """Whether of `smallest`, at least one, two that differ have the same quotient by `codes`."""
    return _Ties(values, sa.literal_column(str(int(codes))))


@compiles(_Turns)
def _filtered_turns(element: _Turns, compiler: Any, **kw: Any) -> str:
    values, codes = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"list_filter({values}, lambda x, i: i = 1 OR x % {codes} != ({values})[i - 1] % {codes})"


@compiles(_Ties)
def _filtered_ties(element: _Ties, compiler: Any, **kw: Any) -> str:
    values, codes = (compiler.process(clause, **kw) for clause in element.clauses)
    before = f"({values})[i - 1]"
    tied = f"i > 1 AND x != {before} AND x // {codes} = {before} // {codes}"
    return f"(len(list_filter({values}, lambda x, i: {tied})) > 0)"


@compiles(_Turns, "clickhouse")
@compiles(_Turns, "clickhousedb")
def _array_turns(element: _Turns, compiler: Any, **kw: Any) -> str:
    values, codes = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"arrayFilter((x, y) -> modulo(x, {codes}) != modulo(y, {codes}), {values}, {_shifted(values)})"


@compiles(_Ties, "clickhouse")
@compiles(_Ties, "clickhousedb")
def _array_ties(element: _Ties, compiler: Any, **kw: Any) -> str:
    values, codes = (compiler.process(clause, **kw) for clause in element.clauses)
    tied = f"x != y AND intDiv(x, {codes}) = intDiv(y, {codes}) AND y > 0"
    return f"arrayExists((x, y) -> {tied}, {values}, {_shifted(values)})"


def _shifted(values: str) -> str:
    return f"arrayPushFront(arrayPopBack({values}), 0)"
