"""What was applied: revisions, the live specs, deployments and the internal keys of steps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class SpecState(StrEnum):
    LIVE = "live"
    RETIRED = "retired"
    """Gone from git: no new entries, people finish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An immutable compiled spec. Its id is unique within the store and never used again."""

    id: int
    address: str
    fingerprint: str
    document: Mapping[str, Any]
    """The canonical form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSpec:
    revision: Revision
    state: SpecState
    since: datetime
    """When the resource was first applied (again, after it was gone)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecChange:
    """What an apply does to one resource."""

    address: str
    state: SpecState | None
    """None deletes it from the live state; its revisions and history stay."""
    fingerprint: str = ""
    document: Mapping[str, Any] | None = None
    """None keeps the present revision."""
    step_keys: Mapping[str, str] = field(default_factory=dict)
    """For programs: step → internal key, for steps that have none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The record of an apply."""

    generation: int
    at: datetime
    actor: str
    commit: str | None
    digest: str
    plan: Mapping[str, Any]
    """The plan as it was applied."""
    approvals: Sequence[str] = ()


class Specs(Protocol):
    def generation(self) -> int:
        """Return the number of applies so far; 0 for a fresh store."""
        ...

    def live(self) -> Sequence[LiveSpec]:
        """Return all that is live or retired, sorted by address."""
        ...

    def revisions(self, ids: Collection[int]) -> Mapping[int, Revision]: ...

    def commit(self, changes: Sequence[SpecChange], deployment: Deployment) -> None:
        """Record an apply. A spec that was applied before in the same form gets its former revision.

        Raises StaleGenerationError unless `deployment.generation` follows the present one, and
        ChangeRefusedError when a change keeps a revision that is not there.
        """
        ...

    def step_keys(self, program: str) -> Mapping[str, str]:
        """Return step → internal key, of all steps that the program ever had."""
        ...

    def history(self, limit: int) -> Sequence[Deployment]:
        """Return the latest deployments, newest first."""
        ...
