"""Policies and permits: what a plan and a send may never do, and leave for one exception."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import ClassVar

from jo.model.address import Address, Kind
from jo.model.content import MailClass
from jo.timing.rates import Rate


class Level(StrEnum):
    ADVISORY = "advisory"
    APPROVAL = "approval"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Local times of day between which no mail goes out; may cross midnight. The end is exclusive."""

    from_: time
    to: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    limit: int
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    kind: ClassVar[Kind] = Kind.POLICY

    name: str
    description: str = ""
    caps: Mapping[MailClass, Rate]
    quiet_hours: QuietHours | None = None
    rules: Mapping[str, Limit]
    """By rule name, such as `max_first_day_sends`."""

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The one change that a permit allows."""

    delete: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    kind: ClassVar[Kind] = Kind.PERMIT

    name: str
    description: str = ""
    allow: Allowance
    reason: str
    expires: date

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)
