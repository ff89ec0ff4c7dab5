"""Which resources refer to which: by a property, and by a name within a condition.

What properties name is the model's knowledge (`jo.model.references`); what conditions name follows from the
table of functions: `in_list('admins')` refers to a power list because that is what its parameter is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from jo.conditions.condition import Condition
from jo.conditions.functions import FUNCTIONS, Slot
from jo.conditions.tree import Call, Literal, Path, walk
from jo.graph.expressions import conditions
from jo.model.address import Address, Kind
from jo.model.project import Project

_KINDS = {
    Slot.EVENT: Kind.EVENT,
    Slot.LIST: Kind.POWER_LIST,
    Slot.TEMPLATE: Kind.TEMPLATE,
    Slot.PROGRAM: Kind.PROGRAM,
    Slot.SOURCE: Kind.SOURCE,
}


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    source: Address
    target: Address


def references(project: Project, root: Address | None = None) -> tuple[Reference, ...]:
    """Return who refers to whom, sorted; with a root, only what it refers to, directly or through others.

    A target need not exist; nothing refers to itself.
    """
    starts = project.resources if root is None else [root]
    found: dict[Address, tuple[Address, ...]] = {}
    pending = [address for address in starts if address in project.resources]
    while pending:
        address = pending.pop()
        if address not in found:
            targets = (*_by_properties(project, address), *_by_conditions(project, address))
            found[address] = tuple(target for target in dict.fromkeys(targets) if target != address)
            pending += (target for target in found[address] if target in project.resources)
    return tuple(sorted(Reference(source, target) for source, targets in found.items() for target in targets))


def unreferred(project: Project, candidates: Iterable[Address]) -> frozenset[Address]:
    """Return the candidates that no other resource refers to.

    Conditions are only read for what no property names.
    """
    rest = set(candidates)
    for targets in (_by_properties, _by_conditions):
        for address in project.resources if rest else ():
            found = [target for target in targets(project, address) if target in rest]
            rest.difference_update(target for target in found if target != address)
    return frozenset(rest)


def _by_properties(project: Project, address: Address) -> Iterator[Address]:
    return (target for _, target in project.references[address])


def _by_conditions(project: Project, address: Address) -> Iterator[Address]:
    return (target for _, condition in conditions(project.resources[address]) for target in named(condition))


@lru_cache(maxsize=16_384)
def named(condition: Condition) -> tuple[Address, ...]:
    """Return the resources that a condition names, in order of appearance."""
    found = []
    for node in walk(condition.expr):
        function = FUNCTIONS.get(node.name) if isinstance(node, Call) else None
        if function is None or not isinstance(node, Call):
            continue
        for slot, argument in zip(function.forms[0].takes, node.arguments, strict=False):
            kind = _KINDS.get(slot) if isinstance(slot, Slot) else None
            match argument:
                case Literal(value=str(name)) if kind is not None:
                    found.append(Address(kind, name))
                case Path(words) if kind is Kind.SOURCE:
                    found.append(Address(kind, words[0]))
    return tuple(found)
