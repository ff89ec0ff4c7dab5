"""Changes: a sum type of what can happen to one resource, and how each is classed.

Kind and reach are computed from the parts that differ, never asked. Where less cannot be proved, more is
said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, assert_never

from jo.model.address import Kind
from jo.model.canonical import Part
from jo.plan.state import SETTINGS, Spec, digest


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    RETIRE = "retire"
    DELETE = "delete"


class ChangeKind(IntEnum):
    """How grave a change is, in this order."""

    COSMETIC = 0
    CONTENT = 1
    BEHAVIOR = 2
    DESTRUCTIVE = 3

    def __str__(self) -> str:
        return self.name.lower()


class Reach(IntEnum):
    """Whom a change touches, in this order."""

    NONE = 0
    FUTURE_ENTRANTS = 1
    PENDING_SENDS = 2
    PEOPLE_INSIDE = 3

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """New in git, or back in git after it was retired."""

    after: Spec
    before: Spec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    before: Spec
    after: Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """Gone from git: no new entries, people finish, an outreach's pending mail is withdrawn."""

    before: Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Gone from git with a permit: nobody is left inside, the address is free."""

    before: Spec
    permit: str


Change = Create | Update | Retire | Delete


def described(change: Change) -> Spec:
    """Return the spec that says best what the change is about: the new one, else the one that goes."""
    return change.after if isinstance(change, Create | Update) else change.before


def address(change: Change) -> str:
    return described(change).address


def action(change: Change) -> Action:
    match change:
        case Create():
            return Action.CREATE
        case Update():
            return Action.UPDATE
        case Retire():
            return Action.RETIRE
        case Delete():
            return Action.DELETE
        case _:
            assert_never(change)


def fingerprints(change: Change) -> tuple[str | None, str | None]:
    """Return the whole fingerprints before and after; None where there is none."""
    before = change.before.fingerprints.whole if change.before is not None else None
    after = change.after.fingerprints.whole if isinstance(change, Create | Update) else None
    return before, after


def change_digest(change: Change) -> str:
    """Return the digest by which an apply recognizes a reviewed change."""
    permit = change.permit if isinstance(change, Delete) else None
    return digest([address(change), action(change), *fingerprints(change), permit])


def parts(change: Change) -> frozenset[Part]:
    """Return the parts that differ; all of them for a new or vanishing resource."""
    if not isinstance(change, Update):
        spec = change.after if isinstance(change, Create) else change.before
        return frozenset(spec.fingerprints.parts)
    before, after = change.before.fingerprints.parts, change.after.fingerprints.parts
    return frozenset(part for part in before.keys() | after.keys() if before.get(part) != after.get(part))


_KIND = {
    Part.DESCRIPTION: ChangeKind.COSMETIC,
    Part.CONTENT: ChangeKind.CONTENT,
    Part.SAFETY: ChangeKind.BEHAVIOR,
    Part.ENTRY: ChangeKind.BEHAVIOR,
    Part.GRAPH: ChangeKind.BEHAVIOR,
    Part.TRANSITION: ChangeKind.COSMETIC,
}

_REACH = {
    Part.DESCRIPTION: Reach.NONE,
    Part.CONTENT: Reach.PENDING_SENDS,
    Part.SAFETY: Reach.PEOPLE_INSIDE,
    Part.ENTRY: Reach.FUTURE_ENTRANTS,
    Part.GRAPH: Reach.FUTURE_ENTRANTS,
    Part.TRANSITION: Reach.NONE,
}

_ENTRY_AGAIN = (("entry", "identity"), ("entry", "reentry"), ("holdout",))
"""Properties of a program whose change could let people in again who were in before."""


def kind(change: Change) -> ChangeKind:
    match change:
        case Create():
            return ChangeKind.BEHAVIOR
        case Retire() | Delete():
            return ChangeKind.DESTRUCTIVE
        case Update():
            if change.after.kind == Kind.PROGRAM and any(
                _at(change.before.document, path) != _at(change.after.document, path) for path in _ENTRY_AGAIN
            ):
                return ChangeKind.DESTRUCTIVE
            return max((_KIND[part] for part in parts(change)), default=ChangeKind.COSMETIC)
        case _:
            assert_never(change)


def reach(change: Change) -> Reach:
    """Return whom the change touches at the most. What others refer to reaches as far as they do."""
    match change:
        case Create():
            return Reach.FUTURE_ENTRANTS
        case Delete():
            return Reach.NONE
        case Retire():
            return Reach.PENDING_SENDS if change.before.kind == Kind.OUTREACH else Reach.FUTURE_ENTRANTS
        case Update():
            if address(change) == SETTINGS:
                return Reach.PEOPLE_INSIDE
            return max((_REACH[part] for part in parts(change)), default=Reach.NONE)
        case _:
            assert_never(change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One difference between two documents, for people. None stands for absence."""

    path: tuple[str | int, ...]
    before: Any
    after: Any


def edits(change: Change) -> tuple[Edit, ...]:
    """Return where an update's documents differ, in the order of the documents."""
    return (
        tuple(_edits(change.before.document, change.after.document, ())) if isinstance(change, Update) else ()
    )


def _edits(before: Any, after: Any, path: tuple[str | int, ...]) -> Iterator[Edit]:
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        if before != after:
            yield Edit(path=path, before=before, after=after)
        return
    for key in dict.fromkeys([*before, *after]):
        yield from _edits(before.get(key), after.get(key), (*path, key))
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield Edit(path=(*path, "order"), before=list(before), after=list(after))


def _at(document: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = document
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
