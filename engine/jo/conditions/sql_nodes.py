"""The small parts that SQL is put together of, as SQLGlot's expressions: names, columns, constants, texts."""

from collections import Counter
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from jo.conditions.constants import instant_text
from jo.conditions.sql_texts import Dialect
from jo.conditions.tree import Comparator, Literal

if TYPE_CHECKING:
    from sqlglot import exp

LONGEST_NAME = 63
"""Bytes of a name; PostgreSQL cuts off the rest, and two names that were different become one."""


def short_name(name: str) -> str:
    """Return a name that every database takes whole: of a long one the beginning and a digest."""
    written = name.encode()
    if len(written) <= LONGEST_NAME:
        return name
    digest = sha256(written).hexdigest()[:12]
    return f"{written[: LONGEST_NAME - len(digest) - 1].decode(errors='ignore')}~{digest}"


def alias_of(name: str) -> "exp.Expr":
    from sqlglot import exp

    return exp.TableAlias(this=exp.to_identifier(name, quoted=True))


def column(alias: str, name: str) -> "exp.Expr":
    from sqlglot import exp

    return exp.column(name, table=alias, quoted=True)


def constant(literal: Literal) -> "exp.Expr":
    from sqlglot import exp

    match literal.value:
        case bool() as value:
            return exp.true() if value else exp.false()
        case str() as value:
            return exp.Literal.string(value)
        case int() as value:
            return exp.Literal.number(value)
        case float() as value:
            return double(repr(value))
        case datetime() as value:
            return cast(exp.Literal.string(instant_text(value)), "TIMESTAMP")
        case value:
            return cast(exp.Literal.string(value.isoformat()), "DATE")


def cast(node: "exp.Expr", type_: str) -> "exp.Expr":
    """Cast without SQLGlot's own `cast`, which copies what it is given and parses the type's name."""
    from sqlglot import exp

    return exp.Cast(this=node, to=exp.DataType(this=exp.DataType.Type[type_]))


def double(written: str) -> "exp.Expr":
    """Cast from text: a bare `0.1` would be a decimal, and its cast may miss the nearest double."""
    from sqlglot import exp

    return cast(exp.Literal.string(written), "DOUBLE")


@cache
def comparators() -> "dict[Comparator, type[exp.Binary]]":
    from sqlglot import exp

    return {
        Comparator.EQUAL: exp.EQ,
        Comparator.UNEQUAL: exp.NEQ,
        Comparator.LESS: exp.LT,
        Comparator.AT_MOST: exp.LTE,
        Comparator.MORE: exp.GT,
        Comparator.AT_LEAST: exp.GTE,
    }


@cache
def template(text: str, dialect: Dialect) -> "tuple[exp.Expr, Counter[str]]":
    """Parse a text once; return it and how often it names each operand."""
    from sqlglot import exp, parse_one

    parsed = parse_one(text, dialect=dialect)
    return parsed, Counter(node.name for node in parsed.find_all(exp.Placeholder))


def is_plain(node: "exp.Expr") -> bool:
    """Tell whether an expression is a column or a constant, perhaps as another type."""
    from sqlglot import exp

    return isinstance(node.this if isinstance(node, exp.Cast) else node, exp.Column | exp.Literal)
