"""The tree of a condition: our own small set of nodes, plain hashable values.

Two conditions are the same exactly when their trees are equal; so a tree holds no positions, no
formatting and no types. `and` and `or` are flat: an `And` is never an item of an `And`. NULL stands in
`is null` only, which has a node of its own, so that no other node ever holds a NULL written by hand.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from jo.conditions.types import FieldType

Value = str | int | float | bool | date | datetime
"""What a field may hold besides NULL. Instants are aware and UTC, numbers finite, integers within 2^53."""


class Comparator(StrEnum):
    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="

    @property
    def is_order(self) -> bool:
        return self not in (Comparator.EQUAL, Comparator.UNEQUAL)


class Operator(StrEnum):
    """Arithmetic, always on doubles; out of range and division by zero give NULL."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. The type keeps `1`, `1.0` and `true` apart, which Python takes for equal."""

    type: FieldType
    value: Value


@dataclass(frozen=True, slots=True)
class Path:
    """A field: a namespace, then fields, each but the last a reference, such as `contact.rep.first_name`."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.words)


@dataclass(frozen=True, slots=True)
class Compare:
    by: Comparator
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class In:
    subject: "Expr"
    items: tuple["Expr", ...]
    """At least one."""


@dataclass(frozen=True, slots=True)
class Between:
    """Both ends belong to it, as in SQL."""

    subject: "Expr"
    low: "Expr"
    high: "Expr"


@dataclass(frozen=True, slots=True)
class Like:
    """`%` is any text, `_` any one code point; there is no escape character."""

    subject: "Expr"
    pattern: "Expr"
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class IsNull:
    subject: "Expr"


@dataclass(frozen=True, slots=True)
class Not:
    item: "Expr"


@dataclass(frozen=True, slots=True)
class And:
    items: tuple["Expr", ...]
    """At least two, none of them an `And`. Made by `conjunction`."""


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple["Expr", ...]
    """At least two, none of them an `Or`. Made by `disjunction`."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    by: Operator
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Negate:
    operand: "Expr"


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple["Expr", ...]


Expr = Literal | Path | Compare | In | Between | Like | IsNull | Not | And | Or | Arithmetic | Negate | Call

TRUE = Literal(FieldType.BOOLEAN, True)
FALSE = Literal(FieldType.BOOLEAN, False)


def conjunction(items: Iterable[Expr]) -> Expr:
    """Join items by `and`, flattened; of none it is true."""
    flat = [inner for item in items for inner in (item.items if isinstance(item, And) else (item,))]
    return And(tuple(flat)) if len(flat) > 1 else flat[0] if flat else TRUE


def disjunction(items: Iterable[Expr]) -> Expr:
    """Join items by `or`, flattened; of none it is false."""
    flat = [inner for item in items for inner in (item.items if isinstance(item, Or) else (item,))]
    return Or(tuple(flat)) if len(flat) > 1 else flat[0] if flat else FALSE


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the parts of a node, in the order in which they are written."""
    match expr:
        case Literal() | Path():
            return ()
        case Compare(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case In(subject, items):
            return (subject, *items)
        case Between(subject, low, high):
            return (subject, low, high)
        case Like(subject, pattern):
            return (subject, pattern)
        case IsNull(item) | Not(item) | Negate(item):
            return (item,)
        case And(items) | Or(items) | Call(_, items):
            return items


def depth(expr: Expr) -> int:
    """Return the number of levels, 1 for a leaf."""
    return 1 + max(map(depth, children(expr)), default=0)


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield the node and all below it, in the order in which they are written."""
    yield expr
    for child in children(expr):
        yield from walk(child)
