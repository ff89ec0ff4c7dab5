"""Values with defaults, for tests that care about one or two fields of them."""

from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jo.flow.intent import AttemptEnd, Fixed, Intent, Settled, outreach_key, settle
from jo.flow.passage import Passage, Stand
from jo.flow.state import AttemptState, IntentState, Why
from jo.model.content import MailClass, OnUncertain
from jo.ports.store import CandidateDecision, Deployment, Move, Snapshot, SpecChange, SpecState
from jo.ports.warehouse import Fact, Member

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The instant at which things happen in tests unless they say otherwise; a Monday."""

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


STAND = frozenset(field.name for field in fields_of(Stand))


def a_passage(contact: str = "c1", **fields: Any) -> Passage:
    """Return an open passage of `contact` through `onboarding` that is due at noon. Fields are its own, or
    those of its stand.
    """
    stand = Stand(revision=1, anchor_at=NOON, step="hello", visits={"hello": 1}, due_at=NOON)
    passage = Passage(
        id=0,
        program="onboarding",
        identity=contact,
        number=1,
        contact=contact,
        entered_at=NOON,
        stand=replace(stand, **{name: value for name, value in fields.items() if name in STAND}),
    )
    return replace(passage, **{name: value for name, value in fields.items() if name not in STAND})


def moved(passage: Passage, **fields: Any) -> Passage:
    """Return the passage as it stands elsewhere."""
    return replace(passage, stand=replace(passage.stand, **fields))


def a_move(before: Passage, after: Passage | None = None, **fields: Any) -> Move:
    """Return the move to where `after` stands, or to a stand with other fields."""
    to = after or moved(before, **fields)
    return Move(program=before.program, ids=[before.id], before=before.stand, after=to.stand)


def an_intent(contact: str = "c1", **fields: Any) -> Intent:
    """Return a pending intent of the outreach `release` to `contact`, due at noon."""
    address = fields.get("address", f"{contact}@example.com")
    journey = fields.get("journey", "outreach/release")
    occurrence = fields.get("occurrence", "once")
    defaults: dict[str, Any] = {
        "id": 0,
        "key": outreach_key(journey, occurrence, address),
        "journey": journey,
        "passage": None,
        "step": None,
        "occurrence": occurrence,
        "contact": contact,
        "address": address,
        "template": "release-notice",
        "class_": MailClass.MARKETING,
        "topic": None,
        "state": IntentState.PENDING,
        "why": Why.DUE,
        "detail": "",
        "priority": 0,
        "created_at": NOON,
        "due_at": NOON,
        "expires_at": NOON + 3 * DAY,
    }
    return Intent(**{**defaults, **fields})


def a_fixed(**fields: Any) -> Fixed:
    fixed = Fixed(
        revisions={"template": 7, "sender": 8, "settings": 9},
        version="default",
        language="en",
        facts={"contact": {"id": "c1"}},
        at=NOON,
    )
    return replace(fixed, **fields)


def an_end(
    state: AttemptState = AttemptState.ACCEPTED, at: datetime = NOON, text: str = "250 ok"
) -> AttemptEnd:
    code = {AttemptState.ACCEPTED: 250, AttemptState.DEFERRED: 451, AttemptState.REJECTED: 550}.get(state)
    return AttemptEnd(state=state, stage="dot", code=code, text=text, at=at)


def settled(intent: Intent, end: AttemptEnd, on_uncertain: OnUncertain | None = None) -> Settled:
    """Return what the flow makes of an intent whose latest attempt ended so."""
    return settle(intent._replace(attempts=max(intent.attempts, 1)), end, on_uncertain)


def a_fact(key: str, **data: Any) -> Fact:
    return Fact(key=key, data={"id": key, **data})


def a_member(key: str, contact: str | None = None) -> Member:
    return Member(key=key, contact=contact if contact is not None else key)


def a_snapshot(at: datetime = NOON, **fields: Any) -> Snapshot:
    return replace(Snapshot(refreshed_at=at, as_of=at, size=0, generation=1, number=1), **fields)


def a_decision(key: str = "c1", reason: str = "", **fields: Any) -> CandidateDecision:
    defaults: dict[str, Any] = {
        "journey": "program/onboarding",
        "occurrence": "",
        "key": key,
        "contact": key,
        "reason": reason,
        "final": not reason,
        "at": NOON,
    }
    return CandidateDecision(**{**defaults, **fields})


def a_deployment(generation: int = 1, **fields: Any) -> Deployment:
    defaults: dict[str, Any] = {
        "generation": generation,
        "at": NOON,
        "actor": "ada",
        "commit": "0f3c",
        "digest": f"digest-{generation}",
        "plan": {"changes": []},
    }
    return Deployment(**{**defaults, **fields})


def a_change(address: str = "program/onboarding", form: str = "fp1:a", **fields: Any) -> SpecChange:
    defaults: dict[str, Any] = {
        "address": address,
        "state": SpecState.LIVE,
        "fingerprint": form,
        "document": {"name": address, "form": form},
    }
    return SpecChange(**{**defaults, **fields})
