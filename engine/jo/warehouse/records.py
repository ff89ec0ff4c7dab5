"""Reads the records of a CSV file strictly: RFC 4180, each record as wide as the header.

The file is read here and not by DuckDB, whose reader takes a record with one empty field too many for a
good one. So a stray comma in a name would move every later field by one, and a mail to somebody else.

A record may span lines; lines are counted as editors do. Blank lines between records are skipped. Lines may
end in LF, CRLF or CR; a byte order mark is dropped.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

LARGEST_FIELD = 16 * 1024 * 1024
"""Characters of one field; more is taken for a quote that never ends."""

Record = tuple[int, list[str]]
"""The line where it begins, 1-based, and its fields."""

_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
"""Encodings whose lines do not end in one byte, so that bytes cannot be counted into lines."""


class BrokenFileError(Exception):
    """The file is no such table. The text is a sentence without the file's content, `line` is 1-based."""

    def __init__(self, text: str, line: int | None = None, help: str = "") -> None:
        super().__init__(text)
        self.line = line
        self.help = help


def read_records(path: Path, *, encoding: str, delimiter: str) -> Iterator[Record]:
    """Yield the header, then the records. Raises BrokenFileError, and OSError where reading fails."""
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise BrokenFileError(f"`{delimiter}` cannot be a delimiter.", help='Set one character, such as ";".')
    name = _python_name(encoding)
    # The limit belongs to the whole process; jo reads CSV nowhere else.
    csv.field_size_limit(LARGEST_FIELD)
    with path.open(encoding="utf-8-sig" if name == "utf-8" else name, newline="") as file:
        try:
            yield from _records(file, delimiter)
        except UnicodeError:
            raise _undecodable(path, name) from None


def _records(file: TextIO, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    width = 0
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _misquoted(error, line) from None
        if not fields:
            continue
        if len(fields) != width:
            if width:
                found = f"{len(fields)} field{'' if len(fields) == 1 else 's'}"
                raise BrokenFileError(f"The row has {found} and the header {width}.", line)
            width = len(fields)
        yield line, fields


def _misquoted(error: csv.Error, line: int) -> BrokenFileError:
    text = "A quote is not closed, or not right before the delimiter or the end of the line."
    if "limit" in str(error):
        text = f"A field has more than {LARGEST_FIELD:,} characters: a quote is not closed."
    return BrokenFileError(text, line, "Within a quoted field, write each quote twice.")


def _undecodable(path: Path, encoding: str) -> BrokenFileError:
    text = f"The file is not {encoding.upper()} text."
    help_ = 'Set `encoding` to that of the file, such as "cp1252" or "latin-1".'
    if encoding in _WIDE:
        return BrokenFileError(text, help=help_)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeError:
                return BrokenFileError(text, number, help_)
    return BrokenFileError(text, help=help_)


def _python_name(encoding: str) -> str:
    """Return the normal name of a text encoding."""
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, UnicodeError):
        raise BrokenFileError(
            f"`{encoding}` is no encoding that jo knows.", help='Set `encoding`, such as "utf-8" or "cp1252".'
        ) from None
