"""What every view for people shares: ink, width in cells, wrapping, and text made safe to show.

Lines are lists of pieces with an ink, so that layout is done on plain text and color comes last. Text
from an author's files can hold anything, escape sequences of terminals included: it is shown through
`visible`, which leaves no character that a terminal would act on.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO


class Ink(StrEnum):
    """What a piece of text is; the value is its style in Rich's words."""

    PLAIN = ""
    STRONG = "bold"
    QUIET = "dim"
    CODE = "bold"
    FRAME = "bright_blue"
    OTHER = "cyan"
    ERROR = "bold red"
    WARNING = "bold yellow"
    NOTE = "bold cyan"
    GOOD = "bold green"
    GONE = "red"
    COME = "green"


Line = list[tuple[str, Ink]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How text may look where it goes."""

    width: int = 100
    """In cells: a wide character takes two."""
    color: bool = False


_NARROWEST = 40


def look_of(stream: TextIO, environment: Mapping[str, str]) -> Look:
    """Return the look for a stream: color and its own width only on a terminal (see no-color.org)."""
    if not stream.isatty():
        return Look()
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    color = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    return Look(width=width, color=color)


def paint(lines: list[Line], look: Look) -> str:
    """Return the lines as text, each with its line break, trailing blanks dropped."""
    if not look.color:
        return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
    from rich.color import ColorSystem  # a fifth of a bare interpreter's start, for color only
    from rich.style import Style

    styles = {ink: Style.parse(ink.value) for ink in Ink}
    return "".join(
        "".join(styles[ink].render(text, color_system=ColorSystem.STANDARD) for text, ink in line) + "\n"
        for line in lines
    )


def cells(text: str) -> int:
    """Return the width of visible text in cells."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # only for text that needs the tables

    return cell_len(text)


def visible(text: str) -> str:
    """Replace what a terminal would act on, or nobody would see, by something that is seen."""
    return text if text.isprintable() else "".join(map(_picture, text))


def _picture(char: str) -> str:
    if char.isprintable():
        return char
    if char == "\t":
        return "    "
    if char < " ":
        return chr(0x2400 + ord(char))  # the control pictures of Unicode
    return "␣" if char.isspace() else "\ufffd"


def hanging(head: str, text: str, ink: Ink, look: Look, head_ink: Ink | None = None) -> list[Line]:
    """Return a paragraph that begins with a head; its other lines are set in by two cells."""
    first, *more = wrap(f"{head}{text}", look.width - 2)
    lead = visible(head).rstrip()
    opening: Line = [(first, ink)]
    if head_ink is not None and first.startswith(lead):
        opening = [(lead, head_ink), (first[len(lead) :], ink)]
    return [opening, *([("  ", Ink.PLAIN), (part, ink)] for part in more)]


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` cells where words allow it.

    Line breaks in the text stay; lines that begin with a space are commands and are not broken.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if paragraph.startswith(" "):
            lines.append(visible(paragraph))
            continue
        line = ""
        for word in visible(paragraph).split(" "):
            if line and cells(line) + 1 + cells(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines
