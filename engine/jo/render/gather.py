"""Fetch what a template reads from one person's facts, and nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any

from jo.conditions.facts import Facts, Row
from jo.conditions.types import Field, Scope
from jo.render.names import Path


def gather(paths: Iterable[Path], scope: Scope, facts: Facts) -> dict[str, Any]:
    """Return plain nested rows by namespace, where a reference holds the row it points to, or None."""
    data: dict[str, Any] = {}
    for namespace, *names in sorted(paths):
        fields: Mapping[str, Field] = scope.declared.get(namespace, {})
        if namespace in scope.namespaces:
            fields = scope.tables[scope.namespaces[namespace]].fields
        row: Row | None = facts.row(namespace)
        target = data.setdefault(namespace, None if row is None else {})
        for name in names:
            if row is None or target is None:
                break
            value = row[name]
            table = scope.tables.get(fields[name].ref or "")
            if name is names[-1] or table is None:
                target[name] = value
                break
            row = None if value is None else facts.lookup(table.name, value)
            fields = table.fields
            target = target.setdefault(name, None if row is None else {})
    return data
