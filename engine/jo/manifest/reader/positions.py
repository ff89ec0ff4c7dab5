"""From a path to its place in the file, and from a stretch of a text value to the characters it came from.

A value and its source differ only in white space unless escapes are used: folding joins lines, block
scalars drop their indentation. So both are walked in step, white space aside; where they differ in
anything else, the place of the whole value is the answer.
"""

from collections.abc import Callable, Sequence

from jo.diagnostics.span import Path, Position, Span
from jo.manifest.document import Part
from jo.manifest.reader.node import Node, Style, span

_WHITE = " \t\r\n"


class TreePositions:
    """Positions of the documents of one file. Trees are built by `build` when first asked for."""

    def __init__(self, file: str, text: str, build: Callable[[], Sequence[Node]]) -> None:
        self._file = file
        self._text = text
        self._build = build
        self._trees: Sequence[Node] | None = None

    def locate(self, document: int, path: Path, part: Part) -> Span:
        node, key, found = self._find(document, path)
        if key is not None and (part is Part.KEY or not found or node.is_empty):
            return span(self._file, key.start, key.end)
        if found:
            return span(self._file, node.start, node.end)
        return self._heading(node)

    def locate_within(self, document: int, path: Path, start: int, end: int) -> Span:
        node, _, found = self._find(document, path)
        if found and isinstance(node.value, str):
            places = _align(self._text, node)
            if places is not None and 0 <= start <= end < len(places):
                last = places[end - 1] if end > start else None
                return Span(
                    self._file, places[start], Position(last.line, last.column + 1) if last else places[start]
                )
        return self.locate(document, path, Part.VALUE)

    def _find(self, document: int, path: Path) -> tuple[Node, Node | None, bool]:
        """Return the node at `path` or its nearest ancestor, that node's key, and whether it is the node."""
        if self._trees is None:
            self._trees = self._build()
        node, key = self._trees[document], None
        for step in path:
            child = node.children.get(step)
            if child is None:
                return node, key, False
            key = node.keys[step] if isinstance(step, str) else None
            node = child
        return node, key, True

    def _heading(self, node: Node) -> Span:
        """Return the first entry of a collection without a key, such as `kind: program`."""
        for name, key in node.keys.items():
            value = node.children[name]
            on_one_line = value.end.line == key.start.line
            return span(self._file, key.start, value.end if on_one_line else key.end)
        return span(self._file, node.start, node.end)


def _align(text: str, node: Node) -> list[Position] | None:
    """Return the place of each character of a text value and of its end; None where escapes are used."""
    value = node.value
    assert isinstance(value, str)
    at, line, column = node.start.index, node.start.line + 1, node.start.column + 1
    if node.style is Style.QUOTED:
        at, column = at + 1, column + 1
    elif node.style is Style.BLOCK:
        at, line, column = text.find("\n", at) + 1, line + 1, 1
    places = []
    for char in value:
        if char not in _WHITE:
            while at < node.end.index and text[at] in _WHITE:
                line, column = (line + 1, 1) if text[at] == "\n" else (line, column + 1)
                at += 1
            if at >= node.end.index or text[at] != char:
                return None
        places.append(Position(line, column))
        if at < node.end.index and text[at] == char:
            line, column = (line + 1, 1) if char == "\n" else (line, column + 1)
            at += 1
    places.append(Position(line, column))
    return places
