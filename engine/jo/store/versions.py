"""Which version of the tables a store has, and how a fresh one comes to have the newest.

A fresh store is created from `tables` and stamped; a test proves that the migrations lead to the same. So
opening a store never loads Alembic; only `upgrade` does.
"""

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from jo.ports.store.errors import StoreVersionError
from jo.store.engine import Database
from jo.store.tables import metadata

NEWEST = "0001"
"""The version of `tables`. Versions are ordered as texts; a test holds it against the migrations."""

stamp = Table(
    "alembic_version",
    MetaData(naming_convention={"pk": "%(table_name)s_pkc"}),
    Column("version_num", String(32), primary_key=True),
)
"""Alembic's own table."""


def version_of(connection: Connection) -> str | None:
    """Return the version of the store's tables, None for a database without any table.

    Raises StoreVersionError for a database that is somebody else's.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return None
    if stamp.name not in names:
        raise StoreVersionError("The database holds tables that are not jo's; give the store one of its own.")
    version: str = connection.execute(select(stamp.c.version_num)).scalar_one()
    return version


def prepare(database: Database, *, create: bool = True) -> bool:
    """Make a fresh database a store; hold any other against this version of jo.

    Without `create`, a fresh one is left as it is, and the answer is False. Raises StoreVersionError.
    """
    with database.read() as connection:
        version = version_of(connection)
    if version is None and not create:
        return False
    if version is None:
        with database.alter() as connection:
            version = version_of(connection)  # another process may have come first
            if version is None:
                metadata.create_all(connection, checkfirst=False)
                stamp.create(connection)
                connection.execute(stamp.insert().values(version_num=NEWEST))
                version = NEWEST
    if version < NEWEST:
        raise StoreVersionError(
            f"The store's tables have version {version}, this jo needs {NEWEST}. Make a backup, then run:\n\n"
            "    jo store upgrade"
        )
    refuse_newer(version)
    return True


def refuse_newer(version: str | None) -> None:
    """Raise StoreVersionError for a version that this jo does not know yet."""
    if version is not None and version > NEWEST:
        raise StoreVersionError(
            f"The store's tables have version {version}, from a newer jo; this one knows up to {NEWEST}. "
            "Update jo wherever it runs."
        )
