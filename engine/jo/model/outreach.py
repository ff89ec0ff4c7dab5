"""Outreaches: one list, one template, a schedule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from jo.model.address import Address, Kind
from jo.timing.durations import Duration
from jo.timing.recurrence import Recurrence

CONTACT_ZONE = "contact"
"""The schedule zone that means each contact's own, then the company's, then the project's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One local moment, the same for everybody in their own zone when the schedule says `contact`."""

    at: datetime
    """Naive local time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    recurrence: Recurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    when: Once | Recurring
    timezone: str | None = None
    """A zone name, `contact`, or None for the project's zone."""


class CatchUpPolicy(StrEnum):
    """What happens to occurrences that fell into a time when jo did not run."""

    LATEST = "latest"
    ALL = "all"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    policy: CatchUpPolicy = CatchUpPolicy.LATEST
    within: Duration | None = None
    """How old an occurrence may be and still be sent; None is no limit but `expires_after`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """Some go first, so that the others can still be stopped."""

    first: int
    wait: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Outreach:
    kind: ClassVar[Kind] = Kind.OUTREACH

    name: str
    description: str = ""
    audience: str
    template: str
    schedule: Schedule
    versions: Mapping[str, Once]
    """Versions that go at a time of their own."""
    resend_guard: Duration | None = None
    """Nobody gets this template again within that time."""
    catch_up: CatchUp = CatchUp()
    canary: Canary | None = None
    send_window: str | None = None
    expires_after: Duration | None = None
    priority: int = 0

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)
