"""Which columns of the sources live journeys read: what jo has to keep a copy of.

Conditions and times say it exactly. Texts of templates are only scanned for dotted names, without the
renderer, so there may be a column too many, never one too few. Power lists are not read here: the warehouse
computes them.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jo.conditions.condition import Condition
from jo.conditions.functions import count_key
from jo.conditions.instants import time_paths
from jo.conditions.paths import Column, find_column, find_relations
from jo.conditions.tree import Call, Expr, Path, children
from jo.conditions.types import Place, Scope
from jo.model.address import Kind
from jo.model.content import Sender, Template
from jo.model.outreach import Outreach
from jo.model.program import EventAudience, Program
from jo.model.project import Project
from jo.model.source import Source

Words = tuple[str, ...]
UsedColumn = tuple[str, str]
"""A source and a field of it."""

_PIECE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_DOTTED = re.compile(r"[a-z_][a-z0-9_]*(?:\s*\.\s*[a-z_][a-z0-9_]*)*", re.ASCII)


def used_fields(project: Project, pinned: Iterable[Program] = ()) -> Mapping[str, frozenset[str]]:
    """Return source → fields, of each source that a journey can reach; its key is always among them.

    `pinned` are revisions of programs that still have people inside.
    """
    used: dict[str, set[str]] = {}
    for journey in _journeys(project, pinned):
        for source, field in _Journey(project, journey).columns():
            used.setdefault(source, {project.sources[source].key}).add(field)
    return {source: frozenset(fields) for source, fields in sorted(used.items())}


def used_counts(project: Project, pinned: Iterable[Program] = ()) -> Mapping[str, tuple[Call, ...]]:
    """Return source → the different `count(…)` that journeys read about its rows, sorted by key.

    What is counted about a contact's company is kept with the contact.
    """
    found: dict[str, dict[str, Call]] = {}
    for journey in _journeys(project, pinned):
        for source, call in _Journey(project, journey).counts():
            found.setdefault(source, {})[count_key(call)] = call
    return {
        source: tuple(call for _, call in sorted(calls.items())) for source, calls in sorted(found.items())
    }


def counted_sources(calls: Iterable[Call]) -> frozenset[str]:
    """Return the sources whose rows are counted."""
    return frozenset(path.words[0] for call in calls for path in call.arguments[:1] if isinstance(path, Path))


def columns_read(expr: Expr, scope: Scope) -> Iterator[UsedColumn]:
    """Yield the columns that an expression reads, references on the way included, nothing within `count`."""
    for node in _outside_counts(expr):
        if isinstance(node, Path):
            yield from columns_along(node.words, scope)


def columns_along(words: Words, scope: Scope) -> Iterator[UsedColumn]:
    """Yield the columns on the way along a path, from the row; none when it leads nowhere."""
    found = find_column(words, scope)
    if not isinstance(found, Column):
        return
    root = scope.roots.get(found.namespace)
    if root is not None and root[0] != found.namespace:
        yield from columns_along(root, scope)
    table = scope.namespaces.get(found.namespace)
    for reference, target in found.hops:
        if table is not None:
            yield table, reference
        table = target
    if table is not None:
        yield table, found.name


def counts_in(expr: Expr) -> Iterator[Call]:
    """Yield the outermost `count(…)` calls of an expression."""
    if isinstance(expr, Call) and expr.name == "count":
        yield expr
        return
    for child in children(expr):
        yield from counts_in(child)


def _outside_counts(expr: Expr) -> Iterator[Expr]:
    yield expr
    if not (isinstance(expr, Call) and expr.name == "count"):
        for child in children(expr):
            yield from _outside_counts(child)


def _journeys(project: Project, pinned: Iterable[Program]) -> Iterator[Program | Outreach]:
    yield from project.programs.values()
    yield from project.outreaches.values()
    yield from pinned


class _Journey:
    """What one program or outreach reads."""

    def __init__(self, project: Project, journey: Program | Outreach) -> None:
        self._project = project
        self._journey = journey
        audience = journey.audience
        name = audience.contacts if isinstance(audience, EventAudience) else audience
        self.contacts = project.contacts_of(journey)
        power_list = project.lists.get(name or "")
        self._over_rows = power_list if power_list is not None and power_list.recipient else None
        """The list, where its rows are not the contacts."""
        self._scopes = self._find_scopes()

    def columns(self) -> Iterator[UsedColumn]:
        if self.contacts is None:
            return
        yield from self._of_roles(self.contacts)
        for scope in self._scopes:
            for condition in self.conditions():
                yield from columns_read(condition.expr, scope)
            for words in self._times():
                yield from columns_along(words, scope)
            for text in self._texts():
                for words in _dotted_names(text):
                    yield from _named(words, scope)
        yield from self._of_identity(self.contacts)
        if self._over_rows is not None and self._over_rows.recipient is not None:
            rows = self._project.sources[self._over_rows.from_]
            yield rows.name, rows.key
            yield from columns_along(tuple(self._over_rows.recipient.split(".")), self._scopes[-1])
            yield from self._of_identity(rows)

    def _of_identity(self, source: Source) -> Iterator[UsedColumn]:
        """Yield the fields of a source by which the program tells passages or hold-outs apart."""
        if isinstance(self._journey, Program):
            holdout = self._journey.holdout
            named = {*self._journey.entry.identity, *([holdout.by] if holdout is not None else [])}
            yield from ((source.name, name) for name in sorted(named) if name in source.fields)

    def counts(self) -> Iterator[tuple[str, Call]]:
        """Yield each count with the source about whose rows it is."""
        for condition in self.conditions():
            for call in counts_in(condition.expr):
                path = call.arguments[0]
                if self.contacts is not None and isinstance(path, Path):
                    [relation] = find_relations(path, self._scopes[0])
                    about_person = relation.anchor in ("contact", "company")
                    namespaces = self._scopes[0].namespaces
                    yield self.contacts.name if about_person else namespaces[relation.anchor], call

    def conditions(self) -> Iterator[Condition]:
        if isinstance(self._journey, Program):
            yield from self._journey.exit_when.values()
            for step in self._journey.steps.values():
                yield from (condition for _, condition in step.conditions())
        for template in self._templates():
            yield from (version.when for version in template.versions.values())

    def _find_scopes(self) -> Sequence[Scope]:
        """Return the scopes of the journey: the contact, with each event in turn, and last the rows."""
        project, journey = self._project, self._journey
        if self.contacts is None:
            return ()
        if isinstance(journey, Outreach):
            scopes = [project.contact_scope(self.contacts, Place.TEMPLATE)]
        else:
            named = [address for step in journey.steps.values() for _, address in step.references()]
            awaited = sorted({address.name for address in named if address.kind is Kind.EVENT})
            events = [None, *(project.events[name] for name in awaited if name in project.events)]
            scopes = [
                project.contact_scope(self.contacts, Place.PROGRAM, program=journey, event=event)
                for event in events
            ]
        if self._over_rows is not None:
            scopes.append(project.list_scope(self._over_rows))
        return scopes

    def _of_roles(self, contacts: Source) -> Iterator[UsedColumn]:
        yield contacts.name, contacts.key
        yield from _roles(contacts)
        company = contacts.fields.get(contacts.roles.company or "")
        companies = self._project.sources.get(company.ref or "") if company is not None else None
        if companies is not None:
            yield from _roles(companies)

    def _times(self) -> Iterator[Words]:
        if isinstance(self._journey, Program):
            for step in self._journey.steps.values():
                for _, time in step.times():
                    yield from (tuple(path.split(".")) for path in sorted(time_paths(time)))

    def _templates(self) -> list[Template]:
        journey = self._journey
        if isinstance(journey, Outreach):
            names = {journey.template}
        else:
            names = {name for step in journey.steps.values() for name in step.templates()}
        return [self._project.templates[name] for name in sorted(names) if name in self._project.templates]

    def _texts(self) -> Iterator[str]:
        for template in self._templates():
            yield from (template.subject, template.preheader, template.body.text)
            if template.layout is not None:
                yield template.layout.text
            for version in template.versions.values():
                yield from (text for text in (version.subject, version.preheader) if text is not None)
                if version.body is not None:
                    yield version.body.text
            sender = self._project.senders.get(template.sender)
            if sender is not None:
                yield from _sender_texts(sender)


def _roles(source: Source) -> Iterator[UsedColumn]:
    named = (getattr(source.roles, role.name) for role in dataclasses.fields(source.roles))
    yield from ((source.name, field) for field in named if field in source.fields)


def _sender_texts(sender: Sender) -> Iterator[str]:
    yield from (sender.from_name, sender.from_address)
    if sender.reply_to is not None:
        yield sender.reply_to


def _dotted_names(text: str) -> Iterator[Words]:
    """Yield what looks like a name within the Jinja of a text."""
    for piece in _PIECE.findall(text):
        for name in _DOTTED.findall(piece):
            yield tuple(word.strip() for word in name.split("."))


def _named(words: Words, scope: Scope) -> Iterator[UsedColumn]:
    """Yield the columns of the longest beginning of a name that is a field; behind it may stand a method."""
    for length in range(len(words), 1, -1):
        if isinstance(find_column(words[:length], scope), Column):
            yield from columns_along(words[:length], scope)
            return
