"""The normal text of a tree: one spelling for each, which reads back as the same tree.

Keywords are lower case, `<>` is `!=`, and parentheses stand where the tree needs them, around an `and`
within an `or`, and around conditions that are operands of a comparison.
"""

from datetime import date, datetime
from functools import lru_cache

from jo.conditions.constants import instant_text
from jo.conditions.tree import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Expr,
    In,
    IsNull,
    Like,
    Literal,
    Negate,
    Not,
    Operator,
    Or,
    Path,
)

# How tightly a node holds its parts together; a part that holds less tightly needs parentheses.
_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _LEAF = range(8)


@lru_cache(maxsize=16_384)
def to_text(expr: Expr) -> str:
    """Return the normal text of a condition or of any part of one."""
    match expr:
        case Literal():
            return _literal(expr)
        case Path():
            return str(expr)
        case Call(name, arguments):
            return f"{name}({', '.join(map(to_text, arguments))})"
        case Compare(by, left, right):
            return f"{_within(left, _SUM)} {by} {_within(right, _SUM)}"
        case In(subject, items):
            return f"{_within(subject, _SUM)} in ({', '.join(map(to_text, items))})"
        case Between(subject, low, high):
            return f"{_within(subject, _SUM)} between {_within(low, _SUM)} and {_within(high, _SUM)}"
        case Like(subject, pattern, any_case):
            return f"{_within(subject, _SUM)} {'ilike' if any_case else 'like'} {_within(pattern, _SUM)}"
        case IsNull(subject):
            return f"{_within(subject, _LEAF)} is null"
        case Not(item):
            return _not(item)
        case And(items):
            return " and ".join(_within(item, _NOT) for item in items)
        case Or(items):
            return " or ".join(_within(item, _NOT) for item in items)
        case Arithmetic(by, left, right):
            own = _strength(expr)
            return f"{_within(left, own)} {by} {_within(right, own + 1)}"
        case Negate(operand):
            return f"-{_within(operand, _LEAF)}"


def _not(item: Expr) -> str:
    match item:
        case IsNull(subject):
            return f"{_within(subject, _LEAF)} is not null"
        case In(subject, items):
            return f"{_within(subject, _SUM)} not in ({', '.join(map(to_text, items))})"
        case Between(subject, low, high):
            return f"{_within(subject, _SUM)} not between {_within(low, _SUM)} and {_within(high, _SUM)}"
        case Like(subject, pattern, any_case):
            word = "ilike" if any_case else "like"
            return f"{_within(subject, _SUM)} not {word} {_within(pattern, _SUM)}"
    return f"not {_within(item, _LEAF)}"


def _within(expr: Expr, least: int) -> str:
    text = to_text(expr)
    return text if _strength(expr) >= least else f"({text})"


def _strength(expr: Expr) -> int:
    match expr:
        case Or():
            return _OR
        case And():
            return _AND
        case Not():
            return _NOT
        case Compare() | In() | Between() | Like() | IsNull():
            return _COMPARISON
        case Arithmetic(by):
            return _SUM if by in (Operator.PLUS, Operator.MINUS) else _PRODUCT
        case Negate():
            return _SIGN
        case Literal() | Path() | Call():
            return _LEAF


def _literal(literal: Literal) -> str:
    match literal.value:
        case bool() as value:
            return "true" if value else "false"
        case str() as value:
            return "'" + value.replace("'", "''") + "'"
        case datetime() as value:
            return f"timestamp '{instant_text(value)}'"
        case date() as value:
            return f"date '{value.isoformat()}'"
        case value:
            return repr(value)
