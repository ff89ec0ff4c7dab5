"""Read a file with care: trees with positions, every fault explained, reading on behind each.

Works on the events of the parser and bounds what it does: depth, aliases, what aliases stand for, and
the number of faults. A document that is broken is left out, and reading goes on at the next `---`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from jo.diagnostics.diagnostic import Diagnostic, has_errors
from jo.manifest.document import Value
from jo.manifest.reader import features, limits, traps
from jo.manifest.reader.node import Node, Place, Style
from jo.manifest.reader.parser import Mark, YAMLError, events
from jo.manifest.reader.scalars import Refused, scalar
from jo.manifest.reader.syntax import explain, place_of

_STYLES = {"'": Style.QUOTED, '"': Style.QUOTED, "|": Style.BLOCK, ">": Style.BLOCK}
_NEXT_DOCUMENT = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_COLON = re.compile(r"\s*:")
_WRITTEN = re.compile(r"[^\r\n]")


@dataclass(slots=True)
class Forest:
    """The documents of a file that are whole, and what was wrong with the file."""

    trees: list[Node] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    written: list[tuple[int, int]] = field(default_factory=list)
    """Where quoted and block scalars stand, as indexes: a # in them is no comment."""


def grow(file: str, text: str) -> Forest:
    """Read all documents of `text`."""
    forest = Forest()
    for found in traps.UNPRINTABLE.finditer(text):
        forest.faults.append(traps.unprintable(file, text, found.start()))
        if len(forest.faults) == limits.FAULTS:
            return forest
    text = traps.UNPRINTABLE.sub(" ", text)
    while True:
        builder = _Builder(file, text, forest)
        try:
            builder.read()
        except _Stop:
            return forest
        except YAMLError as error:
            builder.report(error)
            resume = _NEXT_DOCUMENT.search(text, max(place_of(error).index, builder.start + 1))
            if resume is None or len(forest.faults) >= limits.FAULTS:
                return forest
            # What was read is blanked, not cut off, so that places stay as they are.
            text = _WRITTEN.sub(" ", text[: resume.start()]) + text[resume.start() :]
        else:
            return forest


class _Stop(Exception):  # noqa: N818 -- a limit is reached: the file is read no further
    pass


class _Builder:
    """Turns events into trees, from one place in the file to its end or to the first syntax error."""

    def __init__(self, file: str, text: str, forest: Forest) -> None:
        self.start = 0
        """Where the present document starts."""
        self._file = file
        self._text = text
        self._forest = forest
        self._next: Callable[[], Any] = events(text)
        self._anchors: dict[str, Node | None] = {}
        """None while the anchored node is still being read."""
        self._values = 0
        self._aliases = 0
        self._aliased_values = 0
        self._cuts: list[Node] = []
        """Values cut at a comma, of the collections that are still open."""
        self._brackets: list[Mark] = []
        """Where the braces and brackets start that are still open."""
        self._closed: Mark
        """The end of the collection that was closed last."""

    def read(self) -> None:
        self._next()  # the stream's start
        for event in self._until(StreamEndEvent):
            self.start = event.start_mark.index
            if event.tags or event.version not in (None, (1, 2)):
                self._fault(features.directive(self._file, event))
            self._anchors.clear()
            tree = self._node(self._next(), limits.DEPTH)
            self._next()  # the document's end
            if not tree.is_empty:
                self._forest.trees.append(tree)

    def report(self, error: YAMLError) -> None:
        """Report a syntax error, unless it only follows from a fault that is reported already."""
        faults = self._forest.faults
        line = place_of(error).line + 1
        if self._cuts:
            faults.append(traps.cut_at_comma(self._file, self._text, self._cuts[0]))
        elif not any(known.at and known.at.end.line == line for known in faults if has_errors([known])):
            bracket = self._brackets[-1] if self._brackets else None
            faults.append(explain(self._file, self._text, error, bracket))

    def _until(self, end: type[Any]) -> Iterator[Any]:
        """Yield the first event of each item up to the collection's `end`; the items are read in between."""
        while (event := self._next()).__class__ is not end:
            yield event
        self._closed = event.end_mark

    def _fault(self, fault: Diagnostic | None) -> None:
        if fault is not None:
            self._forest.faults.append(fault)
            if len(self._forest.faults) >= limits.FAULTS:
                raise _Stop

    def _limit(self, fault: Diagnostic) -> _Stop:
        self._forest.faults.append(fault)
        return _Stop()

    def _node(self, event: Any, room: int) -> Node:
        """Read the node that starts with `event`; collections may nest `room` levels."""
        if event.__class__ is AliasEvent:
            return self._alias(event, room)
        self._values += 1
        if self._values > limits.VALUES:
            raise self._limit(features.too_many_values(self._file, event))
        if event.tag is not None:
            self._fault(features.tag(self._file, self._text, event))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if event.__class__ is ScalarEvent:
            node = self._scalar(event)
        elif not room:
            raise self._limit(features.too_deep(self._file, event))
        else:
            node = self._collection(event, room)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _scalar(self, event: Any) -> Node:
        node = _as_text(event)
        if node.style is not Style.PLAIN:
            self._forest.written.append((event.start_mark.index, event.end_mark.index))
            if node.style is Style.BLOCK:
                node.end = self._last_written(event)
            return node
        found = scalar(event.value)
        if found is Refused.TIME:
            self._fault(traps.bare_time(self._file, node))
        elif found is Refused.NUMBER:
            self._fault(features.number(self._file, node))
        elif not isinstance(found, Refused):
            node.value = found
        self._fault(traps.swallowed(self._file, self._text, node))
        return node

    def _last_written(self, event: Any) -> Place:
        """Return the end of a block scalar's last line that is not blank; the parser's is lines below."""
        lines = self._text[event.start_mark.index : event.end_mark.index].rstrip().split("\n")
        last = lines[-1].rstrip("\r")
        return Place(
            index=event.start_mark.index + len("\n".join(lines)),
            line=event.start_mark.line + len(lines) - 1,
            column=len(last) + (event.start_mark.column if len(lines) == 1 else 0),
        )

    def _alias(self, event: Any, room: int) -> Node:
        self._aliases += 1
        node = Node(start=event.start_mark, end=event.end_mark, style=Style.PLAIN, value=None)
        target = self._anchors.get(event.anchor)
        if target is None:
            self._fault(features.alias(self._file, event, is_open=event.anchor in self._anchors))
            return node
        self._aliased_values += target.size
        if self._aliases > limits.ALIASES or self._aliased_values > limits.ALIASED_VALUES:
            raise self._limit(features.too_many_aliases(self._file, event))
        if target.height > room:
            raise self._limit(features.too_deep(self._file, event))
        node.value, node.keys, node.children = target.value, target.keys, target.children
        node.size, node.height = target.size, target.height
        return node

    def _collection(self, event: Any, room: int) -> Node:
        # A pair in a list without braces of its own, as in [a: b], is a mapping too.
        has_bracket = self._text[event.start_mark.index : event.start_mark.index + 1] in ("[", "{")
        if has_bracket:
            self._brackets.append(event.start_mark)
        cuts_before = len(self._cuts)
        if event.__class__ is MappingStartEvent:
            node = self._mapping(event, room)
        else:
            node = self._sequence(event, room)
        for cut in self._cuts[cuts_before:]:
            self._fault(traps.cut_at_comma(self._file, self._text, cut))
        del self._cuts[cuts_before:]
        if has_bracket:
            self._brackets.pop()
        return node

    def _mapping(self, event: Any, room: int) -> Node:
        values: dict[str, Value] = {}
        node, joined = _empty(event, values), set[str]()
        last_key: str | None = None
        for key_event in self._until(MappingEndEvent):
            key = self._key(event, key_event, room)
            value = self._node(self._next(), room - 1)
            if key is None:
                continue
            name = key_event.value
            last = node.children.get(last_key) if last_key is not None else None
            if last_key is not None and last and self._is_cut(event, last, key, value):
                self._join(last, key)
                joined.add(last_key)
            elif name in node.keys:
                self._fault(features.duplicate(self._file, key, node.keys[name]))
            else:
                values[name], node.keys[name], last_key = value.value, key, name
                _add(node, name, value)
                node.end = key.end if value.is_empty else value.end
        for name in joined:
            values[name] = self._written(node.children[name])
        if event.flow_style:
            node.end = self._closed
        return node

    def _sequence(self, event: Any, room: int) -> Node:
        values: list[Value] = []
        node = _empty(event, values)
        joined = set[int]()
        last: Node | None = None
        parentheses = 0
        for item_event in self._until(SequenceEndEvent):
            item = self._node(item_event, room - 1)
            if event.flow_style and last is not None and parentheses > 0 and not item.children:
                self._join(last, item)
                joined.add(len(values) - 1)
                parentheses += traps.open_parentheses(item)
            else:
                parentheses = traps.open_parentheses(item) if item.style is Style.PLAIN else 0
                _add(node, len(values), item)
                values.append(item.value)
                last, node.end = item, item.end
        for index in joined:
            values[index] = self._written(node.children[index])
        if event.flow_style:
            node.end = self._closed
        return node

    def _key(self, mapping_event: Any, event: Any, room: int) -> Node | None:
        """Read a key; None when it is refused. Its value is still to be read then."""
        if event.__class__ is ScalarEvent:
            refused = features.key(self._file, self._text, event)
            self._fault(refused)
            return _as_text(event) if refused is None else None
        self._fault(features.complex_key(self._file, self._text, mapping_event, event))
        if event.__class__ is not AliasEvent:
            self._node(event, room - 1)
        return None

    def _is_cut(self, mapping_event: Any, last: Node, key: Node, value: Node) -> bool:
        """Tell whether `key` is really the rest of `last`, the value before the comma."""
        return (
            mapping_event.flow_style
            and last.style is Style.PLAIN
            and not last.is_empty
            and not last.children
            and value.is_empty
            and not _COLON.match(self._text, key.end.index)
        )

    def _written(self, node: Node) -> str:
        node.value = self._text[node.start.index : node.end.index]
        return node.value

    def _join(self, last: Node, rest: Node) -> None:
        """Give a value back what a comma cut off, so that the checks see what was meant."""
        last.end = rest.end
        if not self._cuts or self._cuts[-1] is not last:
            self._cuts.append(last)


def _as_text(event: Any) -> Node:
    style = _STYLES.get(event.style, Style.PLAIN)
    return Node(start=event.start_mark, end=event.end_mark, style=style, value=event.value)


def _empty(event: Any, values: Value) -> Node:
    style = Style.BRACED if event.flow_style else Style.INDENTED
    return Node(start=event.start_mark, end=event.end_mark, style=style, value=values)


def _add(node: Node, name: str | int, child: Node) -> None:
    node.children[name] = child
    node.size += child.size
    node.height = max(node.height, child.height + 1)
