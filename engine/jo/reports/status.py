"""Where everything stands: lists, journeys and mails, in counts that add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jo.flow.hold import Hold
from jo.reports.pauses import PauseLine

Counts = Mapping[str, int]
"""Word → how many, the most first."""

WAITS: Mapping[str, str] = {
    "due": "due",
    "window": "outside their window",
    "cap": "over a cap",
    "pause": "paused",
    "rate": "at the rate's limit",
    "retry": "to be tried again",
    "stale-facts": "facts are too old",
    "canary": "behind the first ones",
    "dead-links": "links do not answer",
    "hold": "on hold",
}
"""What holds a mail, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    name: str
    size: int
    refreshed_at: datetime
    as_of: datetime
    """When the data was written."""
    kept_because: str | None
    """The bound for which the members of before were kept."""
    left_out: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """The people at one step."""

    step: str
    waits: Counts
    """What they wait for."""

    @property
    def count(self) -> int:
        return sum(self.waits.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """The mails of a journey, every one of them in one place."""

    accepted: int
    uncertain: int
    under_way: int
    waiting: Counts
    """By what holds them."""
    unsent: Counts
    """By reason."""

    @property
    def total(self) -> int:
        return (
            self.accepted
            + self.uncertain
            + self.under_way
            + sum(self.waiting.values())
            + sum(self.unsent.values())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramStatus:
    address: str
    is_retired: bool
    entered: int
    """Candidates who entered."""
    refused: Counts
    steps: tuple[StepLine, ...]
    """In the order of the program; only those where somebody is."""
    ended: Counts
    """By exit reason."""
    mails: Mails
    passages: int
    """Times somebody went through; more than `entered` where people may enter again."""

    @property
    def candidates(self) -> int:
        return self.entered + sum(self.refused.values())

    @property
    def inside(self) -> int:
        return sum(step.count for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutreachStatus:
    address: str
    is_retired: bool
    mails: Mails
    """Whoever was refused a mail is among the unsent, so the total is the target."""
    next_at: datetime | None
    """When the next occurrence begins."""


JourneyStatus = ProgramStatus | OutreachStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLine:
    """A `jo run` that has not said goodbye."""

    owner: str
    """Its host and process."""
    is_alive: bool
    until: datetime
    """When its lease ends, unless it is renewed."""
    silence: timedelta | None = None
    """How long ago its last sign was, where that is longer than several turns at sharing the work take."""
    shards: int
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    now: datetime
    """The present of the store, in the project's zone, as all times here."""
    zone: str
    is_fast: bool
    """Whether the store lives by a fast clock."""
    generation: int
    applied_at: datetime | None
    applied_by: str
    last_tick: datetime | None
    workers: tuple[WorkerLine, ...]
    """In the order of their leases."""
    lag: timedelta
    """For how long the person or mail that has waited most has been due; zero when nothing is."""
    holds: tuple[Hold, ...] = ()
    """Why nothing runs, in any worker; instants as all here."""
    pauses: tuple[PauseLine, ...] = ()
    lists: tuple[ListLine, ...] = ()
    journeys: tuple[JourneyStatus, ...] = ()


def by_size(counts: Counts) -> Counts:
    """Return the counts above zero, the largest first, then by word."""
    return dict(sorted(((w, n) for w, n in counts.items() if n), key=lambda pair: (-pair[1], pair[0])))
