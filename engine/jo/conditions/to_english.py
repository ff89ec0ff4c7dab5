"""A condition as a plain English clause, for plans and explanations: readable first, exact enough to review.

`days_since(company.customer_since) <= 30` becomes "at most 30 days since company's customer_since". Nested
`and` and `or` are kept apart by "either … or …" and, where that is not enough, by parentheses.
"""

from jo.conditions.constants import instant_text
from jo.conditions.functions import FUNCTIONS, Function
from jo.conditions.tree import (
    And,
    Arithmetic,
    Between,
    Call,
    Comparator,
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
from jo.conditions.types import FieldType

_IS = {
    Comparator.EQUAL: "is",
    Comparator.UNEQUAL: "is not",
    Comparator.LESS: "is less than",
    Comparator.AT_MOST: "is at most",
    Comparator.MORE: "is more than",
    Comparator.AT_LEAST: "is at least",
}
_IS_DATE = _IS | {
    Comparator.LESS: "is before",
    Comparator.AT_MOST: "is not after",
    Comparator.MORE: "is after",
    Comparator.AT_LEAST: "is not before",
}
_AMOUNT = {
    Comparator.EQUAL: "exactly",
    Comparator.UNEQUAL: "any but",
    Comparator.LESS: "less than",
    Comparator.AT_MOST: "at most",
    Comparator.MORE: "more than",
    Comparator.AT_LEAST: "at least",
}
_FLIPPED = {
    Comparator.LESS: Comparator.MORE,
    Comparator.AT_MOST: Comparator.AT_LEAST,
    Comparator.MORE: Comparator.LESS,
    Comparator.AT_LEAST: Comparator.AT_MOST,
}
_NEGATED = {
    Comparator.EQUAL: Comparator.UNEQUAL,
    Comparator.UNEQUAL: Comparator.EQUAL,
    Comparator.LESS: Comparator.AT_LEAST,
    Comparator.AT_MOST: Comparator.MORE,
    Comparator.MORE: Comparator.AT_MOST,
    Comparator.AT_LEAST: Comparator.LESS,
}
_SIGNS = {
    Operator.PLUS: "plus",
    Operator.MINUS: "minus",
    Operator.TIMES: "times",
    Operator.OVER: "divided by",
}


def to_english(expr: Expr) -> str:
    """Return a clause without a capital or a period; `Condition.items` make a list of such clauses."""
    return _clause(expr)


def _clause(expr: Expr, *, holds: bool = True) -> str:
    """Say that a condition holds, or that it does not. Unknown is neither, in English as in SQL."""
    verb = "is" if holds else "is not"
    match expr:
        case And(items):
            words = [_within(item, holds=holds) for item in items]
            return " and ".join(words) if holds else _either(words)
        case Or(items):
            words = [_within(item, holds=holds) for item in items]
            return _either(words) if holds else " and ".join(words)
        case Not(item):
            return _clause(item, holds=not holds)
        case IsNull(subject):
            return f"{_value(subject)} is {'unknown' if holds else 'known'}"
        case Compare(by, left, right):
            return _compare(by if holds else _NEGATED[by], left, right)
        case In(subject, items):
            return f"{_value(subject)} {verb} {_one_of([_value(item) for item in items])}"
        case Between(subject, low, high):
            return f"{_value(subject)} {verb} between {_value(low)} and {_value(high)}"
        case Like(subject, pattern, any_case):
            looks = "looks like" if holds else "does not look like"
            return f"{_value(subject)} {looks} {_value(pattern)}{' in any case' if any_case else ''}"
        case Call() if (function := _function(expr)) and function.denies:
            return _call(expr, _phrase(function, expr, holds=holds))
        case Literal(FieldType.BOOLEAN, value):
            return "always" if bool(value) == holds else "never"
    return f"{_value(expr)} is {'true' if holds else 'false'}"


def _within(item: Expr, *, holds: bool) -> str:
    """Say an item of `and` or `or`; in parentheses when it is itself a list of more than one."""
    words = _clause(item, holds=holds)
    inner = item
    while isinstance(inner, Not):
        inner = inner.item
    return f"({words})" if isinstance(inner, And | Or) else words


def _either(words: list[str]) -> str:
    return ("either " if len(words) > 2 else "") + " or ".join(words)


def _one_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _compare(by: Comparator, left: Expr, right: Expr) -> str:
    if isinstance(left, Literal) and not isinstance(right, Literal):
        by, left, right = _FLIPPED.get(by, by), right, left
    if isinstance(left, Call) and (function := _function(left)) and function.measures:
        return f"{_AMOUNT[by]} {_value(right)} {_call(left, function.measures)}"
    if isinstance(right, Literal) and right.type is FieldType.BOOLEAN and not by.is_order:
        return _clause(left, holds=bool(right.value) == (by is Comparator.EQUAL))
    verbs = _IS_DATE if _is_date(left) or _is_date(right) else _IS
    return f"{_value(left)} {verbs[by]} {_value(right)}"


def _is_date(expr: Expr) -> bool:
    """Tell from the look of it, without a scope, whether a value is a date."""
    match expr:
        case Literal(FieldType.DATE | FieldType.TIMESTAMP):
            return True
        case Literal(FieldType.TEXT, str() as text):
            return len(text) >= 10 and text[:4].isdigit() and text[4] == text[7] == "-"
        case Call() if function := _function(expr):
            return function.forms[0].gives in (FieldType.DATE, FieldType.TIMESTAMP)
    return False


def _value(expr: Expr) -> str:
    match expr:
        case Path(words):
            owners = (f"{word}'" if word.endswith("s") else f"{word}'s" for word in words[:-1])
            return " ".join((*owners, words[-1]))
        case Literal():
            return _constant(expr)
        case Call(name):
            function = _function(expr)
            if function is None:
                return f"{name}({', '.join(map(_value, expr.arguments))})"
            said = _call(expr, _phrase(function, expr))
            return f"the moment when {said}" if function.moment else said
        case Arithmetic(by, left, right):
            return f"{_operand(left)} {_SIGNS[by]} {_operand(right)}"
        case Negate(operand):
            return f"-{_operand(operand)}"
    return f"({_clause(expr)})"


def _operand(expr: Expr) -> str:
    words = _value(expr)
    return f"({words})" if isinstance(expr, Arithmetic | Negate) else words


def _call(call: Call, phrase: str) -> str:
    if call.name == "count":
        source, *conditions = call.arguments
        rows = " by ".join(source.words) if isinstance(source, Path) else _value(source)
        return phrase.format(f"{rows} where {_clause(conditions[0])}" if conditions else rows)
    words = [_moment(argument) for argument in call.arguments]
    *most, last = words or [""]
    return phrase.format(*words, all=f"{', '.join(most)} and {last}" if most else last)


def _moment(argument: Expr) -> str:
    """Say a moment as a clause, which reads better behind `since`."""
    if isinstance(argument, Call) and (function := _function(argument)) and function.moment:
        return _call(argument, _phrase(function, argument))
    return _value(argument)


def _function(call: Call) -> Function | None:
    """Return the function of a call; None where it could not be one, for nothing here was checked."""
    function = FUNCTIONS.get(call.name)
    return function if function is not None and function.accepts(len(call.arguments)) else None


def _phrase(function: Function, call: Call, *, holds: bool = True) -> str:
    if function.in_full and len(call.arguments) == len(function.forms[0].takes):
        return function.in_full[0 if holds else 1]
    return function.says if holds else function.denies


def _constant(literal: Literal) -> str:
    value = literal.value
    if literal.type is FieldType.TIMESTAMP:
        return f"{instant_text(value)} UTC"  # type: ignore[arg-type]  # a timestamp literal holds a datetime
    if isinstance(value, str):
        plain = value != "" and value == value.strip() and value.isprintable() and "," not in value
        return value if plain else f"“{value}”"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
