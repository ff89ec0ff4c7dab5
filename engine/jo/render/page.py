"""Put body, preheader and layout together to one page of HTML, and inline its CSS.

`{{ body }}`, `{{ preheader }}` and `{{ subject }}` have their meaning only in a layout. A layout in MJML is
compiled with a word in place of the body, whose HTML is put in afterwards; only a body that is a part of an
MJML document itself goes in before.

The libraries that parse HTML and CSS overflow the stack on deep nesting and take time in proportion to rules
times elements, so both are bounded before they run. They are told to load nothing from anywhere.
"""

import re
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from jo.render.holes import Holes, LanguageHole

if TYPE_CHECKING:
    from css_inline import CSSInliner

PLAIN_FRAME = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{subject}</title><style>
body {{ margin: 0; padding: 24px 16px; font: 16px/1.5 "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }}
.content {{ max-width: 600px; margin: 0 auto; }}
img {{ max-width: 100%; }}
</style></head><body><div class="content">
{body}
</div></body></html>
"""
"""What stands around a body without a layout."""

HIDDEN = "display:none;max-height:0;max-width:0;overflow:hidden;mso-hide:all;font-size:1px;opacity:0"
"""The style of a preheader that the layout does not place: mailboxes read it, readers do not see it."""

DEPTH = 100
ELEMENTS = 5_000
COST = 1_000_000
"""Selectors times elements; a usual mail has some thousands."""
SELECTOR = 300
"""Characters of one selector."""

_VOID = frozenset(
    {"br", "hr", "img", "col", "wbr", "meta", "input", "link", "area", "base", "embed", "source"}
)
_OPTIONAL_END = frozenset(
    {"p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dt", "dd", "colgroup", "option"}
)
_BODY_TAG = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_HTML_TAG = re.compile(r"<html\b([^>]*)>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
_LANG = re.compile(r'\s+lang="([^"]*)"')
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


class TooCostlyError(Exception):
    """The page would take too much time or memory to compile."""


def has_frame(html: str) -> bool:
    """Tell whether a body is a whole page already."""
    return re.search(r"<(?:html|body)\b", html, re.IGNORECASE) is not None


def add_preheader(html: str, preheader: str) -> str:
    """Put the preheader first in the page, unseen."""
    block = f'<div style="{HIDDEN}">{preheader}</div>'
    found = _BODY_TAG.search(html)
    position = found.end() if found else 0
    return html[:position] + block + html[position:]


def set_language(html: str, holes: Holes, *, by_person: bool) -> str:
    """Give the page its language.

    With `by_person` (a version made for some people) it is the person's, else what the author wrote;
    without, it is what the author wrote, else the person's.
    """

    def replace(found: re.Match[str]) -> str:
        written = _LANG.search(found[1])
        own = written[1] if written and is_language(written[1]) else "und"
        language = holes.word(LanguageHole(own)) if by_person or own == "und" else own
        return f'<html lang="{language}"{_LANG.sub("", found[1])}>'

    return _HTML_TAG.sub(replace, html, count=1)


def is_language(tag: str) -> bool:
    """Tell whether this can be a language tag (RFC 5646)."""
    return _LANGUAGE.fullmatch(tag) is not None


def is_inside_tag(html: str, word: str) -> bool:
    return any(word in found[0] for found in _TAG.finditer(html))


class _Counter(HTMLParser):
    """Counts what the real parsers would have to build."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = 0
        self.depth = 0
        self.deepest = 0
        self.css: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements += 1
        self._in_style = tag == "style"
        if tag not in _VOID and tag not in _OPTIONAL_END:
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False
        if tag not in _VOID and tag not in _OPTIONAL_END:
            self.depth = max(self.depth - 1, 0)

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.css.append(data)


def check_cost(html: str) -> None:
    """Raise TooCostlyError for a page that the parsers should not get, ValueError for one nobody can read."""
    counter = _Counter()
    try:
        counter.feed(html)
        counter.close()
    except AssertionError:
        # The standard library's own way to say that it cannot go on.
        raise ValueError("a declaration that begins with `<!` is broken") from None
    if counter.deepest > DEPTH:
        raise TooCostlyError(
            f"Elements are nested {counter.deepest} deep, or are not closed; the limit is {DEPTH}."
        )
    if counter.elements > ELEMENTS:
        raise TooCostlyError(f"The page has {counter.elements:,} elements; the limit is {ELEMENTS:,}.")
    css = "".join(counter.css)
    heads = re.findall(r"[^{}]*(?=\{)", css)
    selectors = [selector for head in heads for selector in head.split(",")]
    if any(len(selector) > SELECTOR for selector in selectors):
        raise TooCostlyError(f"A CSS selector has more than {SELECTOR} characters.")
    if len(selectors) * counter.elements > COST:
        raise TooCostlyError(
            f"The page has {len(selectors):,} CSS selectors for {counter.elements:,} elements: too many."
        )


def inline(html: str, holes: Holes) -> str:
    """Return the page in canonical form, its CSS inlined, comments gone that carry nothing.

    In canonical form every attribute is in double quotes and every element is closed. Raises
    TooCostlyError, and ValueError for HTML or CSS that cannot be read.
    """
    from css_inline import InlineError

    check_cost(html)
    try:
        page = _inliner().inline(html)
    except InlineError as error:
        raise ValueError(str(error)) from None

    def kept(found: re.Match[str]) -> str:
        text = found[1]
        return found[0] if text.startswith(("[if", "<![endif")) or holes.words_in(text) == [text] else ""

    return _COMMENT.sub(kept, page)


@cache
def _inliner() -> "CSSInliner":
    from css_inline import CSSInliner

    return CSSInliner(
        # Links to style sheets are kept only so that the walk over the page finds and refuses them.
        keep_link_tags=True,
        keep_style_tags=True,
        keep_at_rules=True,
        remove_inlined_selectors=True,
        load_remote_stylesheets=False,
    )
