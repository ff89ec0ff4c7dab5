"""What compiling a project's files gives: the model, where each value stands, and what was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.span import Path, Span
from jo.manifest.document import Document, Ignore, Part
from jo.model.address import Address
from jo.model.content import LAYOUT
from jo.model.project import Project

__all__ = ["LAYOUT", "Compiled", "Origins", "Place"]


_OF_BOTH = ((), ("kind",), ("name",))
"""What stands in the resource's own document and in every overlay of it; the former is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one resource was written: its document, and the overlay whose positions win for its keys."""

    document: Document
    overlay: Document | None = None

    def locate(self, path: Path = (), part: Part = Part.VALUE) -> Span:
        """Return the span of the value or key at `path`, else of its nearest ancestor."""
        document, path = self._find(path)
        return document.locate(path, part)

    def locate_within(self, path: Path, start: int, end: int) -> Span:
        """Return the span of code points `start` to `end` of the text at `path`."""
        document, path = self._find(path)
        return document.locate_within(path, start, end)

    def _find(self, path: Path) -> tuple[Document, Path]:
        """Return the document that holds the path, and the path without indexes into a single value.

        Where a list is allowed, one value may stand alone; the model knows it as a list of one.
        """
        if self.overlay is not None and path[:1] not in _OF_BOTH:
            depth = _depth(self.overlay, path)
            if depth == len(path) or (depth and depth >= _depth(self.document, path)):
                return self.overlay, _without_index(self.overlay, path, depth)
        return self.document, _without_index(self.document, path, _depth(self.document, path))


def _depth(document: Document, path: Path) -> int:
    """Return how many keys of a path exist in a document."""
    value = document.value
    for depth, key in enumerate(path):
        if isinstance(value, dict) and key in value:
            value = value[str(key)]
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return depth
    return len(path)


def _without_index(document: Document, path: Path, depth: int) -> Path:
    """Drop an index that leads into a value which is no list."""
    return path[:depth] if depth + 1 == len(path) and isinstance(path[depth], int) else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Where the resources of a project were written. The model itself holds no positions."""

    documents: Mapping[Address, Document] = field(default_factory=dict)
    overlays: Mapping[Address, Document] = field(default_factory=dict)
    """The overlay of the present environment, where a resource has one."""
    bodies: Mapping[tuple[Address, str], str] = field(default_factory=dict)
    """Template and version (or `layout`) → file of the body, relative to the project's root."""

    def place(self, address: Address) -> Place:
        return Place(document=self.documents[address], overlay=self.overlays.get(address))

    def locate(self, address: Address, path: Path = (), part: Part = Part.VALUE) -> Span:
        """Return the span of the value or key at `path`, else of its nearest ancestor."""
        return self.place(address).locate(path, part)

    def locate_within(self, address: Address, path: Path, start: int, end: int) -> Span:
        """Return the span of code points `start` to `end` of the text at `path`."""
        return self.place(address).locate_within(path, start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A project as far as it could be read; what is broken is missing from it and is in `diagnostics`."""

    project: Project
    origins: Origins
    diagnostics: tuple[Diagnostic, ...]
    broken: frozenset[Address] = frozenset()
    """Resources that exist but could not be read; a reference to one is not a dangling one."""
    ignores: tuple[Ignore, ...] = ()
