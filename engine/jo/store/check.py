"""Holds a store against what a database promises: sound pages and indexes, references that lead somewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, ForeignKey, exists, select

from jo.store.engine import connect
from jo.store.tables import metadata
from jo.store.versions import NEWEST, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    place: str
    """What the store is called before people."""
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
    database = connect(url, create=False)
    try:
        with database.read() as connection:
            version = version_of(connection)
            findings = database.damages(connection)
            if not findings and version == NEWEST:  # only then do the tables of `metadata` stand there
                findings = list(_orphans(connection))
    finally:
        database.close()
    return CheckReport(place=database.place, version=version, newest=NEWEST, findings=findings)


def _orphans(connection: Connection) -> Iterator[str]:
    for table in metadata.sorted_tables:
        for reference in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            yield from _orphans_of(connection, reference)


def _orphans_of(connection: Connection, reference: ForeignKey) -> Iterator[str]:
    child, parent = reference.parent.table, reference.column.table
    name = next(iter(child.primary_key))
    leads_nowhere = ~exists().where(reference.column == reference.parent)
    rows = connection.execute(
        select(name).where(reference.parent.is_not(None), leads_nowhere).order_by(name).limit(100)
    )
    for (row,) in rows:
        yield f"A row of `{child.name}` ({row}) refers to a row of `{parent.name}` that is not there."
