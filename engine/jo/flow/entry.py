"""Who enters a program, and why somebody does not.

Every candidate of every refresh gets one answer. A refusal that may pass (no address, suppressed) is
decided anew at each refresh; a final one stays.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from jo.flow.intent import Scope, Suppression
from jo.model.program import Existing, Holdout, Program, Reentry, ReentryAfter
from jo.timing.zones import add

_UTC = ZoneInfo("UTC")


class Refusal(StrEnum):
    """Why a candidate does not enter; the words are what status and history show."""

    EXISTING = "in the list before the first apply"
    HELD_OUT = "held out"
    NO_ADDRESS = "no usable address"
    SUPPRESSED = "suppressed"
    DUPLICATE = "duplicate"
    BEEN_THROUGH = "has been through"
    INSIDE = "is inside"
    NOT_CONTACT = "no contact behind the row"
    TOO_LATE = "too late"
    GUARDED = "had this mail already"
    EXIT = "leaves at once"
    """Stands before the exit's name: `leaves at once: churned`."""


FINAL = frozenset({Refusal.EXISTING, Refusal.HELD_OUT, Refusal.DUPLICATE, Refusal.TOO_LATE})
"""Refusals that no later refresh lifts."""

AGAIN = frozenset({Refusal.INSIDE, Refusal.BEEN_THROUGH})
"""Refusals of those who have entered before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody in the list without a decision, with what the decision depends on."""

    key: str
    """The member's key in the list."""
    contact: str | None
    identity: str
    hashed: str
    """The value that hold-out hashes, such as the company's key."""
    address: str | None
    """None: missing or malformed."""
    from_start: bool
    """Whether they were in the snapshot of the program's first apply."""
    exit_reason: str | None
    """The first `exit_when` that is true for them now."""
    suppressions: tuple[Suppression, ...] = ()
    last_ended: datetime | None = None
    """When the identity's last passage ended."""
    passages: int = 0
    is_inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    passage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    reason: str
    final: bool


def decide_entry(program: Program, candidate: Candidate, now: datetime) -> Enter | Refuse:
    """Say whether the candidate enters now. Reasons of the person come before those of the program."""
    if candidate.contact is None:
        return _refuse(Refusal.NOT_CONTACT)
    if candidate.from_start and program.entry.existing is Existing.SKIP:
        return _refuse(Refusal.EXISTING)
    if program.holdout is not None and is_held_out(program.holdout, program.name, candidate.hashed):
        return _refuse(Refusal.HELD_OUT)
    if candidate.is_inside:
        return _refuse(Refusal.INSIDE)
    if candidate.passages and not _may_reenter(program.entry.reentry, candidate.last_ended, now):
        return _refuse(Refusal.BEEN_THROUGH)
    if candidate.address is None:
        return _refuse(Refusal.NO_ADDRESS)
    if any(item.scope == Scope.ALL for item in candidate.suppressions):
        return _refuse(Refusal.SUPPRESSED)
    if candidate.exit_reason is not None:
        return Refuse(reason=f"{Refusal.EXIT}: {candidate.exit_reason}", final=False)
    return Enter(passage=candidate.passages + 1)


def is_held_out(holdout: Holdout, program: str, value: str) -> bool:
    """Tell whether a value is held out. A higher percentage only adds to those who were."""
    return share(holdout.group or program, "holdout", value) * 100 < holdout.percent


def share(*parts: str) -> float:
    """Return a number in [0, 1) that depends on the parts alone, evenly spread."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56


def identity_value(values: Sequence[object]) -> str:
    """Return one text for the values of an identity, different for different values."""
    texts = [str(value) for value in values]
    return texts[0] if len(texts) == 1 else json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def _refuse(reason: Refusal) -> Refuse:
    return Refuse(reason=reason, final=reason in FINAL)


def _may_reenter(reentry: Reentry | ReentryAfter, last_ended: datetime | None, now: datetime) -> bool:
    if isinstance(reentry, Reentry) or last_ended is None:
        return False
    return now >= add(last_ended, reentry.after, _UTC)
