"""The databases' exceptions, told as the port's: what an operator can act on, and what is a bug in jo."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from jo.ports.store.errors import ChangeRefusedError, ContentionError, StoreError

_BUSY = "The store {place} is busy: another process has been writing to it for too long."
_FULL = "The disk of the store {place} is full. Nothing was written, nothing is lost; make room and go on."
_DAMAGED = "The store {place} is damaged. Stop all that uses it and restore a backup."
_BROKEN_DISK = "The disk of the store {place} fails to read or write."
_AWAY = "The server of the store {place} is stopping or starting."

_SENTENCES: dict[int | str, str] = {
    # SQLite, by primary result code
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: "The store {place} may not be written to: the file, its folder or the disk "
    "is read-only for this user.",
    sqlite3.SQLITE_CANTOPEN: "The store {place} cannot be opened: the file or its folder is missing, or this "
    "user may not read or create files there.",
    sqlite3.SQLITE_PERM: "The store {place} cannot be opened: this user may not read it.",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: "The file {place} is no store of jo: it is not a SQLite database.",
    sqlite3.SQLITE_IOERR: _BROKEN_DISK,
    # PostgreSQL, by SQLSTATE
    "25006": "The store {place} may not be written to: this server is a standby, or set to read-only.",
    "25P03": "A transaction on the store {place} was open for too long without a word, and the server ended "
    "it: was this process stopped?",
    "42501": "The store {place} is not for this user: a privilege on its schema or a table is missing.",
    "53100": _FULL,
    "53200": "The server of the store {place} has no memory left.",
    "53300": "The server of the store {place} has no connection left.",
    "55P03": _BUSY,
    "57014": "The store {place} took too long to answer, and was not waited for.",
    "57P01": _AWAY,
    "57P02": _AWAY,
    "57P03": _AWAY,
    "58030": _BROKEN_DISK,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}

_CONTENTION = ("40001", "40P01")
"""A transaction that cannot be put in an order with others; a deadlock."""


@contextmanager
def told(place: str) -> Iterator[None]:
    """Raise the port's errors for the database's. `place` names the store to the operator.

    A statement that the database cannot make sense of is a bug in jo and becomes a RuntimeError.
    """
    try:
        yield
    except IntegrityError as error:
        raise ChangeRefusedError(f"The store refuses the change: {_plain(error.orig)}.") from error
    except PoolTimeoutError as error:
        raise StoreError(_BUSY.format(place=place)) from error
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None)
        if _code(cause) in _CONTENTION:
            raise ContentionError(f"Others were changing the same in the store {place}.") from error
        if isinstance(error, OperationalError) or _code(cause) in _SENTENCES:
            raise StoreError(sentence(cause, place)) from error
        raise RuntimeError(f"the store was asked for something that makes no sense: {error}") from error


def sentence(error: BaseException | None, place: str) -> str:
    """Return what the operator has to know of a database error."""
    known = _SENTENCES.get(_code(error))
    return known.format(place=place) if known else f"The store {place} cannot be used: {_plain(error)}."


def is_readonly(error: DBAPIError) -> bool:
    """Tell whether a statement that writes was refused."""
    return _code(error.orig) in (sqlite3.SQLITE_READONLY, "25006")


def _code(error: BaseException | None) -> int | str:
    """Return SQLite's result code without the detail in its higher bytes, or the SQLSTATE; -1 for none."""
    code = getattr(error, "sqlite_errorcode", None)
    return getattr(error, "sqlstate", None) or -1 if code is None else code & 0xFF


def _plain(error: BaseException | None) -> str:
    """Return the error's own words in one line, without the rows that PostgreSQL adds as details."""
    said = getattr(getattr(error, "diag", None), "message_primary", None)
    if said is None:
        # "connection failed: connection to server at …, port … failed: FATAL:  password …", and advice below
        lines = str(error).splitlines()
        said = lines[0].rpartition(" failed: ")[2].removeprefix("FATAL:  ") if lines else ""
    return str(said).rstrip(".")
