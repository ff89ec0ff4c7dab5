"""The database's exceptions, told as the port's: what an operator can act on, and what is a bug in jo."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from jo.ports.store.errors import ChangeRefusedError, StoreError

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "The store {place} is busy: another process has been writing to it for too long.",
    sqlite3.SQLITE_LOCKED: "The store {place} is busy: another process has been writing to it for too long.",
    sqlite3.SQLITE_FULL: "The disk of the store {place} is full. Nothing was written, nothing is lost; "
    "make room and go on.",
    sqlite3.SQLITE_READONLY: "The store {place} may not be written to: the file, its folder or the disk "
    "is read-only for this user.",
    sqlite3.SQLITE_CANTOPEN: "The store {place} cannot be opened: the file or its folder is missing, or this "
    "user may not read or create files there.",
    sqlite3.SQLITE_PERM: "The store {place} cannot be opened: this user may not read it.",
    sqlite3.SQLITE_CORRUPT: "The store {place} is damaged. Stop all that uses it and restore a backup.",
    sqlite3.SQLITE_NOTADB: "The file {place} is no store of jo: it is not a SQLite database.",
    sqlite3.SQLITE_IOERR: "The disk of the store {place} fails to read or write.",
}


@contextmanager
def told(place: str) -> Iterator[None]:
    """Raise the port's errors for the database's. `place` names the store to the operator.

    A statement that the database cannot make sense of is a bug in jo and becomes a RuntimeError.
    """
    try:
        yield
    except IntegrityError as error:
        raise ChangeRefusedError(f"The store refuses the change: {error.orig}.") from error
    except PoolTimeoutError as error:
        raise StoreError(_SENTENCES[sqlite3.SQLITE_BUSY].format(place=place)) from error
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None)
        if isinstance(error, OperationalError) or _code(cause) in _SENTENCES:
            raise StoreError(sentence(cause, place)) from error
        raise RuntimeError(f"the store was asked for something that makes no sense: {error}") from error


def sentence(error: BaseException | None, place: str) -> str:
    """Return what the operator has to know of a database error."""
    known = _SENTENCES.get(_code(error))
    return known.format(place=place) if known else f"The store {place} cannot be used: {error}."


def is_readonly(error: OperationalError) -> bool:
    """Tell whether a statement that writes was refused."""
    return _code(error.orig) == sqlite3.SQLITE_READONLY


def _code(error: BaseException | None) -> int:
    """Return SQLite's primary result code, without the detail in the higher bytes; -1 for none."""
    code = getattr(error, "sqlite_errorcode", None)
    return -1 if code is None else code & 0xFF
