"""Rows and values: the flow's records as they lie in the tables, and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jo.flow.intent import Fixed, Intent, public_id
from jo.flow.mailbox import address_key
from jo.flow.passage import Passage
from jo.flow.shards import shard_of
from jo.store.tables import intents, passages

PASSAGE = tuple(column for column in passages.c if column.name != "shard")
"""Columns of a passage, in the order of the table; they are named as the fields."""

INTENT = tuple(column for column in intents.c if column.name not in ("public", "address_key", "shard"))
"""Columns of an intent, without those that only serve to find it."""

_INTENT_FIELDS = tuple("class_" if column.name == "class" else column.name for column in INTENT)


def to_passage(row: Sequence[Any]) -> Passage:
    """Read a row of `PASSAGE`. Written out, because it is half as dear as by a dictionary, and read most."""
    (
        id_,
        program,
        identity,
        number,
        contact,
        key,
        revision,
        entered_at,
        anchor_at,
        step,
        visit,
        repeat,
        begun,
        due_at,
        why,
        visits,
        taken,
        ended_at,
        exit_reason,
    ) = row
    return Passage(
        id=id_,
        program=program,
        identity=identity,
        number=number,
        contact=contact,
        row=key,
        revision=revision,
        entered_at=entered_at,
        anchor_at=anchor_at,
        step=step,
        visit=visit,
        repeat=repeat,
        begun=begun,
        due_at=due_at,
        why=why,
        visits=visits,
        taken=taken,
        ended_at=ended_at,
        exit_reason=exit_reason,
    )


def entry_values(passage: Passage) -> dict[str, Any]:
    """Return what is fixed when a passage is entered; the database gives it its id."""
    return {
        "program": passage.program,
        "identity": passage.identity,
        "number": passage.number,
        "contact": passage.contact,
        "row": passage.row,
        "shard": shard_of(passage.contact),
        "entered_at": passage.entered_at,
    }


def standing_values(passage: Passage) -> dict[str, Any]:
    """Return where a passage stands: all that a decision may change."""
    return {
        "revision": passage.revision,
        "anchor_at": passage.anchor_at,
        "step": passage.step,
        "visit": passage.visit,
        "repeat": passage.repeat,
        "begun": passage.begun,
        "due_at": passage.due_at,
        "why": passage.why,
        "visits": passage.visits,
        "taken": passage.taken,
        "ended_at": passage.ended_at,
        "exit_reason": passage.exit_reason,
    }


def to_intent(row: Sequence[Any]) -> Intent:
    """Read a row of `INTENT`, written out as well."""
    (
        id_,
        key,
        journey,
        passage,
        step,
        occurrence,
        contact,
        address,
        template,
        class_,
        topic,
        state,
        why,
        detail,
        priority,
        created_at,
        due_at,
        expires_at,
        attempts,
        fixed,
        outcome_at,
        ended_at,
    ) = row
    return Intent(
        id=id_,
        key=key,
        journey=journey,
        passage=passage,
        step=step,
        occurrence=occurrence,
        contact=contact,
        address=address,
        template=template,
        class_=class_,
        topic=topic,
        state=state,
        why=why,
        detail=detail,
        priority=priority,
        created_at=created_at,
        due_at=due_at,
        expires_at=expires_at,
        attempts=attempts,
        fixed=_to_fixed(fixed),
        outcome_at=outcome_at,
        ended_at=ended_at,
    )


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


def _to_fixed(values: dict[str, Any] | None) -> Fixed | None:
    if values is None:
        return None
    return Fixed(**{**values, "at": datetime.fromisoformat(values["at"])})
