"""What the tokens of a template may name: the fields of the scope, and what jo itself provides."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jo.conditions.types import Field, Scope
from jo.diagnostics.nearest import suggestion

Path = tuple[str, ...]

SENDER_NAME = "sender_name"
UNSUBSCRIBE_URL = "unsubscribe_url"
PROVIDED = frozenset({SENDER_NAME, UNSUBSCRIBE_URL})
"""Tokens that differ from mail to mail and come from jo, not from the facts."""

LOOP = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A name that can be printed."""

    path: Path
    nullable: bool = False
    constant: str | None = None
    """Its value where that is known already, such as a variable of the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    detail: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Everything a text may name. `locals` are the names that `for` and `set` bring."""

    scope: Scope
    constants: Mapping[str, str] = field(default_factory=dict)
    provided: frozenset[str] = frozenset()
    withheld: Mapping[str, str] = field(default_factory=dict)
    """Names that exist elsewhere but not here, with the reason."""

    def resolve(self, path: Path) -> Found | Missing:
        """Look up a dotted name."""
        first, *rest = path
        if first in self.withheld:
            return Missing(detail=f"`{first}` cannot be used here: {self.withheld[first]}.", help="")
        if first in self.constants or first in self.provided:
            if rest:
                return Missing(detail=f"`{first}` is a text and has no `{rest[0]}`.", help="")
            return Found(path=path, constant=self.constants.get(first))
        if first in self.scope.declared:
            return self._field(path, first, self.scope.declared[first], (), nullable=False)
        if first in self.scope.namespaces:
            table = self.scope.tables[self.scope.namespaces[first]]
            return self._field(path, first, table.fields, (), nullable=self._root_nullable(first))
        return Missing(
            detail=f"There is no `{first}` that a template could name.",
            help=suggestion(first, self._first_words()),
        )

    def _first_words(self) -> frozenset[str]:
        known = {*self.constants, *self.provided, *self.scope.declared, *self.scope.namespaces}
        return frozenset(known - set(self.withheld))

    def _root_nullable(self, namespace: str) -> bool:
        """Tell whether the row of a namespace may be missing: any reference on the way to it may be NULL."""
        root = self.scope.roots.get(namespace, ())
        if not root or root[0] not in self.scope.namespaces:
            return False
        table = self.scope.tables[self.scope.namespaces[root[0]]]
        for name in root[1:]:
            declared = table.fields[name]
            if declared.nullable:
                return True
            if declared.ref is not None and declared.ref in self.scope.tables:
                table = self.scope.tables[declared.ref]
        return False

    def _field(
        self, path: Path, owner: str, fields: Mapping[str, Field], walked: Path, *, nullable: bool
    ) -> Found | Missing:
        """Follow the rest of `path` from a row whose fields are `fields`."""
        depth = len(walked) + 1
        if depth == len(path):
            listed = ", ".join(f"`{owner}.{name}`" for name in sorted(fields)[:6])
            return Missing(
                detail=f"`{'.'.join(path)}` is a whole row.", help=f"Name one of its fields: {listed}."
            )
        name = path[depth]
        declared = fields.get(name)
        if declared is None:
            return Missing(
                detail=f"`{owner}` has no field `{name}`.", help=suggestion(name, fields, noun="field")
            )
        nullable = nullable or declared.nullable
        table = self.scope.tables.get(declared.ref) if declared.ref else None
        if depth + 1 < len(path):
            if table is None:
                return Missing(
                    detail=f"`{owner}.{name}` is a single value and has no `{path[depth + 1]}`.", help=""
                )
            return self._field(path, f"{owner}.{name}", table.fields, path[:depth], nullable=nullable)
        if table is not None:
            dotted = ".".join(path)
            listed = ", ".join(f"`{dotted}.{name}`" for name in sorted(table.fields)[:6])
            return Missing(
                detail=f"`{dotted}` refers to a whole row.", help=f"Name one of its fields: {listed}."
            )
        return Found(path=path, nullable=nullable)
