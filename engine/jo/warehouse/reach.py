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
        found |= {
            each.from_,
            *(table for path in paths_of_rows(project, each) for table in tables_read(path, scope)),
        }
        for condition in conditions(each):
            found.update(tables_read(condition.expr, scope))
    return frozenset(found)


def conditions(power_list: PowerList) -> Iterator[Condition]:
    if power_list.where is not None:
        yield power_list.where
    if power_list.fallback is not None:
        yield power_list.fallback.where


def contact_key(scope: Scope) -> Path | None:
    """Return the path to the key of the contact behind a row; None where the rows have none."""
    table = scope.namespaces.get(CONTACT)
    return None if table is None else Path((CONTACT, scope.tables[table].key))


def company_key(scope: Scope) -> Path | None:
    """Return the path to the reference from the contact to its company."""
    root = scope.roots.get(COMPANY)
    return None if root is None else Path(root)


def address(project: Project, scope: Scope) -> Path | None:
    """Return the path to the mail address of the contact behind a row."""
    contacts = project.sources.get(scope.namespaces.get(CONTACT, ""))
    role = contacts.roles.address if contacts else None
    return None if role is None else Path((CONTACT, role))


def paths_of_rows(project: Project, power_list: PowerList) -> list[Path]:
    """Return what the query selects of each row beside its own key."""
    scope = project.list_scope(power_list)
    paths = [contact_key(scope)]
    if power_list.fallback is not None:
        paths.append(company_key(scope))
    if power_list.distinct is not None:
        paths.append(address(project, scope))
    return [path for path in paths if path is not None]


def _lists_asked(power_list: PowerList) -> Iterator[str]:
    for condition in conditions(power_list):
        for node in walk(condition.expr):
            if isinstance(node, Call) and node.name == "in_list":
                [name] = node.arguments
                assert isinstance(name, Literal)
                yield str(name.value)


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
