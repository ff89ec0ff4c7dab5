"""What reading a file gives: documents as plain values, each able to say where its parts stand."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol, TypeAlias

from jo.diagnostics.codes import Code
from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.span import Path, Span

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"
"""Keys are always text, as written: `1:` and `"1":` are the same key."""


class Part(Enum):
    """Which of the two sides of an entry is meant. An item of a list has no key: both are the item."""

    KEY = auto()
    VALUE = auto()


class Positions(Protocol):
    """Where everything in one file stands; made when first asked."""

    def locate(self, document: int, path: Path, part: Part) -> Span: ...

    def locate_within(self, document: int, path: Path, start: int, end: int) -> Span: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document that is not empty."""

    file: str
    index: int
    """Counts the documents of the file that were read, from 0."""
    value: Value
    """Shared where the author used an alias: read it, never change it."""
    positions: Positions = field(repr=False, compare=False)

    def locate(self, path: Path, part: Part = Part.VALUE) -> Span:
        """Return where `path` stands; of a path that does not exist, the key of its nearest ancestor.

        An empty value is shown by its key.
        """
        return self.positions.locate(self.index, path, part)

    def locate_within(self, path: Path, start: int, end: int) -> Span:
        """Return where the characters `start` to `end` of the text at `path` stand.

        Code points, `end` exclusive. The whole value where the text is not in the file as it is, as
        behind an escape.
        """
        return self.positions.locate_within(self.index, path, start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """An author's word that some findings on a line are meant: `# jo: ignore[J205] because …`."""

    line: int
    """The line it speaks of: its own, or the next one with content when it has a line to itself."""
    codes: tuple[Code, ...]
    reason: str
    span: Span
    """The comment, for the report that the ignore matches nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file, as far as it could be read."""

    text: str
    """The file as its spans count it: without a byte order mark, unreadable bytes replaced."""
    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]
    """In the order of their places."""
    ignores: tuple[Ignore, ...] = ()
