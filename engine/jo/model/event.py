"""Named events of the outside world."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from jo.conditions.types import Field
from jo.model.address import Address, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRoles:
    """Which payload fields are the event's id, time, contact or company, and keys."""

    id: str
    time: str
    contact: str | None = None
    company: str | None = None
    contacts: str | None = None
    """With `company`: the field that lists the contacts it concerns."""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    kind: ClassVar[Kind] = Kind.EVENT

    name: str
    description: str = ""
    fields: Mapping[str, Field]
    roles: EventRoles

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)
