"""What the parts of the ledger share: how they change intents, and who asks."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection

from jo.flow.state import INTENT_CHANGES, IntentState
from jo.ports.store.leases import Lease
from jo.store.counts import SqlCounts
from jo.store.evidence import SqlEvidence
from jo.store.known import SqlKnown
from jo.store.section import Section
from jo.store.tables import intents, is_either
from jo.store.turns import Turns


class LedgerPart(Section):
    __slots__ = ("_evidence", "_known", "_lease", "_turns")

    def __init__(self, connection: Connection, counts: SqlCounts, lease: Lease | None) -> None:
        super().__init__(connection)
        self._turns = Turns(connection, counts)
        self._evidence = SqlEvidence(connection, self._turns)
        self._known = SqlKnown(connection, self._turns, self._evidence)
        self._lease = lease


def may_become(state: IntentState, among: Iterable[IntentState] = tuple(IntentState)) -> ColumnElement[bool]:
    """Return the condition that an intent is in one of these states and may become `state`."""
    return is_either(intents.c.state, [old for old in among if state in INTENT_CHANGES[old]])
