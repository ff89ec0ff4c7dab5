"""Windows: when something may happen, and the next instant that every one of several windows allows.

A window is open while the local clock reads a time inside one of its spans; so weekdays and holidays are
those of the person. An hour that the clock shows twice is inside twice, one that it skips never is.

Between two changes of the clock, local time is the instant plus a constant. The search therefore goes
from change to change (a day at most in one stride), and within a stride it works on local times alone:
the time moves on to the latest of the windows' next openings, until it is an opening of all of them.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from jo.timing.calendars import Hours, Span, weekly
from jo.timing.zones import local, next_change

HORIZON = timedelta(days=400)
"""How far ahead a window is searched for; one that opens later counts as one that never does."""

_DAY = timedelta(days=1)


class Window(Protocol):
    """What has hours: a `Calendar`, or `Hours` alone."""

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the spans that begin on a local day."""


def quiet_hours(start: time, end: time) -> Hours:
    """Return the window that is closed from start to end, every day; ValueError when the two are equal."""
    if start == end:
        raise ValueError("quiet hours that end when they start would be the whole day or none of it")
    return weekly(range(7), Span(end, start))


def next_allowed(instant: datetime, zone: ZoneInfo, *windows: Window) -> datetime | None:
    """Return the first instant not before the given one at which all windows are open.

    None when there is none within the horizon.
    """
    if not windows:
        return instant
    limit = instant + HORIZON
    while instant < limit:
        stride_end = min(instant + _DAY, limit)
        stride_end = next_change(instant, stride_end, zone) or stride_end
        here = local(instant, zone)
        opening = _next_local(here, here + (stride_end - instant), windows)
        if opening is not None:
            return instant + (opening - here)
        instant = stride_end
    return None


def _next_local(start: datetime, end: datetime, windows: Sequence[Window]) -> datetime | None:
    """Return the first local time in [start, end) at which all windows are open."""
    at = start
    while at < end:
        latest = max((_opening(at, end, window) for window in windows), default=at)
        if latest == at:
            return at
        at = latest
    return None


def _opening(start: datetime, end: datetime, window: Window) -> datetime:
    """Return the first local time in [start, end) at which the window is open; the end when there is none."""
    day, found = start.date() - _DAY, end
    while day <= end.date():
        for span in window.spans_on(day):
            opens, closes = datetime.combine(day, span.start), datetime.combine(day, span.end)
            if closes <= opens:
                closes += _DAY
            if closes > start:
                found = min(found, max(opens, start))
        day += _DAY
    return found
