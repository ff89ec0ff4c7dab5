"""What a cell of a file means as a value of a declared type, as DuckDB's SQL.

A *cell* is what the file holds for one field of one row, NULL when it is blank. Its *value* has the declared
type and lies in the domain of conditions (integers within 2^53, finite numbers, years 1900 to 2200). A cell
without a value is either written in another *form* than its type asks, or its value lies outside.

DuckDB's own casts are wider than that (`1_000`, `1.5` as an integer) or wrong (a timestamp loses its offset),
so the form is checked first. A timestamp without an offset is UTC, as in conditions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from jo.conditions.constants import FIRST_YEAR, LAST_YEAR, MAX_INTEGER
from jo.conditions.types import Field, FieldType
from jo.warehouse.sql import literal

FORMS: Mapping[FieldType, str] = {
    FieldType.INTEGER: "a whole number such as `42`",
    FieldType.NUMBER: "a number such as `-3.5`, with a point and without separators of thousands",
    FieldType.BOOLEAN: "`true` or `false`, `yes` or `no`, `1` or `0`",
    FieldType.DATE: "a date such as `2026-12-31`",
    FieldType.TIMESTAMP: "a time such as `2026-12-31T09:30:00Z`; without an offset it is UTC",
}
"""How a cell of text is written, in words for people."""

DOMAINS: Mapping[FieldType, str] = {
    FieldType.TEXT: "texts without the character NUL, which not every database can keep",
    FieldType.INTEGER: f"{-MAX_INTEGER} to {MAX_INTEGER}",
    FieldType.NUMBER: "finite numbers",
    FieldType.DATE: f"days of the years {FIRST_YEAR} to {LAST_YEAR}",
    FieldType.TIMESTAMP: f"moments of the years {FIRST_YEAR} to {LAST_YEAR}",
}

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
_OFFSET = r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
_PATTERNS: Mapping[FieldType, str] = {
    FieldType.INTEGER: r"[+-]?\d+(\.0*)?",
    FieldType.NUMBER: r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?",
    FieldType.BOOLEAN: r"(?i)true|false|yes|no|t|f|y|n|1|0",
    FieldType.DATE: r"\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?)?",
    FieldType.TIMESTAMP: rf"\d{{4}}-\d{{2}}-\d{{2}}([ T]{_CLOCK}({_OFFSET})?)?",
}

_SIZES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_INTEGERS = frozenset({*_SIZES, *(f"U{size}" for size in _SIZES)})
_FLOATS = frozenset({"FLOAT", "DOUBLE"})
_TIMES = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})


def cell_of_text(text: str, type_: FieldType) -> str:
    """Return the cell of a text, NULL where nothing but blanks stands in it; without blanks but for TEXT.

    A text of blanks sorts before `!`, and asking that first is ten times faster than trimming every text.
    """
    trimmed = f"trim({text}, ' ' || chr(9) || chr(13) || chr(10))"
    if type_ is FieldType.TEXT:
        return f"case when {text} >= '!' then {text} when {trimmed} != '' then {text} end"
    return f"nullif({trimmed}, '')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One declared field over the rows of a file; all texts are SQL over one of them."""

    name: str
    field: Field
    cell: str
    form: str
    """Whether the cell is written as its type asks, or NULL; `true` where the file's types say so."""
    value: str
    """The value, NULL where the cell has none."""
    direct: str | None
    """The same as `value` for a file in which every cell has a value and no text is blank; None for
    columns that have to be read first."""


def text_column(name: str, field: Field, cell: str) -> Column:
    """Return the column of a field whose cells are texts, as `cell_of_text` makes them."""
    if field.type is FieldType.TEXT:
        value = _within(FieldType.TEXT, cell)
        return Column(name=name, field=field, cell=cell, form="true", value=value, direct=None)
    form = f"regexp_full_match({cell}, {literal(_PATTERNS[field.type])})"
    value = f"case when {form} then {_FROM_TEXT[field.type](cell)} end"
    return Column(name=name, field=field, cell=cell, form=form, value=value, direct=None)


def typed_column(name: str, field: Field, raw: str, file_type: str) -> Column | None:
    """Return the column of a field in a file with types of its own; None when that type cannot serve.

    `file_type` is DuckDB's name of it.
    """
    type_ = field.type
    bare = file_type.partition("(")[0]
    if bare in ("VARCHAR", "ENUM"):
        text = raw if bare == "VARCHAR" else f"cast({raw} as varchar)"
        column = text_column(name, field, cell_of_text(text, type_))
        return replace(column, direct=text) if type_ is FieldType.TEXT else column
    form = "true"
    match type_:
        case FieldType.TEXT if bare in _INTEGERS or bare == "UUID":
            read = f"cast({raw} as varchar)"
        case FieldType.INTEGER if bare in _INTEGERS:
            read = raw if bare == "BIGINT" else f"try_cast({raw} as bigint)"
        case FieldType.INTEGER if bare in _FLOATS or bare == "DECIMAL":
            read, form = f"try_cast({raw} as bigint)", f"({raw} = floor({raw}))"
        case FieldType.NUMBER if bare in _INTEGERS or bare in _FLOATS or bare == "DECIMAL":
            read = raw if bare == "DOUBLE" else f"cast({raw} as double)"
        case FieldType.BOOLEAN if bare == "BOOLEAN":
            read = raw
        case FieldType.DATE if bare == "DATE":
            read = raw
        case FieldType.DATE if bare in _TIMES:
            read, form = f"try_cast({raw} as date)", f"({raw} = date_trunc('day', {raw}))"
        case FieldType.TIMESTAMP if bare == "TIMESTAMP WITH TIME ZONE":
            read = f"make_timestamp(epoch_us({raw}))"
        case FieldType.TIMESTAMP if bare in _TIMES or bare == "DATE":
            read = raw if bare == "TIMESTAMP" else f"try_cast({raw} as timestamp)"
        case _:
            return None
    value = _within(type_, read)
    if form != "true":
        value = f"case when {form} then {value} end"
    return Column(
        name=name, field=field, cell=raw, form=form, value=value, direct=read if form == "true" else None
    )


def _within(type_: FieldType, value: str) -> str:
    """Return the value where it lies in the domain, else NULL."""
    match type_:
        case FieldType.TEXT:
            return f"case when not contains({value}, chr(0)) then {value} end"
        case FieldType.INTEGER:
            return f"case when {value} between {-MAX_INTEGER} and {MAX_INTEGER} then {value} end"
        case FieldType.NUMBER:
            return f"case when isfinite({value}) then {value} end"
        case FieldType.DATE:
            first, last = f"date '{FIRST_YEAR}-01-01'", f"date '{LAST_YEAR}-12-31'"
            return f"case when {value} between {first} and {last} then {value} end"
        case FieldType.TIMESTAMP:
            first, last = f"timestamp '{FIRST_YEAR}-01-01'", f"timestamp '{LAST_YEAR + 1}-01-01'"
            return f"case when {value} >= {first} and {value} < {last} then {value} end"
        case _:
            return value


def _timestamp(text: str) -> str:
    """Return the instant in UTC. Every text gets an offset, so that no session's zone is ever asked."""
    whole = f"case when length({text}) = 10 then {text} || 'T00:00' else {text} end"
    offset = rf"regexp_replace({whole}, '([+-]\d\d):?(\d\d)$', '\1:\2')"
    zoned = f"case when regexp_matches({text}, ':.*[Z+-]') then {offset} else {whole} || 'Z' end"
    return f"make_timestamp(epoch_us(try_cast({zoned} as timestamptz)))"


_FROM_TEXT: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.INTEGER: lambda text: _within(
        FieldType.INTEGER, f"try_cast(split_part({text}, '.', 1) as bigint)"
    ),
    FieldType.NUMBER: lambda text: _within(FieldType.NUMBER, f"try_cast({text} as double)"),
    FieldType.BOOLEAN: lambda text: f"(lower({text}) in ('true', 'yes', 't', 'y', '1'))",
    FieldType.DATE: lambda text: _within(FieldType.DATE, f"try_cast(left({text}, 10) as date)"),
    FieldType.TIMESTAMP: lambda text: _within(FieldType.TIMESTAMP, _timestamp(text)),
}
"""The value of a text of the right form."""
