"""The plan: changes with their digests, impact and guards, as a value and as a JSON document.

The document holds no secret and no personal data. Its digest is over what was reviewed (addresses, actions,
fingerprints before and after, permits), not over counts, times or the commit: an apply recognizes the
changes by it, while counts are guards that are checked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jo.plan.change import (
    Change,
    Delete,
    action,
    address,
    change_digest,
    described,
    edits,
    fingerprints,
    kind,
    parts,
    reach,
)
from jo.plan.state import digest

FORMAT = "jo.plan/1"


class Quality(StrEnum):
    EXACT = "exact"
    ESTIMATE = "estimate"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a change does to people, in counts."""

    address: str
    members_now: int | None = None
    """Members of the list as the store knows them."""
    members_after: int | None = None
    entering: int | None = None
    """People whom a new program lets in at once, before hold-outs and refusals."""
    people_by_step: Mapping[str, int] = field(default_factory=dict)
    pending_sends: int = 0


class GuardLevel(StrEnum):
    REFUSES = "refuses"
    WARNS = "warns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a plan may not do without more being said."""

    code: str
    """Id of the diagnostic code, such as `J702`."""
    level: GuardLevel
    address: str | None
    path: tuple[str, ...] = ()
    """The key in the resource at the address that it is about, where there is one."""
    place: str | None = None
    """File and line of that, such as `lists/admins.yaml:3`; None for what is not in git, or not known."""
    detail: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    generation: int
    """The generation that it was computed against."""
    changes: tuple[Change, ...]
    impact: tuple[Impact, ...] = ()
    quality: Quality = Quality.NONE
    guards: tuple[Guard, ...] = ()
    commit: str | None = None
    environment: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.changes

    @property
    def digest(self) -> str:
        return digest([change_digest(change) for change in self.changes])

    @property
    def is_refused(self) -> bool:
        return any(guard.level is GuardLevel.REFUSES for guard in self.guards)


def to_document(plan: Plan) -> dict[str, Any]:
    """Return the JSON document of a plan, as `schema/plan.schema.json` describes it."""
    return {
        "format": FORMAT,
        "digest": plan.digest,
        "generation": plan.generation,
        "environment": plan.environment,
        "commit": plan.commit,
        "changes": [_change_document(change) for change in plan.changes],
        "impact": {
            "quality": plan.quality.value,
            "resources": [
                {
                    "address": item.address,
                    "members_now": item.members_now,
                    "members_after": item.members_after,
                    "entering": item.entering,
                    "people_by_step": dict(item.people_by_step),
                    "pending_sends": item.pending_sends,
                }
                for item in plan.impact
            ],
        },
        "guards": [
            {
                "code": guard.code,
                "level": guard.level.value,
                "address": guard.address,
                "place": guard.place,
                "detail": guard.detail,
                "help": guard.help,
            }
            for guard in plan.guards
        ],
    }


def _change_document(change: Change) -> dict[str, Any]:
    before, after = fingerprints(change)
    return {
        "address": address(change),
        "action": action(change).value,
        "kind": str(kind(change)),
        "reach": str(reach(change)),
        "digest": change_digest(change),
        "permit": change.permit if isinstance(change, Delete) else None,
        "description": described(change).document.get("description", ""),
        "fingerprint_before": before,
        "fingerprint_after": after,
        "parts": sorted(part.value for part in parts(change)),
        "edits": [
            {"path": list(edit.path), "before": edit.before, "after": edit.after} for edit in edits(change)
        ],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedPlan:
    """What an apply needs to know of a plan document that somebody reviewed."""

    digest: str
    generation: int
    changes: Mapping[str, str]
    """Change digest → address."""
    guards: frozenset[tuple[str, str | None]] = frozenset()
    """Code and address of what was said against it."""


class PlanFormatError(ValueError):
    """The file is no plan of this format; the text says why, for the person who handed it in."""


def read_reviewed(document: Any) -> ReviewedPlan:
    """Read a plan document. Raises PlanFormatError."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else None
        raise PlanFormatError(
            f"The file is not a plan of the format {FORMAT}" + (f", but {found}." if found else ".")
        )
    try:
        changes = {str(change["digest"]): str(change["address"]) for change in document["changes"]}
        reviewed = ReviewedPlan(
            digest=str(document["digest"]),
            generation=int(document["generation"]),
            changes=changes,
            guards=frozenset((guard["code"], guard["address"]) for guard in document.get("guards", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PlanFormatError(f"The plan is damaged: {error!r} is missing or malformed.") from error
    if digest(list(changes)) != reviewed.digest:
        raise PlanFormatError("The plan's digest does not fit its changes; it was edited or cut short.")
    return reviewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Staleness:
    """How the present plan differs from the reviewed one."""

    unreviewed: tuple[str, ...]
    """Addresses of changes that would happen now and were not reviewed like this."""

    @property
    def is_stale(self) -> bool:
        return bool(self.unreviewed)


def compare(reviewed: ReviewedPlan, present: Plan) -> Staleness:
    """Tell whether everything that would happen now was reviewed. A reviewed change may be done already."""
    return Staleness(
        unreviewed=tuple(
            address(item) for item in present.changes if change_digest(item) not in reviewed.changes
        )
    )
