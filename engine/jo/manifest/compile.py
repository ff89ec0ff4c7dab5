"""Compile a project: from the bytes of its files to the typed model, with every fault at its place.

Files are compiled on their own first (`unit.py`); here they become one project: resources by address,
overlays merged for the present environment, references resolved. An overlay of another environment is
merged and checked as well, so that its faults show before somebody deploys there.

Nothing that an author can write raises.
"""

from collections.abc import Iterable, Iterator, Mapping

from jo.diagnostics.codes import DANGLING_REFERENCE, DUPLICATE_NAME
from jo.diagnostics.diagnostic import Diagnostic, Label, order
from jo.diagnostics.nearest import suggestion
from jo.diagnostics.span import Span
from jo.manifest.compiled import Compiled, Origins, Place
from jo.manifest.document import Document
from jo.manifest.lower import Bodies
from jo.manifest.lower.template import body_files
from jo.manifest.overlay import merge
from jo.manifest.resolve import resolve
from jo.manifest.schemas import Schemas
from jo.manifest.unit import Lowered, Unit, Written, compile_file, diagnostic, lower_value
from jo.model.address import Address, Kind
from jo.model.project import Project, Resource

TEMPLATES = "templates"
"""The folder, from the project's root, that body paths are relative to."""


def compile_project(
    files: Mapping[str, bytes],
    bodies: Bodies,
    schemas: Schemas,
    *,
    zone: str = "UTC",
    variables: Mapping[str, str] | None = None,
    environment: str | None = None,
) -> Compiled:
    """Compile all files of a project.

    `files` holds the YAML files by their path from the project's root, `bodies` the files below
    `templates/` by their path from there. `zone` and `variables` are the project's settings. Without an
    environment no overlay applies.
    """
    units = [compile_file(file, files[file], bodies, schemas) for file in sorted(files)]
    return assemble(units, bodies, schemas, zone=zone, variables=variables, environment=environment)


def assemble(
    units: Iterable[Unit],
    bodies: Bodies,
    schemas: Schemas,
    *,
    zone: str = "UTC",
    variables: Mapping[str, str] | None = None,
    environment: str | None = None,
) -> Compiled:
    """Make one project of compiled files, given in the order of their names."""
    units = list(units)
    diagnostics = [found for unit in units for found in unit.diagnostics]
    written = [item for unit in units for item in unit.written]
    bases, twins = _by_address(item for item in written if item.environment is None)
    diagnostics += twins
    unread = frozenset(name for unit in units for name in unit.unread)
    layers: dict[str, dict[Address, Written]] = {}
    for name in sorted({item.environment for item in written if item.environment is not None}):
        layers[name], twins = _by_address(item for item in written if item.environment == name)
        diagnostics += twins
        diagnostics += _orphans(layers[name].values(), bases, unread)

    resources: dict[Address, Resource] = {}
    texts: dict[tuple[Address, str], str] = {}
    present = layers.get(environment, {}) if environment is not None else {}
    for address, base in sorted(bases.items()):
        over = present.get(address)
        value, lowered = _effective(base, over, bodies, schemas)
        diagnostics += _placed(lowered, base, over)
        if lowered.resource is not None:
            resources[address] = lowered.resource
            if address.kind is Kind.TEMPLATE:
                files = body_files(value, bodies)
                texts |= {(address, name): f"{TEMPLATES}/{path}" for name, path in files.items()}
        for name, layer in layers.items():
            if name != environment and address in layer:
                _, elsewhere = _effective(base, layer[address], bodies, schemas)
                diagnostics += _placed(elsewhere, base, layer[address])

    project = Project(resources=resources, zone=zone, variables=variables or {})
    origins = Origins(
        documents={address: item.document for address, item in bases.items()},
        overlays={address: item.document for address, item in present.items() if address in bases},
        bodies=texts,
    )
    broken = frozenset(bases.keys() - resources.keys())
    diagnostics += resolve(project, origins, broken, unread)
    return Compiled(
        project=project,
        origins=origins,
        diagnostics=tuple(order(diagnostics)),
        broken=broken,
        ignores=tuple(found for unit in units for found in unit.ignores),
    )


def _effective(
    base: Written, over: Written | None, bodies: Bodies, schemas: Schemas
) -> tuple[Mapping[str, object], Lowered]:
    """Return the document of a resource under an overlay, and what became of it."""
    if over is None:
        assert base.lowered is not None
        return base.value, base.lowered
    value = merge(base.value, over.value)
    return value, lower_value(base.address.kind, value, bodies, schemas)


def _placed(lowered: Lowered, base: Written, over: Written | None) -> Iterator[Diagnostic]:
    place = Place(document=base.document, overlay=None if over is None else over.document)
    return (diagnostic(fault, place, base.address) for fault in lowered.faults)


def _by_address(written: Iterable[Written]) -> tuple[dict[Address, Written], list[Diagnostic]]:
    """Index documents by address; of two with the same, the first counts and the other is reported."""
    found: dict[Address, Written] = {}
    twins: list[Diagnostic] = []
    for item in written:
        first = found.setdefault(item.address, item)
        if first is not item:
            what = f"`{item.address}`" + (f" in `{item.environment}`" if item.environment else "")
            twins.append(
                Diagnostic(
                    code=DUPLICATE_NAME,
                    detail=f"{what} is declared twice, and only one of the two can be meant.",
                    at=_name(item.document),
                    address=str(item.address),
                    others=(Label(span=_name(first.document), text="declared here first"),),
                    help="Give one of them another name, or delete it.",
                )
            )
    return found, twins


def _orphans(
    layer: Iterable[Written], bases: Mapping[Address, Written], unread: frozenset[str]
) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each overlay of a resource that does not exist."""
    for item in layer:
        if item.address not in bases and item.address.name not in unread:
            kind = item.address.kind
            names = [address.name for address in bases if address.kind is kind]
            yield Diagnostic(
                code=DANGLING_REFERENCE,
                detail=f"The overlay changes `{item.address}`, and there is no such resource.",
                at=_name(item.document),
                address=str(item.address),
                help=suggestion(item.address.name, names, noun=str(kind).replace("_", " ")),
            )


def _name(document: Document) -> Span:
    return document.locate(("name",))
