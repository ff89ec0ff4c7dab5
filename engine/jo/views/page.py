"""A page of simple Markdown in a terminal: headings, paragraphs, lists, code.

Made for the pages of `jo explain`, so it knows what they use: headings with `#`, fenced code, lists with `-`,
and within text `code`, **strong** and [links](…).
"""

import re
from collections.abc import Iterator

from jo.views.terminal import Ink, Line, Look, paint, visible, wrap

_WIDEST = 100
_JOINT = "⍽"
"""Stands for a space within code while text is wrapped, so that code stays on one line."""
_PIECES = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)")


def render(markdown: str, look: Look) -> str:
    lines: list[Line] = []
    for kind, text in _blocks(markdown):
        if lines and not (kind == "item" and lines[-1] and lines[-1][0][0].startswith("  - ")):
            lines.append([])
        lines += _block(kind, text, min(look.width, _WIDEST))
    return paint(lines, look)


def _blocks(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text), of kind `heading`, `code`, `item` or `text`; only code keeps its lines."""
    kind, fence = "", ""
    held: list[str] = []
    for line in markdown.splitlines():
        mark = re.match(r"`{3,}", line)
        if fence:
            if mark and line.startswith(fence):
                yield "code", "\n".join(held)
                held, fence = [], ""
            else:
                held.append(line)
            continue
        is_item = line.startswith("- ")
        if held and (mark or is_item or not line.strip() or line.startswith("#")):
            yield kind, " ".join(held)
            held = []
        if mark:
            fence = mark[0]
        elif line.startswith("#"):
            yield "heading", line.lstrip("# ")
        elif is_item:
            kind, held = "item", [line[2:].strip()]
        elif line.strip():
            kind = kind if held else "text"
            held.append(line.strip())
    if held:
        yield kind, " ".join(held)


def _block(kind: str, text: str, width: int) -> list[Line]:
    match kind:
        case "heading":
            return [[(visible(text), Ink.STRONG)]]
        case "code":
            return [[("    ", Ink.PLAIN), (visible(line), Ink.OTHER)] for line in text.split("\n")]
        case "item":
            lead, rest = "  - ", "    "
        case _:
            lead = rest = "  "
    wrapped = wrap(_plain(text), width - len(lead))
    return [
        [(lead if number == 0 else rest, Ink.PLAIN), *_inked(line)] for number, line in enumerate(wrapped)
    ]


def _plain(text: str) -> str:
    """Return links as text and address, and marks that only make sense in print left out."""

    def piece(found: re.Match[str]) -> str:
        code, strong, stressed, words, target = found.groups()
        if words is not None:
            return words if target in words else f"{words} ({target})"
        return strong or stressed or f"`{code.replace(' ', _JOINT)}`"

    return _PIECES.sub(piece, text)


def _inked(line: str) -> Line:
    """Set off code."""
    pieces: Line = []
    for number, part in enumerate(re.split(r"(`[^`]+`)", line.replace(_JOINT, " "))):
        if part:
            pieces.append((part, Ink.CODE if number % 2 else Ink.PLAIN))
    return pieces
