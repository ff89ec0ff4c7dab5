"""Manual pauses, and the daemon's few small memories."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from jo.ports.store.operations import Override
from jo.store.section import Section
from jo.store.tables import memories, overrides
from jo.store.twins import insert

_pause = insert(overrides)
_PAUSE = _pause.on_conflict_do_update(
    index_elements=[overrides.c.scope],
    set_={column.name: _pause.excluded[column.name] for column in overrides.c if not column.primary_key},
)
_RESUME = delete(overrides).where(overrides.c.scope == bindparam("b_scope"))
_OVERRIDES = select(
    overrides.c.scope, overrides.c.who, overrides.c.why, overrides.c.at, overrides.c.until_at
).order_by(overrides.c.scope)

_remember = insert(memories)
_REMEMBER = _remember.on_conflict_do_update(
    index_elements=[memories.c.name], set_={"value": _remember.excluded.value}
)
_FORGET = delete(memories).where(memories.c.name == bindparam("b_name"))
_RECALL = select(memories.c.value).where(memories.c.name == bindparam("name"))


class SqlOperations(Section):
    __slots__ = ()

    def pause(self, override: Override) -> None:
        values = {
            "scope": override.scope,
            "who": override.who,
            "why": override.why,
            "at": override.at,
            "until_at": override.until,
        }
        self._tell(_PAUSE, values)

    def resume(self, scope: str) -> bool:
        return bool(self._tell(_RESUME, {"b_scope": scope}))

    def overrides(self) -> Sequence[Override]:
        return [
            Override(scope=scope, who=who, why=why, at=at, until=until)
            for scope, who, why, at, until in self._ask(_OVERRIDES)
        ]

    def remember(self, name: str, value: str) -> None:
        self._tell(_REMEMBER, {"name": name, "value": value})

    def recall(self, name: str) -> str | None:
        found = self._ask(_RECALL, {"name": name})
        return found[0][0] if found else None

    def forget(self, name: str) -> None:
        self._tell(_FORGET, {"b_name": name})
