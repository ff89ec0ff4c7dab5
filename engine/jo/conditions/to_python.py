"""From a checked condition to a Python closure over one person's facts, in SQL's three-valued logic.

Each node becomes a function of the facts that returns its value, None for NULL. What can be decided once is
decided while compiling: types, constants, patterns, the way to a column. Comparisons, `and`, `or` and `not`
follow the truth tables of SQL: unknown yields to what decides alone and is kept otherwise.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

from jo.conditions import text
from jo.conditions.facts import Facts
from jo.conditions.functions import FUNCTIONS, Nulls, count_key
from jo.conditions.paths import Column, find_column
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
from jo.conditions.typed import form_of, settled
from jo.conditions.types import Scope

Predicate = Callable[[Facts], bool | None]
Getter = Callable[[Facts], Any]

_COMPARATORS: dict[Comparator, Callable[[Any, Any], bool]] = {
    Comparator.EQUAL: operator.eq,
    Comparator.UNEQUAL: operator.ne,
    Comparator.LESS: operator.lt,
    Comparator.AT_MOST: operator.le,
    Comparator.MORE: operator.gt,
    Comparator.AT_LEAST: operator.ge,
}
_OPERATORS: dict[Operator, Callable[[float, float], float]] = {
    Operator.PLUS: operator.add,
    Operator.MINUS: operator.sub,
    Operator.TIMES: operator.mul,
    Operator.OVER: operator.truediv,
}


def compile_condition(expr: Expr, scope: Scope) -> Predicate:
    """Compile a checked condition; the closure returns None for unknown."""
    return _compile(settled(expr, scope), scope)


def compile_value(expr: Expr, scope: Scope) -> Getter:
    """Compile any checked expression, such as a field; the closure returns None for NULL."""
    return _compile(settled(expr, scope, boolean=False), scope)


def _compile(expr: Expr, scope: Scope) -> Getter:
    match expr:
        case Literal(_, value):
            return lambda facts: value
        case Path(words):
            return _path(words, scope)
        case Call():
            return _call(expr, scope)
        case Compare(by, left, right):
            return _compare(by, left, right, scope)
        case In(subject, items):
            return _in(subject, items, scope)
        case Between(subject, low, high):
            first = _compare(Comparator.AT_LEAST, subject, low, scope)
            return _and((first, _compare(Comparator.AT_MOST, subject, high, scope)))
        case Like(subject, pattern, any_case):
            return _like(subject, pattern, scope, any_case=any_case)
        case IsNull(subject):
            value_of = _compile(subject, scope)
            return lambda facts: value_of(facts) is None
        case Not(item):
            return _not(_compile(item, scope))
        case And(items):
            return _and(tuple(_compile(item, scope) for item in items))
        case Or(items):
            return _or(tuple(_compile(item, scope) for item in items))
        case Arithmetic(sign, left, right):
            return _arithmetic(_OPERATORS[sign], _compile(left, scope), _compile(right, scope))
        case Negate(operand):
            return _negate(_compile(operand, scope))


def _path(words: tuple[str, ...], scope: Scope) -> Getter:
    column = find_column(words, scope)
    if not isinstance(column, Column):
        raise ValueError(
            f"{'.'.join(words)} is not declared; conditions are checked before they are compiled"
        )
    namespace, name, hops = column.namespace, column.name, column.hops
    if not hops:

        def read(facts: Facts) -> Any:
            row = facts.row(namespace)
            return None if row is None else row.get(name)

        return read

    def follow(facts: Facts) -> Any:
        row = facts.row(namespace)
        for reference, table in hops:
            key = None if row is None else row.get(reference)
            row = None if key is None else facts.lookup(table, key)
        return None if row is None else row.get(name)

    return follow


def _compare(by: Comparator, left: Expr, right: Expr, scope: Scope) -> Predicate:
    compare, left_of = _COMPARATORS[by], _compile(left, scope)
    if isinstance(right, Literal):
        constant: Any = right.value

        def compare_constant(facts: Facts) -> bool | None:
            value = left_of(facts)
            return None if value is None else compare(value, constant)

        return compare_constant
    right_of = _compile(right, scope)

    def compare_values(facts: Facts) -> bool | None:
        first, second = left_of(facts), right_of(facts)
        return None if first is None or second is None else compare(first, second)

    return compare_values


def _in(subject: Expr, items: tuple[Expr, ...], scope: Scope) -> Predicate:
    value_of = _compile(subject, scope)
    constants = frozenset(item.value for item in items if isinstance(item, Literal))
    others = tuple(_compile(item, scope) for item in items if not isinstance(item, Literal))

    def is_in(facts: Facts) -> bool | None:
        value = value_of(facts)
        if value is None:
            return None
        if value in constants:
            return True
        found: bool | None = False
        for other in others:
            candidate = other(facts)
            if candidate is None:
                found = None
            elif candidate == value:
                return True
        return found

    return is_in


def _like(subject: Expr, pattern: Expr, scope: Scope, *, any_case: bool) -> Predicate:
    assert isinstance(pattern, Literal)
    written = str(pattern.value)
    matches = text.like(text.lower(written) if any_case else written)
    value_of = _compile(subject, scope)

    def is_like(facts: Facts) -> bool | None:
        value = value_of(facts)
        if value is None:
            return None
        return matches(text.lower(value) if any_case else value)

    return is_like


def _not(item: Predicate) -> Predicate:
    def negated(facts: Facts) -> bool | None:
        value = item(facts)
        return None if value is None else not value

    return negated


def _and(items: tuple[Predicate, ...]) -> Predicate:
    def all_hold(facts: Facts) -> bool | None:
        found: bool | None = True
        for item in items:
            value = item(facts)
            if value is False:
                return False
            if value is None:
                found = None
        return found

    return all_hold


def _or(items: tuple[Predicate, ...]) -> Predicate:
    def one_holds(facts: Facts) -> bool | None:
        found: bool | None = False
        for item in items:
            value = item(facts)
            if value:
                return True
            if value is None:
                found = None
        return found

    return one_holds


def _arithmetic(compute: Callable[[float, float], float], left: Getter, right: Getter) -> Getter:
    def computed(facts: Facts) -> float | None:
        first, second = left(facts), right(facts)
        if first is None or second is None:
            return None
        try:
            result = compute(float(first), float(second))
        except ZeroDivisionError:
            return None
        return result if math.isfinite(result) else None

    return computed


def _negate(operand: Getter) -> Getter:
    def negated(facts: Facts) -> Any:
        value = operand(facts)
        return None if value is None else -value

    return negated


def _call(call: Call, scope: Scope) -> Getter:
    function = FUNCTIONS[call.name]
    python = form_of(call, scope).python
    if call.name == "count":
        key = count_key(call)
        return lambda facts: python(facts, key)
    arguments = tuple(_compile(argument, scope) for argument in call.arguments)
    if function.nulls is not Nulls.PROPAGATE:
        return lambda facts: python(facts, *[argument(facts) for argument in arguments])
    if len(arguments) == 1:
        [only] = arguments

        def call_one(facts: Facts) -> Any:
            value = only(facts)
            return None if value is None else python(facts, value)

        return call_one

    def call_many(facts: Facts) -> Any:
        values = [argument(facts) for argument in arguments]
        return None if None in values else python(facts, *values)

    return call_many
