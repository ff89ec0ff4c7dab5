"""Where a negation overlooks NULL: people whose field is unknown are left out, though `not` sounds like them.

In SQL a comparison with NULL is unknown, its negation too, and unknown counts as false. That is a surprise
only in `!=`, `not in` and `not`, so only these are reported, and only where nothing beside them speaks of
the NULL: `x is null or x != 'a'` and `x is not null and x != 'a'` both say what they mean.
"""

from collections.abc import Iterable

from jo.conditions.fault import Fault
from jo.conditions.functions import FUNCTIONS, Nulls
from jo.conditions.paths import Column, find_column
from jo.conditions.to_text import to_text
from jo.conditions.tree import (
    And,
    Between,
    Call,
    Comparator,
    Compare,
    Expr,
    In,
    IsNull,
    Like,
    Not,
    Or,
    Path,
    children,
)
from jo.conditions.types import Scope
from jo.diagnostics.codes import NULL_COMPARISON, Severity

Guarded = frozenset[Expr]
"""Fields whose NULL is spoken of by something beside."""


def blind_spots(expr: Expr, scope: Scope, guarded: Guarded = frozenset()) -> list[tuple[Expr, Expr]]:
    """Return each negation that overlooks a NULL, with the field or moment that may be NULL."""
    match expr:
        case And(items) | Or(items):
            aware = guarded | guards(items, any_of_them=isinstance(expr, Or))
            return [found for item in items for found in blind_spots(item, scope, aware)]
        case Not(item):
            unknown = may_be_null(item, scope, guarded)
            return [(expr, unknown)] if unknown is not None else []
        case Compare(Comparator.UNEQUAL):
            unknown = may_be_null(expr, scope, guarded)
            return [(expr, unknown)] if unknown is not None else []
    return []


def guards(items: Iterable[Expr], *, any_of_them: bool) -> Guarded:
    """Return the fields whose NULL these items, joined by `and` (or by `or`), decide by themselves."""
    found: set[Expr] = set()
    for item in items:
        match item:
            case IsNull(subject) if any_of_them:
                found.add(subject)
            case Not(IsNull(subject)) if not any_of_them:
                found.add(subject)
            case Compare(by, left, right) if not any_of_them and by is not Comparator.UNEQUAL:
                found |= {left, right}
            case In(subject) | Between(subject) | Like(subject) if not any_of_them:
                found.add(subject)
    return frozenset(found)


def may_be_null(
    expr: Expr, scope: Scope, guarded: Guarded = frozenset(), *, boolean: bool = True
) -> Expr | None:
    """Return the first field or moment that can make the expression NULL; None when none can."""
    if expr in guarded:
        return None
    match expr:
        case Path(words):
            column = find_column(words, scope)
            return expr if isinstance(column, Column) and column.nullable else None
        case IsNull():
            return None
        case And(items) | Or(items):
            aware = guarded | guards(items, any_of_them=isinstance(expr, Or))
            return _first(items, scope, aware, boolean=True)
        case Not(item):
            return may_be_null(item, scope, guarded)
        case Call(name, arguments):
            match FUNCTIONS[name].nulls:
                case Nulls.NEVER:
                    return None
                case Nulls.UNTIL:
                    return None if boolean else expr
                case Nulls.SKIPPED:
                    unknown = [may_be_null(item, scope, guarded, boolean=False) for item in arguments]
                    return unknown[0] if all(item is not None for item in unknown) else None
    return _first(children(expr), scope, guarded, boolean=False)


def _first(items: Iterable[Expr], scope: Scope, guarded: Guarded, *, boolean: bool) -> Expr | None:
    found = (may_be_null(item, scope, guarded, boolean=boolean) for item in items)
    return next((item for item in found if item is not None), None)


def null_fault(unknown: Expr, word: str, start: int, end: int) -> Fault:
    name = to_text(unknown)
    return Fault(
        NULL_COMPARISON,
        f"`{name}` may be NULL. Where it is, `{word}` is unknown, which counts as false.",
        f"Add `or {name} is null` if these are meant too, or `and {name} is not null` if they are not.",
        start,
        end,
        Severity.WARNING,
    )
