"""How dates and instants are written as text, in conditions and in time expressions.

A date is `2026-12-01`, an instant `2026-12-01 09:00` with optional seconds and offset; without an offset
it is UTC. Both lie in the years 1900 to 2200.
"""

import re
from datetime import UTC, date, datetime

FIRST_YEAR, LAST_YEAR = 1900, 2200

MAX_INTEGER = 2**53
"""Up to here doubles hold every integer, so that all back ends compare alike."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:\d{2})?)?", re.ASCII
)


def parse_date(text: str) -> date | None:
    """Read `2026-12-01`; None when the text is no date between 1900 and 2200."""
    if not _DATE.fullmatch(text):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def parse_instant(text: str) -> datetime | None:
    """Read `2026-12-01 09:00` as UTC unless it has an offset; a bare date is its first moment in UTC."""
    day = parse_date(text)
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not _INSTANT.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def instant_text(instant: datetime) -> str:
    """Return the shortest text that reads as this instant in UTC, without an offset."""
    seconds = "%H:%M:%S" if instant.second or instant.microsecond else "%H:%M"
    text = f"{instant.date().isoformat()} {instant.strftime(seconds)}"
    return f"{text}.{instant.microsecond:06d}" if instant.microsecond else text
