"""Times of day and weekdays as people write them: `09:00`, `Monday`, `Fri`."""

import re
from datetime import time

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""English names in the order of `date.weekday()`."""

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def parse_time(text: str) -> time | None:
    """Read `HH:MM` on a 24-hour clock; None when the text is no such time."""
    found = _TIME.fullmatch(text.strip())
    return time(int(found[1]), int(found[2])) if found else None


def parse_weekday(text: str) -> int | None:
    """Read an English weekday, whole or by its first three letters; Monday is 0."""
    word = text.strip().lower()
    return next((n for n, name in enumerate(WEEKDAYS) if word in (name.lower(), name[:3].lower())), None)
