"""Holds a store against what a database promises: sound pages and indexes, references that lead somewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from jo.store.engine import Database
from jo.store.trouble import sentence
from jo.store.versions import NEWEST, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    version: str | None
    """The version of the tables; None for a database without any."""
    newest: str
    """The version that this jo needs."""
    findings: Sequence[str]
    """What is wrong, one sentence each; empty for a sound store."""

    @property
    def is_sound(self) -> bool:
        return self.version == self.newest and not self.findings


def check(url: str) -> CheckReport:
    """Check a store, and change nothing. Raises StoreError when it cannot be read at all."""
    database = Database(url, create=False)
    try:
        with database.read() as connection:
            version = version_of(connection)
            findings = _damages(connection, database.place) or _orphans(connection)
    finally:
        database.close()
    return CheckReport(version=version, newest=NEWEST, findings=findings)


def _damages(connection: Connection, place: str) -> Sequence[str]:
    """Return what is wrong with pages and indexes. Only where nothing is can references be checked."""
    try:
        lines = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    except DatabaseError as error:
        return [sentence(error.orig, place)]
    return [] if lines == ["ok"] else [f"The file is damaged: {line}." for line in lines]


def _orphans(connection: Connection) -> Sequence[str]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return [
        f"A row of `{table}` ({row}) refers to a row of `{parent}` that is not there."
        for table, row, parent, _ in rows
    ]
