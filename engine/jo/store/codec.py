"""Rows and values: the flow's records as they lie in the tables, and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jo.flow.intent import Fixed, Intent, public_id
from jo.flow.mailbox import address_key
from jo.flow.passage import Passage
from jo.store.tables import intents, passages

PASSAGE = tuple(passages.c)
"""Columns of a passage, in the order of the table; they are named as the fields."""

_PASSAGE_FIELDS = tuple(column.name for column in PASSAGE)

INTENT = tuple(column for column in intents.c if column.name not in ("public", "address_key"))
"""Columns of an intent, without those that only serve to find it."""

_INTENT_FIELDS = tuple("class_" if column.name == "class" else column.name for column in INTENT)
_FIXED_AT = _INTENT_FIELDS.index("fixed")


def to_passage(row: Sequence[Any]) -> Passage:
    """Read a row of `PASSAGE`."""
    return Passage(**dict(zip(_PASSAGE_FIELDS, row, strict=True)))


def passage_values(passage: Passage) -> dict[str, Any]:
    return {field: getattr(passage, field) for field in _PASSAGE_FIELDS}


def to_intent(row: Sequence[Any]) -> Intent:
    """Read a row of `INTENT`."""
    values = dict(zip(_INTENT_FIELDS, row, strict=True))
    values["fixed"] = _to_fixed(row[_FIXED_AT])
    return Intent(**values)


def intent_values(intent: Intent) -> dict[str, Any]:
    """Return the row of a new intent; the database gives it its id."""
    values = {
        column.name: getattr(intent, field)
        for column, field in zip(INTENT, _INTENT_FIELDS, strict=True)
        if column.name != "id"
    }
    values["fixed"] = fixed_values(intent.fixed)
    values["public"] = public_id(intent.key)
    values["address_key"] = address_key(intent.address)
    return values


def fixed_values(fixed: Fixed | None) -> dict[str, Any] | None:
    if fixed is None:
        return None
    return {
        "revision": fixed.revision,
        "version": fixed.version,
        "facts": fixed.facts,
        "at": fixed.at.isoformat(),
    }


def _to_fixed(values: dict[str, Any] | None) -> Fixed | None:
    if values is None:
        return None
    return Fixed(**{**values, "at": datetime.fromisoformat(values["at"])})
