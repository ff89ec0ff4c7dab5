"""Make one page of HTML of body, preheader, subject and layout, in whatever syntax each is written."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape

from jo.diagnostics.codes import BAD_MJML, BROKEN_TEMPLATE, Code
from jo.model.content import Syntax
from jo.render import markdown, mjml, page
from jo.render.faults import ContentFault, Place
from jo.render.holes import Holes
from jo.render.pieces import Item, Piece, PieceKind, blank, locate
from jo.render.text import LAYOUT_NAMES, Text


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """The texts of one version."""

    subject: Text
    preheader: Text
    body: Text
    body_syntax: Syntax
    layout: Text | None
    layout_syntax: Syntax | None

    @cached_property
    def holes(self) -> Holes:
        return Holes(text.raw for text in self.texts)

    @property
    def texts(self) -> tuple[Text, ...]:
        texts = (self.subject, self.preheader, self.body)
        return texts if self.layout is None else (*texts, self.layout)

    def place_of(self, needle: str) -> Place:
        """Return where something of the page was written, as near as can be said."""
        for part in self.holes.split(needle):
            if isinstance(part, Piece):
                return part.at
        for text in (self.body, self.layout):
            found = locate(text.place, text.raw, needle) if text else None
            if found is not None:
                return found
        return self.body.place


def assemble(assembly: Assembly) -> tuple[str | None, tuple[ContentFault, ...]]:
    """Return the page with words for its pieces; None when it cannot be made."""
    return _Assembler(assembly).run()


class _StopError(Exception):
    """A fault after which there is no page."""


class _Assembler:
    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self.holes = assembly.holes
        self.faults: list[ContentFault] = []

    def run(self) -> tuple[str | None, tuple[ContentFault, ...]]:
        try:
            return self._page(), tuple(self.faults)
        except _StopError:
            return None, tuple(self.faults)

    def _stop(self, code: Code, at: Place, detail: str, help: str = "") -> _StopError:
        self.faults.append(ContentFault(code=code, at=at, detail=detail, help=help))
        return _StopError()

    def _page(self) -> str:
        assembly = self.assembly
        body = self._body()
        if assembly.layout is None:
            html, has_preheader = self._unframed(body), False
        else:
            html, has_preheader = self._framed(assembly.layout, body)
        if assembly.preheader.items and not has_preheader:
            html = page.add_preheader(html, self._inline(assembly.preheader))
        return html

    def _marked(self, items: tuple[Item, ...]) -> str:
        return self.holes.comment_statements(self.holes.mark(items))

    def _inline(self, text: Text) -> str:
        """Return the HTML of a text that has no markup, such as the subject."""
        return self._marked(tuple(escape(item) if isinstance(item, str) else item for item in text.items))

    def _body(self) -> str:
        """Return the body's HTML, or its MJML."""
        body = self.assembly.body
        match self.assembly.body_syntax:
            case Syntax.MARKDOWN:
                html = markdown.to_html(self.holes.mark(body.items), self.holes)
                return self.holes.comment_statements(html)
            case Syntax.HTML:
                return self._marked(body.items)
            case Syntax.MJML:
                self._check_mjml(body)
                return self._marked(body.items)

    def _unframed(self, body: str) -> str:
        if self.assembly.body_syntax is Syntax.MJML:
            return self._compile_mjml(body, self.assembly.body)
        if page.has_frame(body):
            return body
        return page.PLAIN_FRAME.format(subject=self._inline(self.assembly.subject), body=body)

    def _framed(self, layout: Text, body: str) -> tuple[str, bool]:
        """Put the body into the layout; also return whether the layout places the preheader."""
        is_mjml_body = self.assembly.body_syntax is Syntax.MJML
        is_mjml_layout = self.assembly.layout_syntax is Syntax.MJML
        if is_mjml_layout:
            self._check_mjml(layout)
        self._check_fit(body, is_mjml_body=is_mjml_body, is_mjml_layout=is_mjml_layout)
        placements: dict[str, Callable[[], str]] = {
            "subject": lambda: self._inline(self.assembly.subject),
            "preheader": lambda: self._inline(self.assembly.preheader),
        }
        names = [item.inner for item in layout.items if isinstance(item, Piece) and _is_placement(item)]
        if names.count("body") != 1:
            found = "does not place" if "body" not in names else "places more than once"
            raise self._stop(
                BROKEN_TEMPLATE, layout.place, f"The layout {found} the body.", "Write `{{ body }}` once."
            )
        parts: list[Item] = []
        word = ""
        for item in layout.items:
            if not isinstance(item, Piece) or not _is_placement(item):
                parts.append(item)
            elif item.inner != "body":
                parts.append(placements[item.inner]())
            elif is_mjml_body:
                parts.append(body)
            else:
                word = self.holes.word(item)
                parts.append(word)
        html = self._marked(tuple(parts))
        if is_mjml_layout:
            html = self._compile_mjml(html, layout)
        if word and (html.count(word) != 1 or page.is_inside_tag(html, word)):
            raise self._stop(BROKEN_TEMPLATE, layout.place, "`{{ body }}` stands where no text can stand.")
        return html.replace(word, body) if word else html, "preheader" in names

    def _check_fit(self, body: str, *, is_mjml_body: bool, is_mjml_layout: bool) -> None:
        at = self.assembly.body.place
        if is_mjml_body and not is_mjml_layout:
            raise self._stop(BAD_MJML, at, "A body in MJML needs a layout in MJML, or none.")
        if is_mjml_body and mjml.is_document(body):
            detail = "The body is a whole MJML document, and so is its layout."
            raise self._stop(
                BAD_MJML, at, detail, "Leave `<mjml>` and `<mj-body>` to the layout, or have no layout."
            )
        if not is_mjml_body and page.has_frame(body):
            detail = "The body is a whole page, and so is its layout."
            raise self._stop(BROKEN_TEMPLATE, at, detail, "Leave `<html>` and `<body>` to the layout.")

    def _check_mjml(self, text: Text) -> None:
        try:
            mjml.check(blank(text.raw))
        except mjml.MjmlError as error:
            raise self._stop(
                BAD_MJML, _at(text, error.line, error.column, error.length), error.detail, error.help
            ) from None

    def _compile_mjml(self, text: str, source: Text) -> str:
        if not mjml.is_document(text):
            detail = "A body in MJML without a layout has to be a whole document."
            raise self._stop(
                BAD_MJML, source.place, detail, "Put it into `<mjml><mj-body>…</mj-body></mjml>`."
            )
        try:
            return mjml.to_html(text)
        except mjml.MjmlError as error:
            raise self._stop(BAD_MJML, source.place, error.detail, error.help) from None


def _is_placement(piece: Piece) -> bool:
    return piece.kind is PieceKind.OUTPUT and piece.inner in LAYOUT_NAMES


def _at(text: Text, line: int, column: int, length: int) -> Place:
    return Place(
        version=text.place.version,
        where=text.place.where,
        line=line,
        column=column,
        end_column=column + max(length, 1),
    )
