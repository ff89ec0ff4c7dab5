"""The text part of a mail, derived from its finished page.

Headings, paragraphs, lists, tables and links become text that reads well without wrapping: one line per
paragraph, a blank line between blocks, `- ` and `1. ` before items, a link as `text (address)`. Space
between blocks is written before a block and not after it, so a condition around a block takes its space
along. Holes stay holes; a statement adds nothing of its own.
"""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from jo.render.anchors import Link
from jo.render.holes import Holes, LinkHole
from jo.render.pieces import Piece

_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "table", "hr", "address"}
    | {"section", "article", "header", "footer", "main", "nav", "aside", "figure"}
)
"""Blocks with a blank line around them."""
_LINES = frozenset({"div", "tr", "li", "dt", "dd", "td", "th", "body", "figcaption", "caption", "center"})
"""Blocks that begin a line."""
_SILENT = frozenset({"head", "style", "title"})
_VOID = frozenset({"br", "hr", "img", "col", "wbr", "meta", "input"})
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_ALIGNED = " \u00a0\u200b\u200c\u034f\ufeff"
"""Spaces that layouts use to hold things apart; at the ends of a text part's lines they say nothing."""


def to_text(html: str, holes: Holes, links: Sequence[Link]) -> str:
    """Return the text of a page in canonical form, with holes as words (statements as comments)."""
    writer = _Writer(holes, links)
    writer.feed(html)
    writer.close()
    return writer.text() + "\n"


class _Writer(HTMLParser):
    def __init__(self, holes: Holes, links: Sequence[Link]) -> None:
        super().__init__(convert_charrefs=True)
        self._holes = holes
        self._targets = links
        self._out: list[str] = []
        self._newlines = 0
        """Line ends to write before the next text."""
        self._written = False
        self._space = False
        self._open: list[str] = []
        self._hidden_from: int | None = None
        self._lists: list[int | None] = []
        """Open lists: the number of the next item, or None for bullets."""
        self._bullet = ""
        self._links: list[tuple[str, int]] = []
        """Open links: address, and where in `_out` their text begins."""
        self._data_tables: list[bool] = []
        """Open tables: whether they hold data and do not only place things (`role="presentation"`)."""
        self._cell = False
        """Whether a cell of data stands before this one in its row."""

    def text(self) -> str:
        lines = "".join(self._out).split("\n")
        return "\n".join(line.rstrip(_ALIGNED) for line in lines).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append(tag)
            if self._hidden_from is None and (
                tag in _SILENT or "hidden" in values or _HIDDEN.search(values.get("style", ""))
            ):
                self._hidden_from = len(self._open)
        if self._hidden_from is not None:
            return
        self._block(tag, begins=True)
        match tag:
            case "br":
                self._newlines = max(self._newlines + 1, 1)
            case "hr":
                self._write("* * *")
                self._block("hr", begins=False)
            case "img":
                self._words(values.get("alt", ""))
            case "table":
                self._data_tables.append(values.get("role") != "presentation")
            case "ul":
                self._lists.append(None)
            case "ol":
                start = values.get("start", "1")
                self._lists.append(int(start) if start.isdecimal() and len(start) < 6 else 1)
            case "li":
                self._item()
            case "a":
                self._links.append((values.get("href", ""), len(self._out)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if self._hidden_from is not None:
            if len(self._open) < self._hidden_from:
                self._hidden_from = None
            return
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "table" and self._data_tables:
            self._data_tables.pop()
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())
        self._block(tag, begins=False)

    def _block(self, tag: str, *, begins: bool) -> None:
        nested_list = tag in ("ul", "ol") and len(self._lists) >= 1
        if tag in ("td", "th") and self._data_tables and self._data_tables[-1]:
            # The cells of a row of data stay on its line.
            self._space = True
            if begins and self._cell:
                self._write("|")
                self._space = True
            self._cell = not begins
        elif tag in _LINES or nested_list:
            self._newlines = max(self._newlines, 1)
            self._cell = False
        elif tag in _PARAGRAPHS and not (tag == "p" and self._bullet):
            self._newlines = max(self._newlines, 2)

    def _item(self) -> None:
        depth = max(len(self._lists) - 1, 0)
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self._bullet = "  " * depth + ("- " if number is None else f"{number}. ")

    def _end_link(self, address: str, start: int) -> None:
        label = "".join(self._out[start:]).strip()
        hole = self._holes.is_whole(address)
        if isinstance(hole, LinkHole) and label == self._targets[hole.index].url:
            # A label that is the address itself says it once.
            self._out[start:] = [address if part.strip() == label else part for part in self._out[start:]]
        elif address:
            self._space = bool(label)
            self._write(f"({address})" if label else address)

    def handle_data(self, data: str) -> None:
        if self._hidden_from is None:
            if "pre" in self._open:
                for number, line in enumerate(data.split("\n")):
                    if number:
                        self._newlines = self._newlines + 1
                    if line:
                        self._write(line)
            else:
                self._words(data)

    def handle_comment(self, data: str) -> None:
        hole = self._holes.is_whole(data)
        if self._hidden_from is not None or hole is None:
            return
        if isinstance(hole, Piece) and hole.keyword == "for" and self._lists and self._written:
            # The blank line before a list belongs before the loop over its items, not before each of them.
            self._out.append("\n" * (self._newlines - 1))
            self._newlines = 1
        self._out.append(f"<!--{data}-->")

    def _words(self, data: str) -> None:
        collapsed = _SPACE.sub(" ", data)
        if collapsed.startswith(" "):
            self._space = True
        stripped = collapsed.strip(" ")
        if stripped.strip(_ALIGNED):
            self._write(stripped)
        if collapsed.endswith(" "):
            self._space = True

    def _write(self, text: str) -> None:
        if self._newlines:
            if self._written:
                self._out.append("\n" * self._newlines)
            self._newlines = 0
        elif self._space and self._written:
            self._out.append(" ")
        self._space = False
        if self._bullet:
            self._out.append(self._bullet)
            self._bullet = ""
        self._out.append(text)
        self._written = True
