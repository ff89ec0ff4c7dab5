"""One file, compiled on its own: its documents, checked and lowered as far as a file alone allows.

A unit is a pure function of the file's bytes and of the bodies that its templates name, so it can be kept
by content. What needs other files (overlays, duplicates, references) is `compile.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jo.diagnostics.codes import BAD_NAME, Severity
from jo.diagnostics.diagnostic import Diagnostic
from jo.manifest.compiled import Place
from jo.manifest.document import Document, Ignore, Part
from jo.manifest.lower import Bodies, lower
from jo.manifest.overlay import KEY
from jo.manifest.reader import read
from jo.manifest.schemas import Schemas
from jo.manifest.structure import check, kind_of
from jo.model.address import Address, Kind, is_name
from jo.model.cursor import Cursor, DocumentFault
from jo.model.project import Resource

_NAME_LINE = re.compile(r"""^\s*name:\s*["']?([a-z0-9._-]+)""", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """What became of one document."""

    resource: Resource | None
    """None when its structure does not fit; with other faults it is as good as it could be read."""
    faults: tuple[DocumentFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A document that says what it declares."""

    address: Address
    document: Document
    value: Mapping[str, Any]
    environment: str | None
    """Of an overlay; None for the resource itself."""
    lowered: Lowered | None
    """None for an overlay, which means nothing without its resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    written: tuple[Written, ...]
    diagnostics: tuple[Diagnostic, ...]
    """Of the reader, and of documents that do not say what they declare."""
    ignores: tuple[Ignore, ...]
    unread: frozenset[str]
    """Names that stand in parts of the file that could not be understood: somebody may refer to them."""


def compile_file(file: str, data: bytes, bodies: Bodies, schemas: Schemas) -> Unit:
    """Compile one file; `file` is its path from the project's root."""
    reading = read(file, data)
    written: list[Written] = []
    diagnostics = list(reading.diagnostics)
    unread: set[str] = set()
    for document in reading.documents:
        found = _written(document, bodies, schemas)
        if isinstance(found, Written):
            written.append(found)
            continue
        place = Place(document=document)
        diagnostics += [diagnostic(fault, place, None) for fault in found]
        if isinstance(document.value, dict):
            unread.add(str(document.value.get("name")))
    if any(item.severity is Severity.ERROR for item in reading.diagnostics):
        unread |= set(_NAME_LINE.findall(reading.text))
    return Unit(
        written=tuple(written),
        diagnostics=tuple(diagnostics),
        ignores=reading.ignores,
        unread=frozenset(unread),
    )


def _written(document: Document, bodies: Bodies, schemas: Schemas) -> Written | tuple[DocumentFault, ...]:
    value = document.value
    kind = kind_of(value)
    if isinstance(kind, DocumentFault):
        return (kind,)
    assert isinstance(value, dict)
    name, environment = value.get("name"), value.get(KEY)
    if KEY in value:
        faults = tuple(_bad_name(key) for key in (KEY, "name") if not _is_named(value.get(key)))
        if faults:
            return faults
        address = Address(kind, str(name))
        return Written(
            address=address, document=document, value=value, environment=str(environment), lowered=None
        )
    lowered = lower_value(kind, value, bodies, schemas)
    if not _is_named(name):
        return lowered.faults
    address = Address(kind, str(name))
    return Written(address=address, document=document, value=value, environment=None, lowered=lowered)


def lower_value(kind: Kind, value: Mapping[str, Any], bodies: Bodies, schemas: Schemas) -> Lowered:
    """Check a document against its schema and lower it when it fits."""
    faults = check(schemas, kind, value)
    if faults:
        return Lowered(resource=None, faults=tuple(faults))
    cursor = Cursor(value)
    resource = lower(kind, cursor, bodies)
    return Lowered(resource=resource, faults=tuple(cursor.faults))


def diagnostic(fault: DocumentFault, place: Place, address: Address | None) -> Diagnostic:
    """Return a fault of a document with its place."""
    if fault.start is not None and fault.end is not None:
        at = place.locate_within(fault.path, fault.start, fault.end)
    else:
        at = place.locate(fault.path, Part.KEY if fault.at_key else Part.VALUE)
    return Diagnostic(
        code=fault.code,
        detail=fault.detail,
        at=at,
        address=None if address is None else subject(address, fault.path),
        help=fault.help,
        severity=fault.severity,
    )


def subject(address: Address, path: tuple[str | int, ...]) -> str:
    """Return the address of what a key path belongs to: the step where there is one, else the resource."""
    is_step = address.kind is Kind.PROGRAM and len(path) > 1 and path[0] == "steps"
    return address.step(str(path[1])) if is_step else str(address)


def _is_named(name: object) -> bool:
    return isinstance(name, str) and is_name(name)


def _bad_name(key: str) -> DocumentFault:
    return DocumentFault(
        code=BAD_NAME,
        path=(key,),
        detail="An overlay needs the environment, the kind and the name of what it changes.",
        help="Write `overlay: ENVIRONMENT`, and `kind` and `name` as the resource has them.",
    )
