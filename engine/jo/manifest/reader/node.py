"""The tree of one document with the place of every key and value."""

from dataclasses import dataclass, field
from enum import Enum

from jo.diagnostics.span import Position, Span
from jo.manifest.document import Value
from jo.manifest.reader.parser import Mark

_LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A mark of our own, where the parser's is not where a value ends."""

    index: int
    line: int
    column: int


class Style(Enum):
    """How a node is written, as far as places depend on it."""

    PLAIN = "plain"
    QUOTED = "quoted"
    BLOCK = "block scalar"
    INDENTED = "block collection"
    BRACED = "flow collection"


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """A scalar, mapping or list. `keys` and `children` grow while it is read."""

    start: Mark
    end: Mark
    style: Style
    value: Value
    keys: dict[str, "Node"] = field(default_factory=dict)
    children: "dict[str | int, Node]" = field(default_factory=dict)
    """The values of a mapping by key, the items of a list by index."""
    height: int = 0
    """Levels below it."""
    size: int = 1
    """Values in it, itself included, with aliases counted in full."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written at all, as after `key:`."""
        return self.style is Style.PLAIN and self.start.index == self.end.index


def excerpt(text: str) -> str:
    """Return text on one line, cut where it would drown the message that quotes it."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"


def span(file: str, start: Mark, end: Mark) -> Span:
    return Span(file, Position(start.line + 1, start.column + 1), Position(end.line + 1, end.column + 1))
