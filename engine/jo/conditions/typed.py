"""Types of a checked tree, and the tree with what its types imply spelled out, for both back ends.

`settled` leaves a tree in which types are all that is left to know: a text in quotes beside a date has
become a date, and a moment in boolean position (`sent('hello')`) has become `is not null`. Both back ends
start from it, so neither has rules of its own. Everything here expects a condition that `check` accepts.
"""

from collections.abc import Iterable

from jo.conditions.constants import parse_date, parse_instant
from jo.conditions.functions import FUNCTIONS, Form, Function, Shape, Slot
from jo.conditions.paths import Column, find_column
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
    Or,
    Path,
    conjunction,
    disjunction,
)
from jo.conditions.types import FieldType, Scope

NUMERIC = frozenset({FieldType.INTEGER, FieldType.NUMBER})


def common_type(types: Iterable[FieldType | None]) -> FieldType | None:
    """Return the type that values of these types are compared in; None when there is none.

    An INTEGER becomes a NUMBER beside one. A None among them is skipped.
    """
    known = {type_ for type_ in types if type_ is not None}
    if len(known) == 1:
        return next(iter(known))
    return FieldType.NUMBER if known == NUMERIC else None


def as_date(literal: Expr, wanted: FieldType) -> Literal | None:
    """Return a text literal as the date or timestamp it spells; None when it spells none."""
    if not isinstance(literal, Literal) or literal.type is not FieldType.TEXT:
        return None
    text = str(literal.value)
    if wanted is FieldType.DATE and (day := parse_date(text)) is not None:
        return Literal(wanted, day)
    if wanted is FieldType.TIMESTAMP and (instant := parse_instant(text)) is not None:
        return Literal(wanted, instant)
    return None


def dated(operands: Iterable[Expr], types: Iterable[FieldType | None]) -> tuple[Expr, ...]:
    """Return operands that are compared with each other, texts among them read as dates where others are."""
    operands = tuple(operands)
    wanted = {FieldType.DATE, FieldType.TIMESTAMP}.intersection(type_ for type_ in types if type_ is not None)
    if len(wanted) != 1:
        return operands
    [type_] = wanted
    return tuple(as_date(operand, type_) or operand for operand in operands)


def fitting_form(function: Function, types: tuple[FieldType | None, ...]) -> Form | None:
    """Return the form that takes values of these types; None stands for an argument that is a slot."""
    for form in function.forms:
        if all(
            isinstance(wanted, Slot) or type_ is None or takes(wanted, type_)
            for wanted, type_ in zip(form.takes, types, strict=False)
        ):
            return form
    return None


def takes(wanted: FieldType, type_: FieldType) -> bool:
    return wanted is type_ or (wanted is FieldType.NUMBER and type_ is FieldType.INTEGER)


def type_of(expr: Expr, scope: Scope) -> FieldType:
    """Return the type of a checked expression."""
    match expr:
        case Literal(type_):
            return type_
        case Path(words):
            column = find_column(words, scope)
            if not isinstance(column, Column):
                raise ValueError(f"{expr} is not declared; check comes before compiling")
            return column.field.type
        case Arithmetic():
            return FieldType.NUMBER
        case Negate(operand):
            return type_of(operand, scope)
        case Call(name, arguments):
            if FUNCTIONS[name].shape is Shape.SAME_TYPE:
                return _common(arguments, scope)
            return form_of(expr, scope).gives
        case _:
            return FieldType.BOOLEAN


def form_of(call: Call, scope: Scope) -> Form:
    """Return the form of its function that a checked call uses."""
    function = FUNCTIONS[call.name]
    if len(function.forms) == 1:
        return function.forms[0]
    form = fitting_form(function, tuple(type_of(argument, scope) for argument in call.arguments))
    if form is None:
        raise ValueError(f"{call.name} does not take these types; check comes before compiling")
    return form


def _common(operands: Iterable[Expr], scope: Scope) -> FieldType:
    found = common_type(type_of(operand, scope) for operand in operands)
    if found is None:
        raise ValueError("there is no common type; check comes before compiling")
    return found


def settled(expr: Expr, scope: Scope, *, boolean: bool = True) -> Expr:
    """Return the tree with dates and moments spelled out; a `count`, with its own scope, stays as it is."""

    def value(part: Expr) -> Expr:
        return settled(part, scope, boolean=False)

    def together(*parts: Expr) -> tuple[Expr, ...]:
        inner = tuple(map(value, parts))
        return dated(inner, [type_of(part, scope) for part in inner])

    match expr:
        case Literal() | Path():
            return expr
        case Call(name, arguments):
            function = FUNCTIONS[name]
            if name == "count":
                return expr
            if function.shape is Shape.SAME_TYPE:
                return Call(name, together(*arguments))
            read = (_argument(function, index, value(part)) for index, part in enumerate(arguments))
            call = Call(name, tuple(read))
            return Not(IsNull(call)) if boolean and function.moment else call
        case Compare(by, left, right):
            return Compare(by, *together(left, right))
        case In(subject, items):
            first, *others = together(subject, *items)
            return In(first, tuple(others))
        case Between(subject, low, high):
            return Between(*together(subject, low, high))
        case Like(subject, pattern, any_case):
            return Like(value(subject), pattern, any_case)
        case IsNull(subject):
            return IsNull(value(subject))
        case Not(item):
            return Not(settled(item, scope))
        case And(items):
            return conjunction(settled(item, scope) for item in items)
        case Or(items):
            return disjunction(settled(item, scope) for item in items)
        case Arithmetic(by, left, right):
            return Arithmetic(by, value(left), value(right))
        case Negate(operand):
            return Negate(value(operand))


def _argument(function: Function, index: int, argument: Expr) -> Expr:
    """Read a text as a date where only a date can stand: `days_since('2026-01-01')`."""
    if any(form.takes[index] is FieldType.TEXT for form in function.forms):
        return argument
    for form in function.forms:
        wanted = form.takes[index]
        if isinstance(wanted, FieldType) and (found := as_date(argument, wanted)) is not None:
            return found
    return argument
