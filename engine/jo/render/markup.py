"""Walk a finished page: what stands in it, and where each piece stands.

The page is in canonical form, so a walk over start tags, texts and comments sees it as a mail program does.
The walk fails closed: only known elements pass, and when the pieces it met are not exactly those of the page
in their order, the page is refused. A piece may stand in text or in an attribute's value; not in CSS, not in
the name of anything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

from jo.diagnostics.codes import (
    BAD_MJML,
    BROKEN_TEMPLATE,
    MISSING_ALT,
    REFUSED_TEMPLATE_FEATURE,
    Code,
    Severity,
)
from jo.render.anchors import ADDRESS_ATTRIBUTES, Link
from jo.render.escape import Context
from jo.render.faults import ContentFault, Place
from jo.render.holes import Hole, Holes, LinkHole
from jo.render.pieces import Piece, PieceKind

ELEMENTS = frozenset(
    {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "span",
        "p",
        "a",
        "img",
        "br",
        "hr",
        "wbr",
        "center",
    }
    | {
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "colgroup",
        "col",
        "font",
        "big",
        "tt",
    }
    | {"h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code"}
    | {
        "strong",
        "b",
        "em",
        "i",
        "u",
        "s",
        "del",
        "ins",
        "small",
        "sub",
        "sup",
        "mark",
        "abbr",
        "cite",
        "q",
        "kbd",
    }
    | {
        "samp",
        "var",
        "time",
        "bdi",
        "bdo",
        "address",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
    }
    | {"aside", "figure", "figcaption", "strike", "label", "input"}
)
_OUTLOOK = re.compile(r"[ovw]:[a-z]+|xml|noscript")
"""Elements that only Outlook reads, inside conditional comments."""
_INPUT_TYPES = frozenset({"checkbox", "radio"})
"""MJML's accordion and menu work with these; anything that could send something is refused."""

_META = frozenset({"content-type", "x-ua-compatible"})
_QUOTED = re.compile(r'="[^"]*"')
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)"
    r"|(?<![\w-])(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
_FONT_SIZE = re.compile(r"font-size\s*:\s*([\d.]+)", re.IGNORECASE)
_READABLE = 2.0
"""Below this number, in whatever unit but `em`, text is not meant to be read."""
_CONDITIONAL = re.compile(r"\[if [^\]]*\]>(.*)<!\[endif\]", re.DOTALL)
_VOID = frozenset({"br", "hr", "img", "col", "wbr", "meta", "input"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a walk over a page found."""

    contexts: tuple[Context, ...]
    """The place of each hole, in the order of the page; statements count as text."""
    faults: tuple[ContentFault, ...]
    unsubscribes: bool
    """Whether everybody can see a link to unsubscribe."""
    shown: frozenset[str]
    """The outputs that everybody can see, as written."""


def inspect(html: str, holes: Holes, links: tuple[Link, ...], *, place: Callable[[str], Place]) -> Inspection:
    """Walk a page in canonical form. `place` finds the place of a needle in the author's texts."""
    walker = _Walker(holes, links, place)
    try:
        walker.feed(html)
        walker.close()
    except AssertionError:
        walker.fault(BROKEN_TEMPLATE, place("<![if"), "A declaration that begins with `<!` is broken.")
    if walker.words != holes.words_in(html):
        detail = "A token stands where jo cannot tell what it would become."
        walker.fault(
            REFUSED_TEMPLATE_FEATURE, place(""), detail, "Use tokens in texts and in values of attributes."
        )
    return Inspection(
        contexts=tuple(walker.contexts),
        faults=tuple(dict.fromkeys(walker.faults)),
        unsubscribes=walker.unsubscribes,
        shown=frozenset(walker.shown),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An open element; hidden or too small to read also by an outer one."""

    tag: str
    number: int
    hidden: bool
    tiny: bool


_PAGE = _Open(tag="", number=0, hidden=False, tiny=False)


class _Walker(HTMLParser):
    def __init__(self, holes: Holes, links: tuple[Link, ...], place: Callable[[str], Place]) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.contexts: list[Context] = []
        self.faults: list[ContentFault] = []
        self.shown: set[str] = set()
        self.unsubscribes = False
        self._holes = holes
        self._links = links
        self._place = place
        self._open: list[_Open] = []
        self._elements = 0
        self._statements: list[int] = []
        """For each open condition or loop, the number of the element it began in."""
        self._in_unsubscribe = False
        self._outlook = 0

    def fault(
        self, code: Code, at: Place, detail: str, help: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        self.faults.append(ContentFault(code=code, at=at, detail=detail, help=help, severity=severity))

    def _refuse(self, hole: Hole | None, needle: str, detail: str, help: str = "") -> None:
        at = hole.at if isinstance(hole, Piece) else self._place(needle)
        self.fault(REFUSED_TEMPLATE_FEATURE, at, detail, help)

    @property
    def _visible(self) -> bool:
        around = self._open[-1] if self._open else _PAGE
        return not (around.hidden or around.tiny or self._outlook or self._statements)

    # -- elements ---------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = tag in ELEMENTS or (self._outlook and _OUTLOOK.fullmatch(tag))
        if tag.startswith("mj-") or tag == "mjml":
            detail = f"`<{tag}>` stands where MJML does not read it."
            self.fault(
                BAD_MJML, self._place(f"<{tag}"), detail, "A body of MJML elements needs a layout in MJML."
            )
        elif not known:
            self._refuse(None, f"<{tag}", f"`<{tag}>` has no place in a mail.")
        values = {name: value or "" for name, value in attrs}
        self._check_element(tag, values)
        self._attributes(tag, attrs)
        self._elements += 1
        if tag not in _VOID:
            self._open.append(self._opened(tag, values))
        if tag == "a":
            hole = self._holes.is_whole(values.get("href", ""))
            self._in_unsubscribe = isinstance(hole, LinkHole) and self._links[hole.index].is_unsubscribe
        elif tag == "img" and values.get("alt", "").strip():
            self._saw_text()

    def _opened(self, tag: str, values: dict[str, str]) -> "_Open":
        outer = self._open[-1] if self._open else _PAGE
        style = values.get("style", "")
        size = _FONT_SIZE.search(style)
        return _Open(
            tag=tag,
            number=self._elements,
            hidden=outer.hidden or tag == "head" or "hidden" in values or _HIDDEN.search(style) is not None,
            tiny=float(size[1] or 0) < _READABLE and "em" not in style[size.end() :][:3]
            if size
            else outer.tiny,
        )

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass
        if tag == "a":
            self._in_unsubscribe = False

    def _check_element(self, tag: str, values: dict[str, str]) -> None:
        if tag == "img" and "alt" not in values:
            source = values.get("src", "")
            hole = next((found.hole for found in self._holes.find(source)), None)
            at = hole.at if isinstance(hole, Piece) else self._place(source)
            help = 'Say what it shows: `alt="…"`; `alt=""` when it is only an ornament.'
            self.fault(MISSING_ALT, at, "The image has no `alt`.", help, Severity.WARNING)
        elif tag == "meta" and values.get("http-equiv", "content-type").casefold() not in _META:
            self._refuse(None, "http-equiv", "This `<meta http-equiv>` has no place in a mail.")
        elif tag == "input" and values.get("type", "").casefold() not in _INPUT_TYPES:
            self._refuse(None, "<input", "`<input>` has no place in a mail.")

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or ""
        quoted = [word for value in _QUOTED.findall(raw) for word in self._holes.words_in(value)]
        if quoted != self._holes.words_in(raw):
            self._refuse(None, "", f"A token stands in `<{tag}>` outside of the value of an attribute.")
        for name, value in attrs:
            if name.startswith("on") or name in ("srcdoc", "action", "formaction", "srcset", "ping"):
                self._refuse(None, f"{name}=", f"The attribute `{name}` has no place in a mail.")
            for found in self._holes.find(value or ""):
                self._meet(found.hole, Context.ATTRIBUTE)
                if name in ADDRESS_ATTRIBUTES and not isinstance(found.hole, LinkHole):
                    self._refuse(found.hole, name, f"A token cannot stand in `{name}` of `<{tag}>`.")
                elif name == "style":
                    self._refuse(
                        found.hole, name, "A token stands in CSS, where its value could become a rule."
                    )
            self.words += self._holes.words_in(value or "")

    # -- texts and comments -----------------------------------------------------------------------

    def handle_data(self, data: str) -> None:
        holes = self._holes.find(data)
        self.words += self._holes.words_in(data)
        if self._open and self._open[-1].tag == "style":
            for found in holes:
                self._refuse(found.hole, "", "A token stands in CSS, where its value could become a rule.")
            if "@import" in data.casefold():
                self._refuse(None, "@import", "`@import` would load style from elsewhere.")
        for found in holes:
            self._meet(found.hole, Context.TEXT)
        if data.strip():
            self._saw_text()

    def handle_comment(self, data: str) -> None:
        hole = self._holes.is_whole(data)
        if hole is not None:
            self.words += self._holes.words_in(data)
            self._meet(hole, Context.TEXT)
            return
        conditional = _CONDITIONAL.fullmatch(data)
        if conditional is None:
            return
        inner = _Walker(self._holes, self._links, self._place)
        inner._outlook = self._outlook + 1
        inner.feed(conditional[1])
        inner.close()
        self.words += inner.words
        self.contexts += inner.contexts
        self.faults += inner.faults

    def _meet(self, hole: Hole, context: Context) -> None:
        self.contexts.append(context)
        if not isinstance(hole, Piece):
            return
        if hole.kind is PieceKind.OUTPUT:
            if self._visible:
                self.shown.add(hole.inner)
        else:
            self._statement(hole)

    def _statement(self, piece: Piece) -> None:
        """Follow a condition or loop; all of its parts have to stand in one element."""
        here = self._open[-1].number if self._open else 0
        if piece.keyword in ("if", "for"):
            self._statements.append(here)
            return
        if self._statements and piece.keyword in ("elif", "else", "endif", "endfor"):
            began = self._statements[-1]
            if began != here:
                detail = "The markup tears a condition or a loop apart: its two ends are not in one element."
                help = "Put both around whole paragraphs, rows or items."
                self.fault(BROKEN_TEMPLATE, piece.at, detail, help)
            if piece.keyword.startswith("end"):
                self._statements.pop()

    def _saw_text(self) -> None:
        if self._in_unsubscribe and self._visible:
            self.unsubscribes = True
