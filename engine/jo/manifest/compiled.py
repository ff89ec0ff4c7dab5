"""What compiling a project's files gives: the model, where each value stands, and what was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.span import Path, Span
from jo.manifest.document import Document, Ignore, Part
from jo.model.address import Address
from jo.model.project import Project

LAYOUT = "layout"
"""The name under which a template's layout file stands in `Origins.bodies`, beside its versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Where the resources of a project were written. The model itself holds no positions."""

    documents: Mapping[Address, Document] = field(default_factory=dict)
    overlays: Mapping[Address, Document] = field(default_factory=dict)
    """The overlay of the present environment, where a resource has one; its positions win for its keys."""
    bodies: Mapping[tuple[Address, str], str] = field(default_factory=dict)
    """Template and version (or `layout`) → file of the body, relative to the project's root."""

    def locate(self, address: Address, path: Path = (), part: Part = Part.VALUE) -> Span:
        """Return the span of the value or key at `path`, else of its nearest ancestor."""
        overlay = self.overlays.get(address)
        if overlay is not None and overlay.has(path):
            return overlay.locate(path, part)
        return self.documents[address].locate(path, part)

    def locate_within(self, address: Address, path: Path, start: int, end: int) -> Span:
        """Return the span of code points `start` to `end` of the text at `path`."""
        overlay = self.overlays.get(address)
        document = overlay if overlay is not None and overlay.has(path) else self.documents[address]
        return document.locate_within(path, start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A project as far as it could be read; what is broken is missing from it and is in `diagnostics`."""

    project: Project
    origins: Origins
    diagnostics: tuple[Diagnostic, ...]
    broken: frozenset[Address] = frozenset()
    """Resources that exist but could not be read; a reference to one is not a dangling one."""
    ignores: tuple[Ignore, ...] = ()
