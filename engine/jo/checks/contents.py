"""One pass over the texts of all templates, for all rules about them.

The renderer says in which text of a template a fault lies; here it gets its place: in the YAML for a subject,
in its own file for a body or layout. A layout that many templates share has its faults told once.
"""

from collections.abc import Iterable, Iterator

from jo.checks.rule import At, Found
from jo.checks.scopes import Scopes
from jo.diagnostics.codes import Code
from jo.diagnostics.span import Path, Position, Span
from jo.manifest.compiled import LAYOUT, Origins
from jo.model.address import Address, Kind
from jo.model.content import DEFAULT_VERSION, Template
from jo.model.project import Project
from jo.render.faults import ContentFault, Where


def content_faults(
    templates: Iterable[Template], project: Project, scopes: Scopes, origins: Origins
) -> Iterator[tuple[Code, Found]]:
    """Yield the faults, each with its code, by template and then in the order of its texts."""
    told: set[tuple[Code, object, str]] = set()
    for template in templates:
        sender = project.senders.get(template.sender)
        topic = project.topics.get(template.topic or "")
        if sender is None:
            continue
        scope = scopes.of_template(template)
        if scope is None:
            continue
        from jo.render.compile import compile_template  # only where there are templates: it is slow to load

        _, faults = compile_template(template, sender, topic, scope, project.variables)
        for fault in faults:
            found = _found(template, fault, origins)
            key = (fault.code, found.span or found.at, fault.detail)
            if key not in told:
                told.add(key)
                yield fault.code, found


def _found(template: Template, fault: ContentFault, origins: Origins) -> Found:
    at, place = At(address=template.address), fault.at
    span = None
    match place.where:
        case Where.BODY | Where.LAYOUT:
            name = LAYOUT if place.where is Where.LAYOUT else place.version
            file = origins.bodies.get((template.address, name))
            if file is not None:
                start, end = Position(place.line, place.column), Position(place.line, place.end_column)
                span = Span(file, start, max(start, end))
            at = At(address=template.address, path=_path(place.version, place.where.value))
        case Where.SENDER:
            at = At(address=Address(Kind.SENDER, template.sender), path=(place.key,))
        case Where.SUBJECT | Where.PREHEADER:
            at = _in_text(template, fault)
    return Found(
        at=at,
        label=fault.code.slug.replace("-", " "),
        detail=fault.detail,
        help=fault.help,
        severity=fault.severity,
        span=span,
    )


def _path(version: str, key: str) -> Path:
    return (key,) if version == DEFAULT_VERSION else ("versions", version, key)


def _in_text(template: Template, fault: ContentFault) -> At:
    """Return the place of a fault in a text that stands in the YAML itself."""
    place = fault.at
    owner = template if place.version == DEFAULT_VERSION else template.versions[place.version]
    text: str = getattr(owner, place.where.value) or ""
    line_start = sum(len(line) for line in text.splitlines(keepends=True)[: place.line - 1])
    start = line_start + place.column - 1
    whole = place.end_column <= place.column
    return At(
        address=template.address,
        path=_path(place.version, place.where.value),
        start=None if whole else start,
        end=None if whole else line_start + place.end_column - 1,
    )
