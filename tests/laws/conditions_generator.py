"""Conditions at random and by enumeration, all well typed, as trees."""

import math
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from jo.conditions.constants import instant_text
from jo.conditions.functions import FUNCTIONS, Form, Function, Shape, Slot
from jo.conditions.tree import (
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
    Path,
    conjunction,
    disjunction,
)
from jo.conditions.types import FieldType, Place
from tests.laws.conditions_world import (
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    ODD_TEXTS,
    TEXT,
    TIMESTAMP,
    VIP,
    columns,
    contact,
    odd_value,
)

PATTERNS = ("%", "a%", "%a", "%_", "_", "", "%a%b%", "Ä_", "%'s", "\\%", "%\n%", "A%", "%ß%", "__%")
ORDERED = (TEXT, INTEGER, NUMBER, DATE, TIMESTAMP)
LISTED = tuple(function for function in FUNCTIONS.values() if Place.LIST in function.places)


def literal(type_: FieldType, value: Any) -> Expr:
    """Return a constant as it is written: with a minus in front where it is negative."""
    if type_ in (INTEGER, NUMBER) and math.copysign(1, value) < 0:
        return Negate(Literal(type_, -value))
    return Literal(type_, value)


# -- at random ---------------------------------------------------------------------------------------------


class Generator:
    """Grows conditions from a seed; the same seed gives the same conditions."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.namespace = "contact"

    def condition(self, depth: int = 3) -> Expr:
        choices: list[Callable[[int], Expr]] = [self._compare, self._in, self._between, self._like]
        choices += [self._is_null, self._boolean_call, self._boolean_leaf]
        if depth > 0:
            choices += [self._and, self._or, self._not, self._and, self._or]
        return self.chance.choice(choices)(depth - 1)

    def value(self, type_: FieldType, depth: int) -> Expr:
        if type_ is BOOLEAN:
            return self.condition(0) if depth > 0 and self.chance.random() < 0.3 else self._leaf(type_)
        if depth <= 0 or self.chance.random() < 0.6:
            return self._leaf(type_)
        if type_ is NUMBER and self.chance.random() < 0.5:
            return Arithmetic(
                self.chance.choice(tuple(Operator)), self._number(depth - 1), self._number(depth - 1)
            )
        if type_ in (INTEGER, NUMBER) and self.chance.random() < 0.2:
            return Negate(self.value(type_, depth - 1))
        return self._call(type_, depth - 1)

    def _leaf(self, type_: FieldType) -> Expr:
        if self.chance.random() < 0.35:
            value = odd_value(type_, self.chance, null=0)
            if type_ is TEXT and not value.isprintable():
                value = "plain"
            return literal(type_, value)
        column = self.chance.choice(columns(type_))
        if self.namespace == "contact" and self.chance.random() < 0.3:
            return self.chance.choice((Path(("company", column)), Path(("contact", "company", column))))
        if self.namespace == "contact" and type_ is TEXT and self.chance.random() < 0.1:
            return Path(("company", "rep", "name"))
        return Path((self.namespace, column))

    def _number(self, depth: int) -> Expr:
        return self.value(self.chance.choice((INTEGER, NUMBER)), depth)

    def _call(self, type_: FieldType, depth: int) -> Expr:
        fitting = [
            (function, form)
            for function in LISTED
            for form in function.forms
            if (type_ in form.takes if function.shape is Shape.SAME_TYPE else form.gives is type_)
            and (self.namespace == "contact" or not any(isinstance(slot, Slot) for slot in form.takes))
        ]
        if not fitting:
            return self._leaf(type_)
        function, form = self.chance.choice(fitting)
        if function.shape is Shape.SAME_TYPE:
            return Call(
                function.name, tuple(self.value(type_, depth) for _ in range(self.chance.randint(2, 3)))
            )
        return Call(function.name, tuple(self._arguments(function, form, depth)))

    def _arguments(self, function: Function, form: Form, depth: int) -> Iterator[Expr]:
        for slot in form.takes:
            match slot:
                case Slot.LIST:
                    yield Literal(TEXT, VIP)
                case Slot.SOURCE:
                    yield Path(("tickets",))
                case Slot.CONDITION:
                    if self.chance.random() < 0.8:
                        yield self._counted()
                case FieldType():
                    yield self.value(slot, depth)

    def _counted(self) -> Expr:
        self.namespace = "ticket"
        made = self.condition(1)
        self.namespace = "contact"
        return made

    def _operands(self, count: int, depth: int) -> tuple[Expr, ...]:
        """Return values that can be compared; in place of a date sometimes its text."""
        type_ = self.chance.choice(ORDERED)
        if type_ in (INTEGER, NUMBER):
            return tuple(self._number(depth) for _ in range(count))
        made = [self.value(type_, depth) for _ in range(count)]
        for index, operand in enumerate(made[1:], 1):
            if isinstance(operand, Literal) and self.chance.random() < 0.5:
                if type_ is DATE:
                    made[index] = Literal(TEXT, str(operand.value))
                elif isinstance(operand.value, datetime):
                    made[index] = Literal(TEXT, instant_text(operand.value))
        if type_ in (DATE, TIMESTAMP) and all(isinstance(m, Literal) for m in made):
            made[0] = self.value(type_, 0) if not isinstance(made[0], Literal) else made[0]
        return tuple(made)

    def _compare(self, depth: int) -> Expr:
        if self.chance.random() < 0.1:
            by = self.chance.choice((Comparator.EQUAL, Comparator.UNEQUAL))
            return Compare(by, self.value(BOOLEAN, depth), self.value(BOOLEAN, depth))
        return Compare(self.chance.choice(tuple(Comparator)), *self._operands(2, depth))

    def _in(self, depth: int) -> Expr:
        subject, *items = self._operands(self.chance.randint(2, 4), depth)
        return In(subject, tuple(items))

    def _between(self, depth: int) -> Expr:
        return Between(*self._operands(3, depth))

    def _like(self, depth: int) -> Expr:
        pattern = Literal(TEXT, self.chance.choice((*PATTERNS, *(f"%{text}%" for text in ODD_TEXTS[2:8]))))
        return Like(self.value(TEXT, depth), pattern, self.chance.random() < 0.5)

    def _is_null(self, depth: int) -> Expr:
        return IsNull(self.value(self.chance.choice(tuple(FieldType)), depth))

    def _boolean_call(self, depth: int) -> Expr:
        return self._call(BOOLEAN, depth)

    def _boolean_leaf(self, depth: int) -> Expr:
        return self._leaf(BOOLEAN)

    def _and(self, depth: int) -> Expr:
        return conjunction(self.condition(depth) for _ in range(self.chance.randint(2, 4)))

    def _or(self, depth: int) -> Expr:
        return disjunction(self.condition(depth) for _ in range(self.chance.randint(2, 4)))

    def _not(self, depth: int) -> Expr:
        return Not(self.condition(depth))


# -- every node with every type ----------------------------------------------------------------------------


def enumerated() -> Iterator[tuple[str, str, Expr]]:
    """Yield (node, types, expression) over a contact's fields, for every node and every type it takes."""
    for type_ in FieldType:
        one, two, three = map(contact, columns(type_))
        yield "path", type_, one
        yield "path over a reference", type_, Path(("company", columns(type_)[0]))
        yield "is null", type_, IsNull(one)
        yield "in", type_, In(one, (two, three))
        yield "in", type_, In(one, (two, two))
        for by in Comparator:
            if type_ is not BOOLEAN or not by.is_order:
                yield by, type_, Compare(by, one, two)
        if type_ is not BOOLEAN:
            yield "between", type_, Between(one, two, three)
    yield from _numbers()
    yield from _logic()
    for pattern in PATTERNS:
        yield "like", TEXT, Like(contact("text1"), Literal(TEXT, pattern))
        yield "ilike", TEXT, Like(contact("text1"), Literal(TEXT, pattern), any_case=True)
    for function in LISTED:
        yield from _calls(function)


def _numbers() -> Iterator[tuple[str, str, Expr]]:
    for left, right in ((INTEGER, INTEGER), (INTEGER, NUMBER), (NUMBER, INTEGER), (NUMBER, NUMBER)):
        first, second = contact(columns(left)[0]), contact(columns(right)[1])
        for operator in Operator:
            yield operator, f"{left}, {right}", Arithmetic(operator, first, second)
        if left is not right:
            for by in Comparator:
                yield by, f"{left}, {right}", Compare(by, first, second)
    for type_ in (INTEGER, NUMBER):
        yield "negate", type_, Negate(contact(columns(type_)[0]))


def _logic() -> Iterator[tuple[str, str, Expr]]:
    one, two, three = map(contact, columns(BOOLEAN))
    yield "not", BOOLEAN, Not(one)
    yield "and", BOOLEAN, conjunction((one, two, three))
    yield "or", BOOLEAN, disjunction((one, two, three))
    yield "and in or", BOOLEAN, disjunction((conjunction((one, two)), three))
    yield "is null", "condition", IsNull(conjunction((one, two)))


def _calls(function: Function) -> Iterator[tuple[str, str, Expr]]:
    name = f"{function.name}()"
    if function.name == "count":
        tickets = Path(("tickets",))
        yield name, "source", Call("count", (tickets,))
        for type_ in FieldType:
            known = Not(IsNull(Path(("ticket", columns(type_)[0]))))
            yield name, f"source, {type_}", Call("count", (tickets, known))
        return
    if function.name == "in_list":
        yield name, "list", Call("in_list", (Literal(TEXT, VIP),))
        return
    if function.shape is Shape.SAME_TYPE:
        for type_ in function.forms[0].takes:
            assert isinstance(type_, FieldType)
            yield name, type_, Call(function.name, tuple(map(contact, columns(type_))))
        yield name, "integer, number", Call(function.name, (contact("integer1"), contact("number2")))
        return
    for form in function.forms:
        types = [type_ for type_ in form.takes if isinstance(type_, FieldType)]
        arguments = tuple(contact(columns(type_)[index]) for index, type_ in enumerate(types))
        yield name, ", ".join(types), Call(function.name, arguments)
        if types == [NUMBER]:
            yield name, INTEGER, Call(function.name, (contact("integer1"),))
