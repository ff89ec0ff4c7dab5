"""The send ledger in the database.

Two guards hold whatever the callers do: unique keys make a second intent of one identity impossible, and
every change of state is an update of rows that are in a state which allows it, after the tables of
`jo.flow.state`, and still in the one that they are counted in. A change that meets fewer rows than it was
asked for ends the transaction.

Its parts: `claims` reads what is due, `attempts` opens and records, `endings` holds and ends without an
attempt, `sent` tells what went where, `evidence` takes what is said later, `known` what journals know.
"""

from collections.abc import Collection, Mapping, Sequence, Set

from jo.flow.evidence import Ruling
from jo.flow.intent import Fixed, Intent
from jo.ports.store.ledger import Said
from jo.store.attempts import Attempts
from jo.store.bulk import ask_each
from jo.store.claims import Claims
from jo.store.codec import intent_values
from jo.store.endings import Endings
from jo.store.sent import Sent
from jo.store.tables import intents
from jo.store.twins import insert

_CREATE = insert(intents).on_conflict_do_nothing().returning(intents.c.key)


class SqlLedger(Claims, Attempts, Endings, Sent):
    __slots__ = ()

    def create(self, intents: Sequence[Intent]) -> Sequence[str]:
        if not intents:
            return ()
        rows = [intent_values(intent) for intent in intents]
        new = {key for (key,) in ask_each(self._connection, _CREATE, rows)}
        created = []
        for intent in intents:
            if intent.key in new:
                new.remove(intent.key)
                created.append(intent.key)
                self._turns.came(intent)
        return created

    def settle_known(self, intents: Mapping[int, Fixed | None]) -> Set[int]:
        fixed = {id_: found for id_, found in intents.items() if found is not None}
        return self._known.settle(intents.keys(), fixed)

    def resolve(self, ids: Collection[int], ruling: Ruling, said: Said) -> Sequence[int]:
        return self._evidence.resolve(ids, ruling, said)

    def in_doubt(self, limit: int, *, journey: str | None = None, after: int = 0) -> Sequence[Intent]:
        return self._evidence.in_doubt(limit, journey, after)
