"""Changes of intents, each counted, and each only as long as the intent is where its count is."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from sqlalchemy import Connection, Select, Text, Update, and_, bindparam, func, literal_column, select

from jo.flow.intent import Intent
from jo.flow.state import IntentState, Why
from jo.store.counts import SORT_OF_MAIL, Sort, SqlCounts, of_mail
from jo.store.section import Section
from jo.store.tables import intents
from jo.store.twins import among

PAGE = 5_000
"""Intents that are changed at once where nobody knows how many there are."""

SORT = (intents.c.id, *SORT_OF_MAIL)
"""An intent, and what it is counted as."""

_SORTS_OF = select(*SORT).where(among(intents.c.id, "ids"))

AS_COUNTED = and_(
    intents.c.id == bindparam("b_id"),
    intents.c.state == bindparam("b_state", type_=Text()),
    func.coalesce(intents.c.why, literal_column("''")) == bindparam("b_why", type_=Text()),
)
"""One intent, as long as it is where its count is."""

_NOWHERE: Sort = ("", "", "", "")
"""What an intent is counted as that does not exist."""


class Turns(Section):
    """Those of one transaction; remembers what the intents that it has seen are counted as."""

    __slots__ = ("_counts", "_known")

    def __init__(self, connection: Connection, counts: SqlCounts) -> None:
        super().__init__(connection)
        self._counts = counts
        self._known: dict[int, Sort] = {}

    def came(self, intent: Intent) -> None:
        """Count an intent that is new."""
        self._counts.came([_sort_of(intent)])

    def know(self, intents: list[Intent]) -> list[Intent]:
        """Remember intents that were just read, and return them."""
        for intent in intents:
            self._known[intent.id] = _sort_of(intent)
        return intents

    def know_sorts(self, sorts: Mapping[int, Sort]) -> None:
        """Remember what was just read with `SORT_OF_MAIL`, by the intents' ids."""
        self._known.update(sorts)

    def pending(self, ids: Sequence[int]) -> Set[int]:
        """Return those of the intents that are pending; remember all of them."""
        self._learn(ids)
        return {id_ for id_ in ids if self._known.get(id_, _NOWHERE)[2] == IntentState.PENDING}

    def make(self, statement: Update, to: IntentState, rows: Sequence[dict[str, Any]]) -> None:
        """Bring intents to a state, each by a row: its id as `b_id`, and what else the statement sets.

        A row's `why` and `detail` say what it is counted as. Raises ChangeRefusedError.
        """
        self._learn([row["b_id"] for row in rows if row["b_id"] not in self._known])
        old = [self._known.get(row["b_id"], _NOWHERE) for row in rows]
        for row, (_, _, state, why) in zip(rows, old, strict=True):
            row["b_state"], row["b_why"] = state, why if state == IntentState.PENDING else ""
        self._change_each(statement, rows, "intents")
        new = {
            row["b_id"]: of_mail(journey, to, row.get("why"), row.get("detail", ""))
            for (journey, *_), row in zip(old, rows, strict=True)
        }
        self._counts.left(old)
        self._counts.came(new.values())
        self._known.update(new)

    def make_all(
        self,
        find: Select[Any],
        asked: Mapping[str, Any],
        statement: Update,
        values: Mapping[str, Any],
        to: tuple[IntentState, Why | None, str],
    ) -> int:
        """Change all intents that a query finds, which finds them no more afterwards."""
        count = 0
        while True:
            page = self.make_page(find, asked, statement, values, to, PAGE)
            count += page
            if page < PAGE:
                return count

    def make_page(
        self,
        find: Select[Any],
        asked: Mapping[str, Any],
        statement: Update,
        values: Mapping[str, Any],
        to: tuple[IntentState, Why | None, str],
        limit: int,
    ) -> int:
        """Change the first intents that a query finds, which finds them no more afterwards.

        By their ids: another one may come to fit the query before the update does its work.
        """
        rows = self._connection.execute(find, {**asked, "limit": limit}).all()
        if rows:
            self._connection.execute(statement, {**values, "ids": [id_ for id_, *_ in rows]})
            self._counts.left([tuple(sort) for _, *sort in rows])
            self._counts.came([of_mail(journey, *to) for _, journey, *_ in rows])
            for id_, *_ in rows:
                self._known.pop(id_, None)
        return len(rows)

    def _learn(self, ids: Sequence[int]) -> None:
        if ids:
            self.know_sorts({id_: tuple(sort) for id_, *sort in self._ask(_SORTS_OF, {"ids": ids})})


def _sort_of(intent: Intent) -> Sort:
    return of_mail(intent.journey, intent.state, intent.why, intent.detail)
