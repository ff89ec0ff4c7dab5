"""Which store there is: a SQLite file with its lock, or a database; opened, checked, copied and upgraded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING

from jo.ports.errors import WorldError
from jo.workspace.cache import make_local
from jo.workspace.secrets import plain
from jo.workspace.settings import Settings

if TYPE_CHECKING:
    from jo.ports.store import Store
    from jo.store.alone import RunLock
    from jo.store.backup import Backup
    from jo.store.check import CheckReport

_SQLITE = "sqlite:///"
_MEMORY = ":memory:"


def open_store(settings: Settings) -> Store:
    """Open the store; a SQLite file is made when it is not there. Raises WorldError."""
    from jo.store import open_store as open_url

    return open_url(store_url(settings))


def open_store_to_read(settings: Settings) -> Store:
    """Open the store for a command that changes nothing: where there is none yet, an empty one in memory.

    Raises WorldError.
    """
    from jo.store import open_store as open_url
    from jo.store import open_store_to_read as open_url_to_read

    file = store_file(settings)
    if file is not None and not file.exists():
        return open_url(f"{_SQLITE}{_MEMORY}")
    return open_url_to_read(store_url(settings))


def store_file(settings: Settings) -> Path | None:
    """Return the file of a SQLite store, whatever links lead to it; None for any other.

    What lies beside it, such as the lock of its worker, is then the same for everybody.
    """
    url = plain(settings.store.url)
    if not url.startswith(_SQLITE) or url.removeprefix(_SQLITE) == _MEMORY:
        return None
    return Path(realpath(settings.root / url.removeprefix(_SQLITE)))


def check_store(settings: Settings) -> CheckReport:
    """Look for damage of the store. Raises WorldError."""
    from jo.store import check

    file = store_file(settings)
    if file is not None and not file.exists():
        raise WorldError(f"There is no store at {file} yet: `jo apply` makes one.")
    return check(store_url(settings))


def backup_store(settings: Settings, target: Path) -> Backup:
    """Copy a store in SQLite to a file that is not there yet. Raises WorldError."""
    from jo.store.backup import backup, dump_command

    file = store_file(settings)
    if file is None:
        raise WorldError(
            "A store in PostgreSQL is backed up by its own tools, which ask for the password or take it from "
            f"PGPASSWORD or ~/.pgpass:\n\n    {dump_command(store_url(settings), target)}"
        )
    _refuse_emptied(settings, file)
    return backup(file, target)


@contextmanager
def store_alone(settings: Settings) -> Iterator[str | None]:
    """Keep workers off the store; give who works on it, if somebody does. Raises WorldError.

    On SQLite by the lock that each worker needs; in PostgreSQL a worker may still start.
    """
    lock = open_run_lock(settings)
    if lock is None:
        from jo.store.upgrade import present_worker

        yield present_worker(store_url(settings))
        return
    if not lock.take():
        yield "Another process"
        return
    try:
        yield None
    finally:
        lock.give_back()


def refuse_newer_store(version: str | None) -> None:
    """Raise WorldError for tables from a newer jo."""
    from jo.store.versions import refuse_newer

    refuse_newer(version)


def upgrade_store(settings: Settings) -> tuple[str | None, str]:
    """Bring the store's tables to the newest version; return those before and after. Raises WorldError."""
    from jo.store import upgrade

    return upgrade(store_url(settings))


def open_run_lock(settings: Settings) -> RunLock | None:
    """Return the lock that only one process of this machine holds; None where the store is no file."""
    from jo.store.alone import RunLock

    file = store_file(settings)
    return None if file is None else RunLock(file)


def store_url(settings: Settings) -> str:
    """Return the URL with the path of a SQLite file made absolute and its folder there.

    Raises WorldError, also for a file that was emptied.
    """
    file = store_file(settings)
    if file is None:
        return plain(settings.store.url)
    _refuse_emptied(settings, file)
    try:
        make_local(file.parent)
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorldError(f"The store's folder {file.parent} cannot be made: {error.strerror}.") from error
    return f"{_SQLITE}{file}"


def _refuse_emptied(settings: Settings, file: Path) -> None:
    """Raise WorldError for an empty file beside what a store left: SQLite would take it for a new one.

    A process that was killed while it made a store leaves an empty file as well, and nothing beside it.
    """
    from jo.wiring.journals import journals_folder

    try:
        if file.stat().st_size:
            return
    except OSError:
        return
    left = [file.with_name(f"{file.name}-wal"), *(journals_folder(settings) or file).glob("*/*.journal")]
    found = next((path for path in left if path.is_file() and path.stat().st_size), None)
    if found is not None:
        raise WorldError(
            f"The store {file} is empty, but {found} is what a store left: something has emptied the file. "
            "Nothing was changed. Restore a backup, and `jo run` says what is missing; or move the file away "
            "to begin anew."
        )
