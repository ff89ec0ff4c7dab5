"""MJML to HTML, after a check of our own that says where a fault is.

The compiler (mrml) names no place for most faults and overflows the stack on deep nesting, so what it gets
is checked first: known elements, closed in order, no includes, a bounded depth.
"""

from html.parser import HTMLParser

from jo.diagnostics.nearest import suggestion

ELEMENTS = frozenset(
    {
        "mjml",
        "mj-head",
        "mj-body",
        "mj-attributes",
        "mj-all",
        "mj-class",
        "mj-breakpoint",
        "mj-font",
        "mj-title",
    }
    | {
        "mj-html-attributes",
        "mj-preview",
        "mj-style",
        "mj-accordion",
        "mj-accordion-element",
        "mj-accordion-text",
    }
    | {"mj-accordion-title", "mj-button", "mj-carousel", "mj-carousel-image", "mj-column", "mj-divider"}
    | {"mj-group", "mj-hero", "mj-image", "mj-navbar", "mj-navbar-link", "mj-raw", "mj-section", "mj-social"}
    | {"mj-social-element", "mj-spacer", "mj-table", "mj-text", "mj-wrapper"}
)

_VOID = frozenset({"br", "hr", "img", "col", "wbr", "meta", "input", "link", "area", "base"})
_ENDING = frozenset({"mj-text", "mj-button", "mj-raw", "mj-table", "mj-accordion-text", "mj-accordion-title"})
"""Elements whose content is HTML."""
DEPTH = 60


class MjmlError(Exception):
    """The MJML cannot be compiled; `line` and `column` are 1-based, in the text that was given."""

    def __init__(
        self, detail: str, *, help: str = "", line: int = 1, column: int = 1, length: int = 0
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.help = help
        self.line = line
        self.column = column
        self.length = length


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []

    def stop(self, detail: str, *, help: str = "", length: int = 0) -> MjmlError:
        line, offset = self.getpos()
        return MjmlError(detail, help=help, line=line, column=offset + 1, length=length)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._check(tag)
        if tag not in _VOID:
            self.open.append(tag)
        if len(self.open) > DEPTH:
            raise self.stop(f"Elements are nested more than {DEPTH} deep.")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._check(tag)

    def _check(self, tag: str) -> None:
        if tag == "mj-include":
            raise self.stop(
                "`<mj-include>` is not accepted.", help="Put what several mails share into the layout."
            )
        if tag in ELEMENTS or _ENDING.intersection(self.open):
            return
        if tag.startswith("mj") or self.open:
            help = suggestion(tag, ELEMENTS, noun="element")
            raise self.stop(f"`<{tag}>` is no element of MJML here.", help=help, length=len(tag) + 1)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            expected = f"`</{self.open[-1]}>` is due" if self.open else "nothing is open"
            raise self.stop(f"`</{tag}>` closes what is not open: {expected} here.", length=len(tag) + 3)
        self.open.pop()


def check(text: str) -> None:
    """Check MJML, whole or a part of it. Raises MjmlError."""
    checker = _Checker()
    try:
        checker.feed(text)
        checker.close()
    except AssertionError:
        raise checker.stop("A declaration that begins with `<!` is broken.") from None
    if checker.open:
        raise checker.stop(f"`<{checker.open[-1]}>` is never closed.")


def is_document(text: str) -> bool:
    return "<mjml" in text


def to_html(text: str) -> str:
    """Compile a whole MJML document that `check` has passed. Raises MjmlError."""
    import mjml

    try:
        # No fonts: a font from another server would tell that server who reads the mail.
        return str(mjml.mjml2html(text, fonts={}))
    except ValueError as error:
        raise MjmlError(
            f"The MJML compiler says: {error}.",
            help="Attributes need quotes, `&` and `<` in text need `&amp;` and `&lt;`.",
        ) from None
