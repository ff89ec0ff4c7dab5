"""One pass over all conditions and times of a project, for all rules about them.

Each is checked as it is written, so that a fault lies at its characters. Equal texts in one scope are checked
once, however many resources repeat them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jo.checks.rule import At, Found
from jo.checks.scopes import Scopes
from jo.conditions.check import check_condition
from jo.conditions.condition import PathFault
from jo.conditions.instants import check_time
from jo.conditions.types import Scope
from jo.diagnostics.codes import (
    DANGLING_REFERENCE,
    MISTYPED_CONDITION,
    NULL_COMPARISON,
    UNKNOWN_FIELD,
    UNKNOWN_FUNCTION,
    Code,
)
from jo.diagnostics.span import Path
from jo.graph.expressions import conditions, times
from jo.model.address import Address
from jo.model.project import Resource

Written = Callable[[Address], Mapping[str, Any]]
_LABELS = {
    DANGLING_REFERENCE: "does not exist",
    UNKNOWN_FIELD: "not declared",
    MISTYPED_CONDITION: "types do not fit",
    NULL_COMPARISON: "overlooks NULL",
    UNKNOWN_FUNCTION: "cannot be called here",
}
Check = Callable[[Any, Scope], tuple[PathFault, ...]]


def expression_faults(
    resources: Iterable[Resource], scopes: Scopes, written: Written
) -> Iterator[tuple[Code, Found]]:
    """Yield the faults, each with its code, by resource and then in the order of its file."""
    known: dict[tuple[Check, int, type, str], tuple[PathFault, ...]] = {}
    for resource in resources:
        document = written(resource.address)
        for path, check in _places(resource):
            raw = _value(document, path)
            text = raw if isinstance(raw, str) else repr(raw)
            scope = scopes.of(resource, path, text)
            if scope is None:
                continue
            key = (check, id(scope), type(raw), text)
            faults = known.get(key)
            if faults is None:
                faults = known[key] = check(raw, scope)
            for each in faults:
                yield each.fault.code, _found(resource.address, (*path, *each.path), each)


def _places(resource: Resource) -> Iterator[tuple[Path, Check]]:
    for path, _ in conditions(resource):
        yield path, check_condition
    for path, _ in times(resource):
        yield path, _check_time


def _check_time(raw: Any, scope: Scope) -> tuple[PathFault, ...]:
    return tuple(PathFault((), fault) for fault in check_time(str(raw), scope))


def _value(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def _found(address: Address, path: Path, each: PathFault) -> Found:
    fault = each.fault
    return Found(
        at=At(address=address, path=path, start=fault.start, end=fault.end),
        label=_LABELS[fault.code],
        detail=fault.detail,
        help=fault.help,
        severity=fault.severity,
    )
