"""Cut a text into what is Jinja and what is not.

A piece is one `{{ … }}`, `{% … %}` or `{# … #}`, with its place. Pieces are taken out before Markdown or
MJML sees the text and are put back afterwards, so no author's markup is read inside a piece and no data is
ever read as markup. The cut is our own, because Jinja's lexer keeps no columns; that both agree on where a
piece ends is checked for every piece in `syntax`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from jo.diagnostics.codes import BROKEN_TEMPLATE, COSTLY_TEMPLATE
from jo.render.faults import ContentFault, Place

LARGEST_TEXT = 100_000
"""Characters of one body or layout; Gmail cuts a whole mail at 102 kB."""


class PieceKind(Enum):
    OUTPUT = "{{"
    STATEMENT = "{%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    kind: PieceKind
    inner: str
    """What stands between the delimiters, on one line, without the signs of whitespace control."""
    at: Place

    @property
    def keyword(self) -> str:
        """The statement's first word; empty for an output."""
        words = self.inner.split(None, 1)
        return words[0] if words and self.kind is PieceKind.STATEMENT else ""

    @property
    def source(self) -> str:
        if self.kind is PieceKind.OUTPUT:
            return "{{ " + self.inner + " }}"
        return "{% " + self.inner + " %}"


Item = str | Piece

_OPEN = re.compile(r"\{\{|\{%|\{#")
_CLOSE = {"{{": "}}", "{%": "%}", "{#": "#}"}
_STRING = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_INNER = {
    "{{": re.compile(rf"(?:{_STRING}|(?!\}}\}}|[\"']).)*", re.DOTALL),
    "{%": re.compile(rf"(?:{_STRING}|(?!%\}}|[\"']).)*", re.DOTALL),
    "{#": re.compile(r"(?:(?!#\}).)*", re.DOTALL),
}


def cut(text: str, place: Place) -> tuple[tuple[Item, ...], tuple[ContentFault, ...]]:
    """Return static text and pieces in order; comments are gone, whitespace control is carried out.

    Stops at the first piece that does not end (BROKEN_TEMPLATE).
    """
    if len(text) > LARGEST_TEXT:
        detail = f"The text has {len(text):,} characters; jo compiles up to {LARGEST_TEXT:,}."
        return (), (ContentFault(code=COSTLY_TEMPLATE, at=place, detail=detail),)
    items: list[Item] = []
    position = 0
    trim_next = False
    for span in _spans(text):
        at = _place(place, text, span.start, span.end)
        if not span.closed:
            detail = f"`{span.delimiter}` has no `{_CLOSE[span.delimiter]}` that ends it."
            return tuple(items), (ContentFault(code=BROKEN_TEMPLATE, at=at, detail=detail),)
        between = text[position : span.start]
        before, content, after = _controls(text[span.start + 2 : span.end - 2])
        between = between.lstrip() if trim_next else between
        items.append(between.rstrip() if before else between)
        trim_next = after
        if span.delimiter != "{#":
            inner = " ".join(content.split("\n")).strip()
            items.append(Piece(kind=PieceKind(span.delimiter), inner=inner, at=at))
        position = span.end
    rest = text[position:]
    items.append(rest.lstrip() if trim_next else rest)
    return tuple(item for item in items if item != ""), ()


def blank(text: str) -> str:
    """Return a text with every piece written over, so that all else keeps its line and column."""
    parts: list[str] = []
    position = 0
    for span in _spans(text):
        filler = "x" if span.delimiter == "{{" else " "
        parts += [text[position : span.start], re.sub(r"[^\n]", filler, text[span.start : span.end])]
        position = span.end
    return "".join([*parts, text[position:]])


@dataclass(frozen=True, slots=True)
class _Span:
    delimiter: str
    start: int
    end: int
    closed: bool


def _spans(text: str) -> Iterator[_Span]:
    """Find the pieces of a text; the one that does not end is the last."""
    position = 0
    while (found := _OPEN.search(text, position)) is not None:
        inner = _INNER[found[0]].match(text, found.end())
        end = inner.end() if inner else found.end()
        closed = text.startswith(_CLOSE[found[0]], end)
        position = end + 2 if closed else len(text)
        yield _Span(found[0], found.start(), min(end + 2, len(text)), closed)


def _controls(content: str) -> tuple[bool, str, bool]:
    """Take Jinja's signs of whitespace control off: whether to trim before, the content, whether after."""
    before = content.startswith("-")
    after = content.endswith("-")
    content = content.removeprefix("-").removeprefix("+")
    return before, content.removesuffix("-").removesuffix("+"), after


def _place(place: Place, text: str, start: int, end: int) -> Place:
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    last = min(end, line_end if line_end >= 0 else len(text))
    return Place(
        version=place.version,
        where=place.where,
        key=place.key,
        line=place.line + text.count("\n", 0, start),
        column=start - line_start + 1,
        end_column=last - line_start + 1,
    )


def locate(place: Place, text: str, needle: str) -> Place | None:
    """Return where `needle` first stands in a text, or None."""
    start = text.find(needle) if needle else -1
    return _place(place, text, start, start + len(needle)) if start >= 0 else None


def pieces_of(items: Iterable[Item]) -> tuple[Piece, ...]:
    return tuple(item for item in items if isinstance(item, Piece))
