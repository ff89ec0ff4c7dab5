"""Places in text files: 1-based lines and columns, counted in code points, as editors show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file; `end` is exclusive and never before `start`."""

    file: str
    """Relative to the project's root, with forward slashes."""
    start: Position
    end: Position

    @classmethod
    def point(cls, file: str, line: int = 1, column: int = 1) -> "Span":
        """Return the empty span at one position, for faults of a file as a whole."""
        here = Position(line, column)
        return cls(file, here, here)

    def __str__(self) -> str:
        return f"{self.file}:{self.start}"


Path = tuple[str | int, ...]
"""Keys and list indexes from the root of one document, such as `("steps", "hello", "next")`."""
