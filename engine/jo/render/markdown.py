"""Markdown to HTML: CommonMark with tables, raw HTML off.

Three conventions of jo's: a line that holds only statements is a block of its own and makes no paragraph; a
paragraph that is only a bold link (`**[Start](https://…)**`) is a button; a link's title is the name that
conditions know it by (`[guide](https://… "guide")`).
"""

from functools import cache
from typing import TYPE_CHECKING

from jo.render.holes import Holes

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_HOLES = "jo-holes"


def to_html(text: str, holes: Holes) -> str:
    """Return the HTML of a Markdown text whose pieces are words."""
    return str(_markdown().render(text, {_HOLES: holes}))


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # No address is dropped here: one that cannot be used is reported with its place.
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # the library's own way to set it
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "list"]}
    markdown.block.ruler.before("table", "statements", _statement_block, interrupts)
    markdown.core.ruler.push("rows", _statement_rows)
    markdown.core.ruler.push("loops", _loops_into_lists)
    markdown.core.ruler.push("links", _name_links)
    return markdown


def _statement_block(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    holes: Holes = state.env[_HOLES]
    statements = holes.statements_of_line(line)
    if not statements:
        return False
    if not silent:
        state.line = start + 1
        token = state.push("html_block", "", 0)
        token.content = line.strip() + "\n"
        token.info = " ".join(statement.keyword for statement in statements)
    return True


def _statement_rows(state: "StateCore") -> None:
    """Turn rows of a table that hold only statements into the statements themselves."""
    holes: Holes = state.env[_HOLES]
    kept: list[Token] = []
    row_start = 0
    for token in state.tokens:
        if token.type == "tr_open":
            row_start = len(kept)
        kept.append(token)
        if token.type == "tr_close":
            text = "".join(inner.content for inner in kept[row_start:] if inner.type == "inline")
            if holes.statements_of_line(text):
                token.type, token.tag, token.nesting, token.content = "html_block", "", 0, text + "\n"
                kept[row_start:] = [token]
    state.tokens = kept


def _loops_into_lists(state: "StateCore") -> None:
    """Move a loop that stands around one whole list into it, so that all items share one list."""
    tokens = state.tokens
    for index, token in enumerate(tokens):
        if token.type != "html_block" or token.info != "for" or index + 1 >= len(tokens):
            continue
        opening = tokens[index + 1]
        if opening.type not in ("bullet_list_open", "ordered_list_open"):
            continue
        closing = _closing(tokens, index + 1)
        after = closing + 1
        if after < len(tokens) and tokens[after].type == "html_block" and tokens[after].info == "endfor":
            tokens[index], tokens[index + 1] = opening, token
            tokens[closing], tokens[after] = tokens[after], tokens[closing]


def _closing(tokens: "list[Token]", opening: int) -> int:
    depth = 0
    for index in range(opening, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return opening


def _name_links(state: "StateCore") -> None:
    for index, token in enumerate(state.tokens):
        if token.type != "inline" or not token.children:
            continue
        for child in token.children:
            if child.type == "link_open" and "title" in child.attrs:
                child.attrs["data-link"] = child.attrs.pop("title")
        children = [child for child in token.children if child.type != "text" or child.content]
        if state.tokens[index - 1].type == "paragraph_open" and _is_button(
            [child.type for child in children]
        ):
            state.tokens[index - 1].attrSet("class", "button")
            children[1].attrSet("class", "button")
            token.children = children[1:-1]


def _is_button(kinds: list[str]) -> bool:
    """Tell whether the parts of an inline text are exactly one link, all of it bold."""
    return (
        kinds[:2] == ["strong_open", "link_open"]
        and kinds[-2:] == ["link_close", "strong_close"]
        and kinds.count("link_open") == 1
        and kinds.count("strong_open") == 1
    )
