"""Copies a store in SQLite into a new file, while others go on to use it.

The copy is made by SQLite's own backup in one reading transaction: it is one state of the store, and with the
write-ahead log nobody waits for it. It is checked and synced under another name before it gets its own, so
that a file of that name is always a whole backup. A store in PostgreSQL is copied by PostgreSQL's own tools.
"""

import errno
import os
import shlex
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jo.ports.store.errors import StoreError
from jo.store.address import read_address
from jo.store.engine import BUSY_SECONDS
from jo.store.sqlite import refuse_hard_links
from jo.store.trouble import sentence

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK)
"""What disks say that know no second name of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    file: Path
    size: int
    """In bytes."""


def backup(file: Path, target: Path) -> Backup:
    """Copy the store's file to a file that is not there yet. Raises StoreError; then there is none."""
    if target.exists():
        raise StoreError(f"{target} is there already, and a backup overwrites nothing. Choose another name.")
    if not file.exists():
        raise StoreError(f"There is no store at {file}.")
    refuse_hard_links(str(file))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _reserve(part)
        _copy(file, part)
        size = _sync(part)
        _name(part, target)
        _sync(target.parent)
    except OSError as error:
        raise StoreError(f"The backup {target} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            part.unlink()
    return Backup(file=target, size=size)


def dump_command(url: str, target: Path) -> str:
    """Return the command that backs up a store in PostgreSQL. No password is in it.

    Raises SettingsError, and StoreError where there is no libpq.
    """
    options = read_address(url)
    from psycopg.conninfo import make_conninfo

    place = make_conninfo("", **{**options, "password": None, "sslpassword": None})
    return f"pg_dump --format=custom --file={shlex.quote(str(target))} {shlex.quote(place)}"


def _reserve(part: Path) -> None:
    """Make the file, for its owner only: it will hold people's addresses."""
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _copy(file: Path, part: Path) -> None:
    address = f"file:{quote(str(file))}?mode=rw"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            found = [line for (line,) in copy.execute("PRAGMA integrity_check")]
            orphans = copy.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise StoreError(sentence(error, str(file))) from error
    if found != ["ok"] or orphans:
        raise StoreError(f"The store {file} is damaged, and so would be a copy of it: see `jo store check`.")


def _sync(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def _name(part: Path, target: Path) -> None:
    """Give the file its name, unless another has it by now."""
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in _NO_LINKS or target.exists():
            raise
        part.rename(target)
