"""Resolve: every name that refers to something exists and is of the right kind.

Edges of steps, types of conditions and tokens of templates are not here: they are checks on a project that
resolves. A reference to a resource that is there but broken is not a fault of the one who refers.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from jo.conditions.types import Field, FieldType
from jo.diagnostics.codes import BAD_ROLE, DANGLING_REFERENCE, REFERENCE_CIRCLE, UNKNOWN_FIELD, Code
from jo.diagnostics.diagnostic import Diagnostic, Label
from jo.diagnostics.nearest import suggestion
from jo.diagnostics.span import Path
from jo.manifest.compiled import Origins
from jo.manifest.unit import subject
from jo.model.address import Address, Kind
from jo.model.event import Event
from jo.model.outreach import Outreach
from jo.model.power_list import PowerList
from jo.model.program import EventAudience, Program
from jo.model.project import Project
from jo.model.source import Source


def resolve(
    project: Project, origins: Origins, broken: frozenset[Address], unread: frozenset[str]
) -> list[Diagnostic]:
    """Return what is wrong with the references of a project; `unread` are names that may be declared."""
    resolver = _Resolver(project, origins, broken, unread)
    for address, resource in project.resources.items():
        resolver.references(address)
        match resource:
            case Source():
                resolver.source(resource)
            case Event():
                resolver.event(resource)
            case PowerList():
                resolver.power_list(resource)
            case Outreach():
                resolver.outreach(resource)
            case Program():
                resolver.program(resource)
            case _:
                pass
    resolver.list_circles()
    return resolver.found


class _Resolver:
    def __init__(
        self, project: Project, origins: Origins, broken: frozenset[Address], unread: frozenset[str]
    ) -> None:
        self.project = project
        self.origins = origins
        self.broken = broken
        self.unread = unread
        self.found: list[Diagnostic] = []

    def report(self, code: Code, address: Address, path: Path, detail: str, advice: str) -> None:
        self.found.append(
            Diagnostic(
                code=code,
                detail=detail,
                at=self.origins.locate(address, path),
                address=subject(address, path),
                help=advice,
            )
        )

    # -- resources ---------------------------------------------------------------------------------

    def references(self, address: Address) -> None:
        for path, target in self.project.references[address]:
            if target in self.project.resources or target in self.broken or target.name in self.unread:
                continue
            others = [kind for kind in Kind if Address(kind, target.name) in self.project.resources]
            wanted = _words(target.kind)
            if others:
                detail = f"`{target.name}` is {_a(_words(others[0]))}, and {_a(wanted)} is wanted here."
            else:
                detail = f"There is no {wanted} `{target.name}`."
            known = self.project.names(target.kind) | {
                other.name for other in self.broken if other.kind is target.kind
            }
            advice = suggestion(target.name, known, noun=wanted)
            self.report(DANGLING_REFERENCE, address, path, detail, advice)

    def list_circles(self) -> None:
        """Report lists that include or exclude themselves by way of others."""
        edges: dict[Address, list[tuple[Path, Address]]] = {}
        for power_list in self.project.lists.values():
            edges[power_list.address] = [
                (path, target)
                for path, target in self.project.references[power_list.address]
                if target.kind is Kind.POWER_LIST
            ]
        for circle in _circles(edges):
            places = [(self.origins.locate(address, path), address, path) for address, path in circle]
            first = places.index(min(places, key=lambda place: place[0]))
            (at, address, path), *others = places[first:] + places[:first]
            names = " → ".join(f"`{name.name}`" for _, name, _ in [(at, address, path), *others])
            self.found.append(
                Diagnostic(
                    code=REFERENCE_CIRCLE,
                    detail=f"The members of these lists depend on each other: {names} → `{address.name}`.",
                    at=at,
                    address=str(address),
                    others=tuple(Label(span=span, text="goes on here") for span, _, _ in others),
                    help="Take one of the lists out of `include` or `exclude`.",
                )
            )

    # -- fields ------------------------------------------------------------------------------------

    def field(self, address: Address, path: Path, name: str, fields: Iterable[str]) -> bool:
        """Tell whether a declared field has the name; report it when not."""
        if name in fields:
            return True
        advice = suggestion(name, fields, noun="field")
        self.report(UNKNOWN_FIELD, address, path, f"There is no field `{name}`.", advice)
        return False

    def role(self, address: Address, role: str, fields: Mapping[str, Field], name: str | None) -> None:
        """Report a role whose field does not exist or cannot be what the role says."""
        path = ("roles", role)
        if name is None or not self.field(address, path, name, fields):
            return
        field, (wanted, suits) = fields[name], _ROLES[role]
        if not suits(field):
            written = f"ref {field.ref}" if field.ref else field.type.value
            detail = f"The role `{role}` needs {wanted}, and `{name}` is `{written}`."
            self.report(
                BAD_ROLE, address, path, detail, "Name another field, or correct its type in `fields`."
            )

    def source(self, source: Source) -> None:
        if (
            self.field(source.address, ("key",), source.key, source.fields)
            and source.fields[source.key].nullable
        ):
            detail = f"`{source.key}` may be NULL, and a row without a key cannot be told from others."
            advice = f"Write the type of `{source.key}` without `?`, or name another key."
            self.report(BAD_ROLE, source.address, ("key",), detail, advice)
        for index, name in enumerate(source.stable):
            self.field(source.address, ("stable", index), name, source.fields)
        for role in dataclasses.fields(source.roles):
            self.role(source.address, role.name, source.fields, getattr(source.roles, role.name))

    def event(self, event: Event) -> None:
        roles = event.roles
        for role in ("id", "time", "contact", "company", "contacts"):
            self.role(event.address, role, event.fields, getattr(roles, role))
        for index, name in enumerate(roles.keys):
            self.field(event.address, ("roles", "keys", index), name, event.fields)
        field = event.fields.get(roles.contact or "")
        source = self.project.sources.get(field.ref or "") if field is not None else None
        if source is not None and not source.has_contacts:
            detail = f"The role `contact` refers to contacts, and `{source.name}` has no role `address`."
            advice = "Name a field that refers to a source of contacts."
            self.report(BAD_ROLE, event.address, ("roles", "contact"), detail, advice)

    def power_list(self, power_list: PowerList) -> None:
        """Follow `recipient` from a row of the source to the contact."""
        source = self.project.sources.get(power_list.from_)
        if source is None or power_list.recipient is None:
            return
        address, path = power_list.address, ("recipient",)
        row, *names = power_list.recipient.split(".")
        if row != source.row:
            detail = f"The path begins with `{row}`, and a row of `{source.name}` is called `{source.row}`."
            self.report(UNKNOWN_FIELD, address, path, detail, f"Write `{source.row}.FIELD`.")
            return
        for name in names:
            if source is None or not self.field(address, path, name, source.fields):
                return
            field = source.fields[name]
            if field.ref is None:
                detail = f"`{name}` is no reference, so the path does not lead to a contact."
                self.report(UNKNOWN_FIELD, address, path, detail, "Name a field whose type is `ref SOURCE`.")
                return
            source = self.project.sources.get(field.ref)

    def outreach(self, outreach: Outreach) -> None:
        template = self.project.templates.get(outreach.template)
        if template is None:
            return
        for name in outreach.versions:
            if name not in template.versions:
                detail = f"The template `{template.name}` has no version `{name}`."
                advice = suggestion(name, template.versions, noun="version")
                self.report(DANGLING_REFERENCE, outreach.address, ("versions", name), detail, advice)

    def program(self, program: Program) -> None:
        """Check the fields that identity and hold-out name; those of the contact, and keys of the event."""
        audience = program.audience
        is_event = isinstance(audience, EventAudience)
        contacts = self.project.contact_source(None if is_event else str(audience))
        if contacts is None:
            return
        known = {"contact", *contacts.fields}
        if isinstance(audience, EventAudience):
            event = self.project.events.get(audience.event)
            known |= set(event.roles.keys) if event is not None else set(program.entry.identity)
        for index, name in enumerate(program.entry.identity):
            self.field(program.address, ("entry", "identity", index), name, known)
        if program.holdout is not None:
            self.field(program.address, ("holdout", "by"), program.holdout.by, {"contact", *contacts.fields})


def _is_text(field: Field) -> bool:
    return field.type is FieldType.TEXT and field.ref is None


def _is_boolean(field: Field) -> bool:
    return field.type is FieldType.BOOLEAN


def _is_reference(field: Field) -> bool:
    return field.ref is not None


_ROLES = {
    "address": ("a field of text", _is_text),
    "zone": ("a field of text", _is_text),
    "language": ("a field of text", _is_text),
    "company": ("a reference", _is_reference),
    "marketing_consent": ("a boolean field", _is_boolean),
    "tracking_consent": ("a boolean field", _is_boolean),
    "id": ("a field of text or an integer", lambda field: field.type in (FieldType.TEXT, FieldType.INTEGER)),
    "time": ("a timestamp", lambda field: field.type is FieldType.TIMESTAMP),
    "contact": ("a reference", _is_reference),
    "contacts": ("a field of text", _is_text),
}
"""Role → what it needs, in words and as a test."""


def _words(kind: Kind) -> str:
    return kind.value.replace("_", " ")


def _a(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _circles(edges: Mapping[Address, list[tuple[Path, Address]]]) -> Iterator[list[tuple[Address, Path]]]:
    """Yield circles as the nodes along them, each with the path of the edge that leads on.

    Nodes that lead nowhere within the rest are taken away until none is left to take. From any that remains
    a walk along first edges must come back to itself: a circle. It is taken away, too, and so on; so every
    circle shares a node with one that is found.
    """
    rest = dict(edges)
    while rest := _without_ends(rest):
        node = min(rest)
        trail: dict[Address, Path] = {}
        while node not in trail:
            trail[node], node = next(edge for edge in rest[node] if edge[1] in rest)
        names = list(trail)
        circle = names[names.index(node) :]
        yield [(name, trail[name]) for name in circle]
        rest = {name: leads for name, leads in rest.items() if name not in circle}


def _without_ends(
    edges: Mapping[Address, list[tuple[Path, Address]]],
) -> dict[Address, list[tuple[Path, Address]]]:
    rest = dict(edges)
    while ends := [name for name, leads in rest.items() if not any(target in rest for _, target in leads)]:
        for name in ends:
            del rest[name]
    return rest
