"""Check conditions against what is declared: fields, types, functions and where they may stand, names, NULLs.

Only a condition without errors is asked about its NULLs. Conditions of one list know of each other:
`[x is not null, x != 'a']` speaks of the NULL as one text with `and` does.
"""

from collections.abc import Mapping

from jo.conditions.checker import Checker
from jo.conditions.condition import Condition, PathFault
from jo.conditions.fault import Fault
from jo.conditions.nulls import Guarded, guards, may_be_null, null_fault
from jo.conditions.parse import Parsed, parse
from jo.conditions.types import Scope
from jo.diagnostics.codes import Severity
from jo.diagnostics.span import Path as KeyPath


def check(
    condition: Parsed | Condition, scope: Scope, *, guarded: Guarded = frozenset()
) -> tuple[Fault, ...]:
    """Return the faults of one text, or of a condition's normal text, by position; offsets are in that text.

    A text that could not be parsed gives its own faults. `guarded` are fields whose NULL is spoken of beside.
    """
    parsed = parse(condition.text) if isinstance(condition, Condition) else condition
    if parsed.expr is None:
        return parsed.faults
    checker = Checker(parsed, scope)
    checker.condition(parsed.expr)
    if all(fault.severity is Severity.WARNING for fault in checker.faults):
        checker.report_nulls(parsed.expr, guarded)
    return tuple(sorted(checker.faults, key=lambda fault: (fault.start, fault.end)))


def check_condition(raw: object, scope: Scope) -> tuple[PathFault, ...]:
    """Check a condition as YAML writes it (a text, a list, a map), each text at its path.

    Reports what stands in the texts; what `parse_condition` says about the form is not repeated.
    """
    faults: list[PathFault] = []
    _check_form(raw, (), scope, frozenset(), faults, negated=False)
    return tuple(faults)


def _check_form(
    raw: object, path: KeyPath, scope: Scope, guarded: Guarded, faults: list[PathFault], *, negated: bool
) -> None:
    match raw:
        case str():
            parsed = parse(raw)
            if parsed.expr is None:
                return
            found = list(check(parsed, scope, guarded=guarded))
            if negated and not found and (unknown := may_be_null(parsed.expr, scope, guarded)) is not None:
                found.append(null_fault(unknown, "not", 0, len(raw)))
            faults += (PathFault(path, fault) for fault in found)
        case list() | tuple():
            _check_list(raw, path, scope, guarded, faults, negated=negated, any_of_them=False)
        case Mapping():
            for key, inner in raw.items():
                if key == "not":
                    _check_form(inner, (*path, "not"), scope, guarded, faults, negated=True)
                elif isinstance(inner, list | tuple):
                    within = (*path, str(key))
                    _check_list(
                        inner, within, scope, guarded, faults, negated=negated, any_of_them=key == "any"
                    )


def _check_list(
    items: list[object] | tuple[object, ...],
    path: KeyPath,
    scope: Scope,
    guarded: Guarded,
    faults: list[PathFault],
    *,
    negated: bool,
    any_of_them: bool,
) -> None:
    texts = [parse(item) for item in items if isinstance(item, str)]
    exprs = [parsed.expr for parsed in texts if parsed.expr is not None]
    aware = guarded | guards(exprs, any_of_them=any_of_them)
    for index, item in enumerate(items):
        _check_form(item, (*path, index), scope, aware, faults, negated=negated)
