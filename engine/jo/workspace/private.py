"""Files that only their owner may read: keys, and what may speak of people."""

import os
from pathlib import Path
from typing import BinaryIO


def open_private(path: Path, *, is_new: bool = False) -> BinaryIO:
    """Open a file for writing, in place of what was there; nobody else may read it, whatever the umask says.

    With `is_new` raises FileExistsError where there is one.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_EXCL if is_new else os.O_TRUNC), 0o600)
    os.fchmod(descriptor, 0o600)  # the file may have been there
    return os.fdopen(descriptor, "wb")


def make_private(folder: Path) -> None:
    """Make a folder that nobody else may look into, unless it is there; and those above it, as others are."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
