"""Brings a store's tables to the newest version, all of the way or none of it."""

from pathlib import Path

from jo.ports.store.errors import StoreVersionError
from jo.store.engine import connect
from jo.store.versions import refuse_newer, version_of

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
