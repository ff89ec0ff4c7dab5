"""What a power list reaches: the lists that it names and the sources that all of them read. Pure."""

from collections.abc import Iterator

from jo.conditions.condition import Condition
from jo.conditions.paths import counted_scope, find_relations
from jo.conditions.tree import Call, Expr, Literal, Path, walk
from jo.conditions.types import Scope
from jo.model.power_list import PowerList
from jo.model.project import Project
from jo.model.usage import columns_read, counts_in

CONTACT, COMPANY = "contact", "company"
"""Namespaces that conditions of lists may have beside the row."""


def lists_within(project: Project, power_list: PowerList) -> tuple[PowerList, ...]:
    """Return the list and all that it names, each behind those that it names itself.

    Raises ValueError when a list names itself in the end; checks come before.
    """
    found: dict[str, PowerList] = {}

    def collect(each: PowerList, above: tuple[str, ...]) -> None:
        if each.name in above:
            raise ValueError(f"{each.address} names itself")
        for name in sorted({*each.include, *each.exclude, *_lists_asked(each)}):
            if name not in found:
                collect(project.lists[name], (*above, each.name))
        found[each.name] = each

    collect(power_list, ())
    return tuple(found.values())


def sources_within(project: Project, power_list: PowerList) -> frozenset[str]:
    """Return the sources that the list reads, and those of the lists within it."""
    found: set[str] = set()
    for each in lists_within(project, power_list):
        scope = project.list_scope(each)
        found.add(each.from_)
        for expr in (*selected(project, each).values(), *(item.expr for item in conditions(each))):
            found.update(tables_read(expr, scope))
    return frozenset(found)


def conditions(power_list: PowerList) -> Iterator[Condition]:
    if power_list.where is not None:
        yield power_list.where
    if power_list.fallback is not None:
        yield power_list.fallback.where


def selected(project: Project, power_list: PowerList) -> dict[str, Path]:
    """Return what a query selects of each row beside its key: `member`, the key of the contact behind it; for
    a fallback its `company`; for a distinct list its `address`. A list without contacts has none of them."""
    scope = project.list_scope(power_list)
    contacts = scope.namespaces.get(CONTACT)
    if contacts is None:
        return {}
    paths = {"member": Path((CONTACT, scope.tables[contacts].key))}
    if power_list.fallback is not None and COMPANY in scope.roots:
        paths["company"] = Path(scope.roots[COMPANY])
    role = project.sources[contacts].roles.address
    if power_list.distinct is not None and role is not None:
        paths["address"] = Path((CONTACT, role))
    return paths


def tables_read(expr: Expr, scope: Scope) -> Iterator[str]:
    """Yield the sources that an expression reads, but not those behind `in_list`."""
    yield from (table for table, _ in columns_read(expr, scope))
    for call in counts_in(expr):
        source, *inner = call.arguments
        assert isinstance(source, Path)
        [relation] = find_relations(source, scope)
        yield relation.table.name
        anchor = scope.namespaces[relation.anchor]
        yield from tables_read(Path((relation.anchor, scope.tables[anchor].key)), scope)
        for condition in inner:
            yield from tables_read(condition, counted_scope(relation, scope))


def _lists_asked(power_list: PowerList) -> Iterator[str]:
    for condition in conditions(power_list):
        for node in walk(condition.expr):
            if isinstance(node, Call) and node.name == "in_list":
                [name] = node.arguments
                assert isinstance(name, Literal)
                yield str(name.value)
