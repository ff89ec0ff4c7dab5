"""A file of lines that are written first and read later: what a refresh knows before it may say it."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self, TypeVar

from jo.ports.refresher import ROWS, Step, encode

IN_MEMORY = 1 << 20
"""Bytes that need no file."""

T = TypeVar("T")


class Spool:
    """Goes with the block that it is used in."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, step: Step) -> None:
        self.write(encode(step))

    def write(self, line: bytes) -> None:
        self._file.write(line)

    def lines(self) -> Iterator[bytes]:
        """Yield what was written, from the beginning; nothing may be written meanwhile."""
        self._file.seek(0)
        yield from self._file


def parts(items: list[T]) -> Iterator[list[T]]:
    """Yield the items, not too many for one step at a time."""
    for start in range(0, len(items), ROWS):
        yield items[start : start + ROWS]
