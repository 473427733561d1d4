"""What engines write differently, as SQLAlchemy elements: use these in questions, never engine SQL.

All values go in as bound parameters, or as numbers checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from tracker.errors import Invalid

Column = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]


def once(statement: sa.SelectBase, name: str | None = None) -> sa.CTE:
    """A CTE whose rows are made once, however often they are used: DuckDB else runs it anew for each use."""
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="duckdb")


class floordiv(FunctionElement[int]):
    """`floordiv(a, b)`: whole-number division of numbers that are not negative."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(floordiv)
def _floordiv(element: floordiv, compiler: Any, **kw: Any) -> str:
    a, b = (compiler.process(clause, **kw) for clause in _pair(element))
    return f"(({a}) // ({b}))"


@compiles(floordiv, "clickhouse")
@compiles(floordiv, "clickhousedb")
def _int_div(element: floordiv, compiler: Any, **kw: Any) -> str:
    return f"intDiv({compiler.process(element.clauses, **kw)})"


class first_of_month(FunctionElement[int]):
    """`first_of_month(day)`: the day number (days since 1970-01-01) of its month's first day."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(first_of_month)
def _first_of_month(element: first_of_month, compiler: Any, **kw: Any) -> str:
    day = compiler.process(element.clauses, **kw)
    return (
        f"(date_trunc('month', DATE '1970-01-01' + CAST({day} AS INTEGER))::DATE - DATE '1970-01-01')::BIGINT"
    )


@compiles(first_of_month, "clickhouse")
@compiles(first_of_month, "clickhousedb")
def _to_start_of_month(element: first_of_month, compiler: Any, **kw: Any) -> str:
    day = compiler.process(element.clauses, **kw)
    return f"toInt64(toStartOfMonth(toDate32(toInt32({day}))))"


class first_by(FunctionElement[Any]):
    """`first_by(value, order)`: an aggregate, the value with the least order; NULLs are passed over."""

    inherit_cache = True

    def __init__(self, value: Column, order: Column) -> None:
        super().__init__(value, order)
        self.type = value.type


class last_by(FunctionElement[Any]):
    """`last_by(value, order)`: an aggregate, the value with the greatest order; NULLs are passed over."""

    inherit_cache = True

    def __init__(self, value: Column, order: Column) -> None:
        super().__init__(value, order)
        self.type = value.type


@compiles(first_by)
def _arg_min(element: first_by, compiler: Any, **kw: Any) -> str:
    return f"arg_min({compiler.process(element.clauses, **kw)})"


@compiles(last_by)
def _arg_max(element: last_by, compiler: Any, **kw: Any) -> str:
    return f"arg_max({compiler.process(element.clauses, **kw)})"


@compiles(first_by, "clickhouse")
@compiles(first_by, "clickhousedb")
def _arg_min_if(element: first_by, compiler: Any, **kw: Any) -> str:
    return _skipping_null("argMin", element, compiler, kw)


@compiles(last_by, "clickhouse")
@compiles(last_by, "clickhousedb")
def _arg_max_if(element: last_by, compiler: Any, **kw: Any) -> str:
    return _skipping_null("argMax", element, compiler, kw)


def _skipping_null(name: str, element: Any, compiler: Any, kw: dict[str, Any]) -> str:
    value, order = (compiler.process(clause, **kw) for clause in _pair(element))
    return f"{name}OrNullIf({value}, {order}, isNotNull({value}))"


class either_bits(FunctionElement[int]):
    """`either_bits(number)`: an aggregate, the number with every bit that one of them has."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(either_bits)
def _bit_or(element: either_bits, compiler: Any, **kw: Any) -> str:
    return f"bit_or({compiler.process(element.clauses, **kw)})"


@compiles(either_bits, "clickhouse")
@compiles(either_bits, "clickhousedb")
def _group_bit_or(element: either_bits, compiler: Any, **kw: Any) -> str:
    return f"groupBitOr({compiler.process(element.clauses, **kw)})"


class _BitAt(FunctionElement[int]):
    type = sa.BigInteger()
    inherit_cache = True


def bit_at(number: Column, place: int) -> FunctionElement[int]:
    """The bit of a number at a place, 0 or 1; places count from 0, the least."""
    return _BitAt(number, sa.literal_column(str(int(place))))


class where_bit(FunctionElement[int]):
    """`where_bit(bit, number)`: the number where the bit is 1, else 0: cheaper than to multiply."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(_BitAt)
def _shift(element: _BitAt, compiler: Any, **kw: Any) -> str:
    number, place = (compiler.process(clause, **kw) for clause in _pair(element))
    return f"(({number} >> {place}) & 1)"


@compiles(_BitAt, "clickhouse")
@compiles(_BitAt, "clickhousedb")
def _bit_shift_right(element: _BitAt, compiler: Any, **kw: Any) -> str:
    number, place = (compiler.process(clause, **kw) for clause in _pair(element))
    return f"bitAnd(bitShiftRight({number}, {place}), 1)"


@compiles(where_bit)
def _mask(element: where_bit, compiler: Any, **kw: Any) -> str:
    bit, number = (compiler.process(clause, **kw) for clause in _pair(element))
    return f"((0 - {bit}) & {number})"


@compiles(where_bit, "clickhouse")
@compiles(where_bit, "clickhousedb")
def _bit_and_mask(element: where_bit, compiler: Any, **kw: Any) -> str:
    bit, number = (compiler.process(clause, **kw) for clause in _pair(element))
    return f"bitAnd(0 - {bit}, {number})"


def integer(value: int) -> sa.ColumnElement[int]:
    """A whole number, written into the statement: as a bound parameter GROUP BY would not know it again."""
    return sa.literal_column(str(int(value)), sa.BigInteger)


def one_of(text: Column, values: Sequence[str]) -> Condition:
    """Whether the text is one of a few values, as a store by columns finds few rows quickest.

    DuckDB looks such a CASE up for each different text once, and an IN for each row.
    """
    one, none = (sa.literal_column(number, sa.Integer) for number in "10")
    return sa.case(dict.fromkeys(values, one), value=text, else_=none) > none


class contains(FunctionElement[bool]):
    """`contains(text, part)`: whether the part is in the text, upper and lower case apart."""

    type = sa.Boolean()
    inherit_cache = True


class starts_with(FunctionElement[bool]):
    """`starts_with(text, part)`: whether the text begins so."""

    type = sa.Boolean()
    inherit_cache = True


class ends_with(FunctionElement[bool]):
    """`ends_with(text, part)`: whether the text ends so."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(contains)
@compiles(starts_with)
@compiles(ends_with)
def _text_function(element: Any, compiler: Any, **kw: Any) -> str:
    return f"{type(element).__name__}({compiler.process(element.clauses, **kw)})"


@compiles(contains, "clickhouse")
@compiles(contains, "clickhousedb")
def _position(element: contains, compiler: Any, **kw: Any) -> str:
    return f"(position({compiler.process(element.clauses, **kw)}) > 0)"


@compiles(starts_with, "clickhouse")
@compiles(starts_with, "clickhousedb")
def _starts_with(element: starts_with, compiler: Any, **kw: Any) -> str:
    return f"startsWith({compiler.process(element.clauses, **kw)})"


@compiles(ends_with, "clickhouse")
@compiles(ends_with, "clickhousedb")
def _ends_with(element: ends_with, compiler: Any, **kw: Any) -> str:
    return f"endsWith({compiler.process(element.clauses, **kw)})"


class _Quantile(FunctionElement[float]):
    type = sa.Double()
    inherit_cache = True


def quantile(values: Column, q: float) -> FunctionElement[float]:
    """An aggregate: the `q` quantile (0 to 1) between the two nearest values; NULL of nothing."""
    if not 0 <= q <= 1:
        raise Invalid("A quantile lies between 0 and 1.", field="quantile")
    return _Quantile(values, sa.literal_column(repr(float(q))))


def median(values: Column) -> FunctionElement[float]:
    """An aggregate: the middle value, or the mean of the two in the middle; NULL of nothing."""
    return quantile(values, 0.5)


@compiles(_Quantile)
def _quantile_cont(element: _Quantile, compiler: Any, **kw: Any) -> str:
    values, q = (compiler.process(clause, **kw) for clause in _pair(element))
    return f"quantile_cont(CAST({values} AS DOUBLE), {q})"


@compiles(_Quantile, "clickhouse")
@compiles(_Quantile, "clickhousedb")
def _quantile_exact(element: _Quantile, compiler: Any, **kw: Any) -> str:
    values, q = (compiler.process(clause, **kw) for clause in _pair(element))
    return f"quantileExactInclusiveOrNull({q})({values})"


class _JsonText(FunctionElement[str]):
    type = sa.Text()
    inherit_cache = True


def json_text(document: Column, key: str) -> FunctionElement[str]:
    """A property of a JSON document as text: `true`, `12.5`, `plain words`; NULL where there is none.

    Dots in `key` reach into nested objects. Lists and objects come as JSON.
    """
    parts = [part for part in key.split(".") if part]
    if not parts or len(parts) > 8:
        raise Invalid("A property is named like plan, or plan.tier for a nested one.", field="property")
    return _JsonText(document, *(sa.bindparam(None, part, sa.Text()) for part in parts))


def json_number(document: Column, key: str) -> FunctionElement[float]:
    """A property of a JSON document as a number; NULL where it is none. Texts of digits count."""
    return as_number(json_text(document, key))


def as_number(text: Column) -> FunctionElement[float]:
    """Text as a number; NULL where it is none."""
    return _ToNumber(text)


class _ToNumber(FunctionElement[float]):
    type = sa.Double()
    inherit_cache = True


@compiles(_ToNumber)
def _try_cast(element: _ToNumber, compiler: Any, **kw: Any) -> str:
    return f"TRY_CAST({compiler.process(element.clauses, **kw)} AS DOUBLE)"


@compiles(_ToNumber, "clickhouse")
@compiles(_ToNumber, "clickhousedb")
def _to_float(element: _ToNumber, compiler: Any, **kw: Any) -> str:
    return f"toFloat64OrNull({compiler.process(element.clauses, **kw)})"


@compiles(_JsonText)
def _arrow(element: _JsonText, compiler: Any, **kw: Any) -> str:
    # A JSON pointer: ~ and / inside a part are escaped, everything else stands for itself.
    document, *parts = element.clauses
    path = " || ".join(
        f"'/' || replace(replace({compiler.process(part, **kw)}, '~', '~0'), '/', '~1')" for part in parts
    )
    return f"json_extract_string({compiler.process(document, **kw)}, {path})"


@compiles(_JsonText, "clickhouse")
@compiles(_JsonText, "clickhousedb")
def _json_extract(element: _JsonText, compiler: Any, **kw: Any) -> str:
    document, *parts = element.clauses
    where = ", ".join([compiler.process(clause, **kw) for clause in (document, *parts)])
    raw = f"JSONExtractRaw({where})"
    text = f"JSONExtractString({where})"
    return f"multiIf({raw} IN ('', 'null'), NULL, startsWith({raw}, '\"'), {text}, {raw})"


def _pair(element: Any) -> tuple[Any, Any]:
    first, second = element.clauses
    return first, second


class AsofLeftJoin(sa.Join):
    """Each row of `left` with the first row of `right` after it: see `next_of`."""

    inherit_cache = True


def next_of(left: sa.FromClause, right: sa.FromClause, same: str, order: str) -> AsofLeftJoin:
    """Join to each row of `left` the one row of `right` with the same `same` and the least greater `order`.

    Both have columns of these names; `order` is never NULL. Where there is none, the columns of `right` are
    NULL. Of several rows with the same order any one is taken.
    """
    return AsofLeftJoin(
        left, right, sa.and_(left.c[same] == right.c[same], left.c[order] < right.c[order]), isouter=True
    )


@compiles(AsofLeftJoin)
def _asof_left_join(element: AsofLeftJoin, compiler: Any, **kw: Any) -> str:
    kw["asfrom"] = True
    left, right = (compiler.process(side, **kw) for side in (element.left, element.right))
    kw.pop("asfrom")
    return f"{left} ASOF LEFT JOIN {right} ON {compiler.process(element.onclause, **kw)}"
