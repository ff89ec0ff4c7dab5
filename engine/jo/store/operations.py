"""Manual pauses, and the daemon's few small memories."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from jo.ports.store.operations import Override
from jo.store.section import Section
from jo.store.tables import memories, overrides
from jo.store.twins import insert

_PAUSE = insert(overrides).on_conflict_do_nothing()
_SHOWN = (overrides.c.scope, overrides.c.who, overrides.c.why, overrides.c.at, overrides.c.until_at)
_holds = overrides.c.lifted_at.is_(None)
_RUN_OUT = (
    update(overrides)
    .where(
        overrides.c.scope == bindparam("b_scope"),
        _holds,
        overrides.c.until_at <= bindparam("b_at", type_=overrides.c.until_at.type),
    )
    .values(lifted_by=overrides.c.who, lifted_at=overrides.c.until_at)
)
_RESUME = (
    update(overrides)
    .where(overrides.c.scope == bindparam("b_scope"), _holds)
    .values(lifted_by=bindparam("b_by"), lifted_at=bindparam("b_at"))
    .returning(*_SHOWN)
)
_OVERRIDES = select(*_SHOWN).where(_holds).order_by(overrides.c.scope)
_OF_SCOPE = _OVERRIDES.where(overrides.c.scope == bindparam("scope"))
_PAUSED = select(func.count()).select_from(overrides)

_remember = insert(memories)
_REMEMBER = _remember.on_conflict_do_update(
    index_elements=[memories.c.name], set_={"value": _remember.excluded.value}
)
_FORGET = delete(memories).where(memories.c.name == bindparam("b_name"))
_RECALL = select(memories.c.value).where(memories.c.name == bindparam("name"))


class SqlOperations(Section):
    __slots__ = ()

    def pause(self, override: Override) -> Override | None:
        self._tell(_RUN_OUT, {"b_scope": override.scope, "b_at": override.at})
        values = {
            "scope": override.scope,
            "who": override.who,
            "why": override.why,
            "at": override.at,
            "until_at": override.until,
        }
        while not self._tell(_PAUSE, values):
            for row in self._ask(_OF_SCOPE, {"scope": override.scope}):
                return _override(row)
            # Else it was lifted at this very moment, and the scope is free.
        return None

    def resume(self, scope: str, by: str, at: datetime) -> Override | None:
        for row in self._ask(_RESUME, {"b_scope": scope, "b_by": by, "b_at": at}):
            return _override(row)
        return None

    def overrides(self) -> Sequence[Override]:
        return [_override(row) for row in self._ask(_OVERRIDES)]

    def paused(self) -> int:
        return int(self._ask(_PAUSED)[0][0])

    def remember(self, name: str, value: str) -> None:
        self._tell(_REMEMBER, {"name": name, "value": value})

    def recall(self, name: str) -> str | None:
        found = self._ask(_RECALL, {"name": name})
        return found[0][0] if found else None

    def forget(self, name: str) -> None:
        self._tell(_FORGET, {"b_name": name})


def _override(row: Sequence[Any]) -> Override:
    scope, who, why, at, until = row
    return Override(scope=scope, who=who, why=why, at=at, until=until)
