"""Where a path leads: from a namespace over references to a field, by the declared sources alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from jo.conditions.tree import Path
from jo.conditions.types import Field, Scope, Table


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a path leads to."""

    namespace: str
    hops: tuple[tuple[str, str], ...]
    """Reference fields on the way, each with the name of the table it leads to."""
    name: str
    field: Field
    nullable: bool
    """Whether it may be NULL, itself or because a reference on the way is."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a path leads nowhere."""

    index: int
    """The first word that is wrong."""
    known: tuple[str, ...]
    """What could stand there."""
    table: str = ""
    """The source that has no such field; empty when it is the namespace that is unknown."""
    plain: bool = False
    """The word before is a field without a reference, so nothing can follow it."""


def find_column(words: tuple[str, ...], scope: Scope) -> Column | Missing:
    """Follow a path. A path of one word names a row, not a field, and is missing its second word."""
    namespace = words[0]
    fields = scope.declared.get(namespace)
    table = scope.tables.get(scope.namespaces.get(namespace, ""))
    if fields is None:
        if table is None:
            return Missing(0, (*scope.namespaces, *scope.declared))
        fields = table.fields
    where = table.name if table else namespace
    nullable = _root_is_nullable(namespace, scope)
    hops: list[tuple[str, str]] = []
    for index, word in enumerate(words[1:], 1):
        found = fields.get(word)
        if found is None:
            return Missing(index, tuple(fields), where)
        nullable = nullable or found.nullable
        if index == len(words) - 1:
            return Column(namespace, tuple(hops), word, found, nullable)
        target = scope.tables.get(found.ref or "")
        if target is None:
            return Missing(index + 1, (), where, plain=True)
        hops.append((word, target.name))
        fields, where = target.fields, target.name
    return Missing(1, tuple(fields), where)


def _root_is_nullable(namespace: str, scope: Scope) -> bool:
    """Tell whether the way from the row to this namespace passes a reference that may be NULL."""
    root = scope.roots.get(namespace)
    if root is None or root[0] == namespace:
        return False
    found = find_column(root, scope)
    return isinstance(found, Column) and found.nullable


@dataclass(frozen=True, slots=True)
class Relation:
    """A source whose rows refer to a row that the condition is about."""

    table: Table
    via: str
    """The field of `table` that refers there."""
    anchor: str
    """The namespace of the row that is referred to."""


def find_relations(path: Path, scope: Scope) -> tuple[Relation, ...]:
    """Return the relations that `count`'s first argument can mean: one, when it is right.

    `tickets` is every ticket that refers to the row; `tickets.requester` says by which field. A source
    that does not refer to the row itself may refer to a row it belongs to, such as its company.
    """
    table = scope.tables.get(path.words[0])
    if table is None or len(path.words) > 2:
        return ()
    via = path.words[1] if len(path.words) == 2 else None
    rows = [namespace for namespace in scope.namespaces if namespace not in scope.roots]
    others = [namespace for namespace in scope.namespaces if namespace in scope.roots]
    return tuple(_relations(table, via, rows, scope)) or tuple(_relations(table, via, others, scope))


def _relations(table: Table, via: str | None, anchors: Iterable[str], scope: Scope) -> list[Relation]:
    return [
        Relation(table, name, anchor)
        for anchor in anchors
        for name, declared in table.fields.items()
        if declared.ref == scope.namespaces[anchor] and via in (None, name)
    ]


def counted_scope(relation: Relation, scope: Scope) -> Scope:
    """Return the scope of the condition within `count`: the counted row alone, by its own name."""
    names = {relation.table.name, relation.table.row} - {""}
    return Scope(
        place=scope.place,
        tables=scope.tables,
        namespaces=dict.fromkeys(sorted(names), relation.table.name),
    )
