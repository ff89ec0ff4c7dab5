"""What the sections of a transaction share: the connection, and the check that a change really happened."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from sqlalchemy import Connection, Executable, Select, Update

from jo.flow.shards import SHARDS
from jo.ports.store.errors import ChangeRefusedError
from jo.store.bulk import tell_each
from jo.store.spoken import NOTHING, Rows, ask, tell


class Section:
    """A view of one open transaction. It commits nothing and lives no longer than the transaction."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _ask(self, statement: Executable, values: Mapping[str, Any] = NOTHING) -> Rows:
        """Execute a module's statement, and return the rows of its answer."""
        return ask(self._connection, statement, values)

    def _tell(self, statement: Executable, values: Mapping[str, Any] = NOTHING) -> int:
        """Execute a module's statement that has no answer, and return how many rows it has changed."""
        return tell(self._connection, statement, values)

    def _ask_in_shards(
        self, of_all: Select[Any], of_some: Select[Any], shards: Set[int], values: Mapping[str, Any] = NOTHING
    ) -> Rows:
        """Ask for what is of these shards. Who has all of them compares none; of a statement with a list of
        them there are too many texts to keep.
        """
        if len(shards) == SHARDS:
            return self._ask(of_all, values)
        return self._connection.execute(of_some, {**values, "shards": sorted(shards)}).all()

    def _change_each(
        self, statement: Update, rows: Sequence[dict[str, Any]], what: str, each: str | None = None
    ) -> None:
        """Execute a conditional update as `tell_each` does; raise ChangeRefusedError when one met no row."""
        if not rows:
            return
        asked = len(rows) if each is None else sum(len(row[each]) for row in rows)
        changed = tell_each(self._connection, statement, rows, each)
        if changed != asked:
            raise ChangeRefusedError(
                f"{asked - changed} of {asked} {what} are not in a state that allows the change."
            )
