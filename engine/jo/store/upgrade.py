"""Brings a store's tables to the newest version, all of the way or none of it."""

from pathlib import Path

from sqlalchemy import select

from jo.ports.store.errors import StoreVersionError
from jo.store.engine import connect
from jo.store.tables import leases
from jo.store.twins import clock
from jo.store.versions import refuse_newer, version_of

_WORKER = (
    select(leases.c.owner)
    .where(leases.c.owner.is_not(None), leases.c.until_at > clock())
    .order_by(leases.c.owner)
    .limit(1)
)

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str) -> tuple[str | None, str]:
    """Run the migrations that the store still lacks. Returns the versions before and after.

    Raises StoreError; the store is then as it was.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    database = connect(url, create=False)
    try:
        with database.alter() as connection:
            before = version_of(connection)
            refuse_newer(before)
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            after = version_of(connection)
    except CommandError as error:
        raise StoreVersionError(f"The store's tables cannot be upgraded: {error}.") from error
    finally:
        database.close()
    assert after is not None
    return before, after


def present_worker(url: str) -> str | None:
    """Return a worker whose lease is not over, by the tables that the store has now. Raises StoreError."""
    database = connect(url, create=False)
    try:
        with database.read() as connection:
            if version_of(connection) is None:
                return None
            return connection.execute(_WORKER).scalar()
    finally:
        database.close()
