"""Calendars: working hours, holidays and blackout days, as a declared resource around `jo.timing`."""

from dataclasses import dataclass
from typing import ClassVar

from jo.model.address import Address, Kind
from jo.timing.calendars import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarResource:
    kind: ClassVar[Kind] = Kind.CALENDAR

    name: str
    description: str = ""
    hours: Calendar

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)
