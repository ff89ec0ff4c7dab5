"""Rates: how many in how long, as in `2 per 7 days` or `100 per second`."""

import re
from dataclasses import dataclass

from jo.timing.durations import Duration, Unit, parse_duration

_FORM = re.compile(r"([1-9]\d{0,8}) +per +(?:(\d+) +)?([a-z ]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any stretch as long as `per`."""

    count: int
    per: Duration

    def __str__(self) -> str:
        per = self.per.unit.value if self.per.count == 1 else str(self.per)
        return f"{self.count} per {per}"


def parse_rate(text: str) -> Rate | None:
    """Read `2 per 7 days`, `100 per second`; None when the text is no rate.

    Business days are none: a stretch of them would need a calendar.
    """
    found = _FORM.fullmatch(text.strip())
    per = parse_duration(f"{found[2] or 1} {found[3]}") if found else None
    if found is None or per is None or per.count == 0 or per.unit is Unit.BUSINESS_DAY:
        return None
    return Rate(int(found[1]), per)
