"""Where the table of a source lies, and which state of its file is meant.

Only a regular file on this machine is a source: no URL, so that a pull request cannot make jo fetch one, no
folder, and no pipe, which would be read once and block for ever.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

_URL = re.compile(r"[a-z][a-z0-9+.-]+:/", re.ASCII | re.IGNORECASE)

_PATTERN = re.compile(r"[*?\[]")
"""DuckDB reads such a path as a pattern and cannot be told otherwise."""


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLocation:
    """The setting `[sources.NAME]`."""

    name: str
    root: Path
    """The project's folder."""
    path: str
    """As written: absolute, or from `root` and then below it."""
    format: str | None = None
    """`csv` or `parquet`; None: by the file's extension."""
    delimiter: str = ","
    encoding: str = "utf-8"
    columns: Mapping[str, str] = field(default_factory=dict)
    """Declared field → the file's own column name, where they differ."""


class LocationError(Exception):
    """The file cannot be used. The text says why in one sentence, `help` what to do."""

    def __init__(self, text: str, help: str = "") -> None:
        super().__init__(text)
        self.help = help


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state of a file. A file that was written again is another version."""

    path: Path
    format: Format
    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    """Changes with every write, also where somebody sets the time of the last one."""

    @property
    def written_at(self) -> datetime:
        return datetime.fromtimestamp(self.mtime_ns // 1_000_000 / 1000, UTC)


def present_version(location: SourceLocation) -> Version:
    """Look at the file. Raises LocationError."""
    path, format = _path(location), _format(location)
    shown = f"`{location.path}`"
    try:
        found = path.stat()
    except FileNotFoundError:
        raise LocationError(f"{shown} does not exist.") from None
    except OSError as error:
        raise LocationError(f"{shown} cannot be reached: {error.strerror}.") from None
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
        raise LocationError(f"{shown} is {what}.", "Name one CSV or Parquet file.")
    if not os.access(path, os.R_OK):
        raise LocationError(f"{shown} may not be read by this user.")
    if format is Format.PARQUET and _PATTERN.search(str(path)):
        raise LocationError(f"{shown} holds a character of patterns (`*`, `?` or `[`).", "Rename the file.")
    return Version(
        path=path,
        format=format,
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        mtime_ns=found.st_mtime_ns,
        ctime_ns=found.st_ctime_ns,
    )


def parquet_path(location: SourceLocation) -> Path | None:
    """Return the path of a Parquet file, there or not; None for what is no such file or may not be read."""
    try:
        return _path(location) if _format(location) is Format.PARQUET else None
    except LocationError:
        return None


def _path(location: SourceLocation) -> Path:
    """Return the absolute path. Symbolic links are the operator's own and may lead anywhere."""
    written = location.path
    if not written or "\0" in written:
        raise LocationError("The path is empty or holds a NUL.")
    if _URL.match(written):
        raise LocationError(
            f"`{written}` is a URL, and jo reads no source over a network.", "Fetch the file first."
        )
    root = location.root.absolute()
    path = Path(os.path.normpath(root / written))
    if not Path(written).is_absolute() and not path.is_relative_to(root):
        raise LocationError(
            f"`{written}` leads out of the project's folder.",
            "Write an absolute path for a file that lies outside of the project.",
        )
    return path


def _format(location: SourceLocation) -> Format:
    written = location.format or Path(location.path).suffix.removeprefix(".").casefold()
    if written not in list(Format):
        raise LocationError(
            f"The ending of `{location.path}` says neither CSV nor Parquet.",
            'Add `format = "csv"` or `format = "parquet"` to the settings of the source.',
        )
    return Format(written)
