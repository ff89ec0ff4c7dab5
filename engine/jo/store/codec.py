"""Rows and values: the flow's records as they lie in the tables, and back."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from jo.flow.intent import Fixed, Intent, public_id
from jo.flow.mailbox import address_key
from jo.flow.passage import Passage, Stand
from jo.flow.shards import shard_of
from jo.store.columns import as_stored, to_instant, to_tally
from jo.store.tables import intents, passages

_WHO = ("id", "program", "identity", "number", "contact", "row", "entered_at")
_STAND = (
    "revision",
    "anchor_at",
    "step",
    "visit",
    "repeat",
    "begun",
    "due_at",
    "why",
    "visits",
    "taken",
    "ended_at",
    "exit_reason",
)

PASSAGE = tuple(as_stored(passages.c[name]) for name in (*_WHO, *_STAND))
"""Columns of a passage, as they lie in the table: whose it is, then where it stands."""

INTENT = tuple(column for column in intents.c if column.name not in ("public", "address_key", "shard"))
"""Columns of an intent, without those that only serve to find it, in the order of its fields."""

_FIXED = Intent._fields.index("fixed")


def to_passage(row: Sequence[Any]) -> Passage:
    """Read a row of `PASSAGE`."""
    id_, program, identity, number, contact, key, entered_at, *stand = row
    return Passage(
        id=id_,
        program=program,
        identity=identity,
        number=number,
        contact=contact,
        row=key,
        entered_at=to_instant(entered_at),
        stand=_to_stand(*stand),
    )


@lru_cache(maxsize=4096)
def _to_stand(
    revision: int,
    anchor_at: int,
    step: str,
    visit: int,
    repeat: int,
    begun: bool,
    due_at: int | None,
    why: str,
    visits: str,
    taken: str,
    ended_at: int | None,
    exit_reason: str | None,
) -> Stand:
    """Read the columns of `_STAND`. Many passages stand at one place, so each place is read once."""
    return Stand(
        revision=revision,
        anchor_at=to_instant(anchor_at),
        step=step,
        visit=visit,
        repeat=repeat,
        begun=begun,
        due_at=None if due_at is None else to_instant(due_at),
        why=why,
        visits=to_tally(visits),
        taken=to_tally(taken),
        ended_at=None if ended_at is None else to_instant(ended_at),
        exit_reason=exit_reason,
    )


def entry_values(passage: Passage) -> dict[str, Any]:
    """Return what is fixed when a passage is entered; the database gives it its id."""
    values = {name: getattr(passage, name) for name in _WHO if name != "id"}
    return {**values, "shard": shard_of(passage.contact)}


def stand_values(stand: Stand) -> dict[str, Any]:
    return {name: getattr(stand, name) for name in _STAND}


def to_intent(row: Sequence[Any]) -> Intent:
    """Read a row of `INTENT`."""
    intent = Intent._make(row)
    return intent if intent.fixed is None else intent._replace(fixed=_to_fixed(row[_FIXED]))


def intent_values(intent: Intent) -> dict[str, Any]:
    """Return the row of a new intent; the database gives it its id."""
    values: dict[str, Any] = {column.name: value for column, value in zip(INTENT, intent, strict=True)}
    del values["id"]
    values["fixed"] = fixed_values(intent.fixed)
    values["public"] = public_id(intent.key)
    values["address_key"] = address_key(intent.address)
    values["shard"] = shard_of(values["address_key"])
    return values


def fixed_values(fixed: Fixed | None) -> dict[str, Any] | None:
    if fixed is None:
        return None
    return {
        "revisions": fixed.revisions,
        "version": fixed.version,
        "language": fixed.language,
        "facts": fixed.facts,
        "at": fixed.at.isoformat(),
    }


def _to_fixed(values: dict[str, Any]) -> Fixed:
    return Fixed(**{**values, "at": datetime.fromisoformat(values["at"])})
