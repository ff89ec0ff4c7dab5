"""Inert words that stand in for pieces while Markdown, MJML and the CSS inliner run.

A word is lower-case letters and digits, so it survives text, attributes and addresses unchanged. A
statement outside of tags is a comment instead (`<!--word-->`): a parser of HTML moves text out of a table,
but leaves a comment where it is. Words begin with letters that occur in no text of the template.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from jo.render.pieces import Item, Piece, PieceKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHole:
    """The whole address of a link, by its number among the links of a version."""

    index: int


@dataclass(frozen=True, slots=True)
class LanguageHole:
    """The language of the page: the person's."""

    otherwise: str
    """The language where the person's is not known; a language tag."""


Hole = Piece | LinkHole | LanguageHole


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    hole: T
    start: int
    end: int


class Holes:
    """The registry of what was taken out; a word is given once and never changes."""

    def __init__(self, texts: Iterable[str]) -> None:
        joined = "\0".join(texts).casefold()
        letters = "jo"
        while letters in joined:
            letters += "qxz"[len(letters) % 3]
        self._letters = letters
        self._holes: list[Hole] = []
        self._word = re.compile(rf"{letters}(\d+)z")
        self._marker = re.compile(rf"<!--{letters}(\d+)z-->|{letters}(\d+)z")
        self._tag_or_word = re.compile(rf"(<[a-zA-Z/!?][^<>]*>)|{letters}(\d+)z")
        self._statement_line = re.compile(rf"(?:[ \t]*{letters}\d+z)+[ \t]*")

    def word(self, hole: Hole) -> str:
        self._holes.append(hole)
        return f"{self._letters}{len(self._holes) - 1}z"

    def mark(self, items: Sequence[Item]) -> str:
        """Write a text with words for its pieces."""
        return "".join(item if isinstance(item, str) else self.word(item) for item in items)

    def comment_statements(self, html: str) -> str:
        """Turn the words of statements that stand outside of tags into comments."""

        def replace(found: re.Match[str]) -> str:
            if found[1] is not None or not _is_statement(self._holes[int(found[2])]):
                return found[0]
            return f"<!--{found[0]}-->"

        return self._tag_or_word.sub(replace, html)

    def find(self, text: str) -> tuple[Found[Hole], ...]:
        """Return the holes of a text in order."""
        return tuple(
            Found(self._holes[int(found[1] or found[2])], found.start(), found.end())
            for found in self._marker.finditer(text)
        )

    def split(self, text: str) -> list[str | Hole]:
        """Return a text as its static parts and its holes, in order, without empty parts."""
        parts: list[str | Hole] = []
        position = 0
        for found in self.find(text):
            if found.start > position:
                parts.append(text[position : found.start])
            parts.append(found.hole)
            position = found.end
        if position < len(text):
            parts.append(text[position:])
        return parts

    def is_whole(self, text: str) -> Hole | None:
        """Return the hole that a text consists of, or None."""
        parts = self.split(text)
        return parts[0] if len(parts) == 1 and not isinstance(parts[0], str) else None

    def statements_of_line(self, line: str) -> tuple[Piece, ...]:
        """Return the statements of a line that holds nothing else; empty for any other line."""
        if not self._statement_line.fullmatch(line):
            return ()
        holes = [found.hole for found in self.find(line)]
        return (
            tuple(hole for hole in holes if isinstance(hole, Piece)) if all(map(_is_statement, holes)) else ()
        )

    def words_in(self, text: str) -> list[str]:
        """Return the words of a text in order, for comparing two readings of it."""
        return [found[0] for found in self._word.finditer(text)]


def _is_statement(hole: Hole) -> bool:
    return isinstance(hole, Piece) and hole.kind is PieceKind.STATEMENT
