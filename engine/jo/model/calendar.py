"""Calendars: working hours, holidays and blackout days, as a declared resource around `jo.timing`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from jo.model.address import Address, Kind
from jo.timing.calendars import Calendar, Span
from jo.timing.clock import WEEKDAYS

END_OF_DAY = "24:00"
"""How authors write the midnight at which hours end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarResource:
    kind: ClassVar[Kind] = Kind.CALENDAR

    name: str
    description: str = ""
    hours: Calendar

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)


def calendar_document(calendar: Calendar) -> dict[str, Any]:
    """Return a calendar as its document has it: every weekday with hours by its name, dates sorted."""
    hours = {
        WEEKDAYS[weekday].lower(): [_span(span) for span in spans]
        for weekday, spans in enumerate(calendar.hours.days)
        if spans
    }
    regions = {region.name: {"holidays": _dates(region.holidays)} for region in calendar.regions}
    document = {
        "hours": hours,
        "holidays": _dates(calendar.holidays),
        "blackout": _dates(calendar.blackout),
        "regions": regions,
    }
    return {key: value for key, value in document.items() if value or key == "hours"}


def _span(span: Span) -> str:
    end = f"{span.end:%H:%M}"
    return f"{span.start:%H:%M}-{END_OF_DAY if end == '00:00' else end}"


def _dates(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]
