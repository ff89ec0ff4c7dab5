"""Sweeps: what is asked for as rows, done a page at a time with how far it has come."""

from collections.abc import Sequence
from typing import assert_never

from sqlalchemy import Connection, bindparam, delete, select, update

from jo.flow.state import Why
from jo.ports.store.sweeps import Sweep, SweepKind
from jo.store.ledger import SqlLedger
from jo.store.passages import SqlPassages
from jo.store.section import Section
from jo.store.tables import sweeps
from jo.store.twins import insert

_ADD = insert(sweeps)
_ANY = select(sweeps.c.id).limit(1)
_FIRST = select(sweeps).order_by(sweeps.c.id).limit(1).with_for_update()
_COME_TO = update(sweeps).where(sweeps.c.id == bindparam("b_id"))
_DONE = delete(sweeps).where(sweeps.c.id == bindparam("b_id"))


class SqlSweeps(Section):
    __slots__ = ("_ledger", "_passages")

    def __init__(self, connection: Connection, passages: SqlPassages, ledger: SqlLedger) -> None:
        super().__init__(connection)
        self._passages = passages
        self._ledger = ledger

    def add(self, sweeps: Sequence[Sweep]) -> None:
        for sweep in sweeps:
            values = {"kind": sweep.kind, "subject": sweep.subject, "at": sweep.at, "detail": sweep.detail}
            self._connection.execute(_ADD, {**values, "come_to": ""})

    def is_idle(self) -> bool:
        return self._connection.execute(_ANY).first() is None

    def go_on(self, limit: int) -> int | None:
        row = self._connection.execute(_FIRST).one_or_none()
        if row is None:
            return None
        sweep = Sweep(kind=row.kind, subject=row.subject, at=row.at, detail=row.detail)
        rows, come_to = self._do(sweep, row.come_to, limit)
        if come_to is None:
            self._connection.execute(_DONE, {"b_id": row.id})
        elif come_to != row.come_to:
            self._connection.execute(_COME_TO, {"b_id": row.id, "come_to": come_to})
        return rows

    def _do(self, sweep: Sweep, come_to: str, limit: int) -> tuple[int, str | None]:
        """Do a part, and return over how many rows, and how far it has come then; None at the end."""
        match sweep.kind:
            case SweepKind.WAKE:
                return self._passages.wake_some(sweep.at, sweep.subject, come_to, limit)
            case SweepKind.WITHDRAW:
                rows = self._ledger.withdraw_journey(sweep.subject, sweep.detail, sweep.at, limit)
            case SweepKind.REQUEUE:
                rows = self._ledger.requeue(sweep.subject, sweep.at, limit)
            case SweepKind.RECONSIDER:
                rows = self._ledger.reconsider(Why(sweep.subject), sweep.at, limit)
            case _:
                assert_never(sweep.kind)
        return rows, None if rows < limit else ""
