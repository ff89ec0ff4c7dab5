"""What a run has done, as `jo run --once` and a fast clock show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jo.reports.standstill import Standstill

WORDS: Mapping[str, str] = {
    "refresh.entered": "came into lists",
    "refresh.left": "left lists",
    "events.seen": "events and clicks seen",
    "enroll.entered": "entered programs",
    "enroll.refused": "did not enter programs",
    "outreach.refused": "get no mail of an outreach",
    "advance.ended": "ended their program",
    "advance.planned": "mails planned",
    "outreach.planned": "mails planned",
    "send.accepted": "mails sent",
    "send.known": "mails known as sent by the journal",
    "send.held": "mails held",
    "send.pending": "mails deferred by the relay",
    "send.failed": "mails refused by the relay",
    "send.uncertain": "mails uncertain",
    "rescue.uncertain": "mails uncertain",
    "send.skipped": "mails skipped",
    "send.suppressed": "mails suppressed",
    "send.expired": "mails expired",
    "send.withdrawn": "mails withdrawn",
    "send.quarantined": "mails that cannot be built",
}
"""`service.word` of a tick's counts → what to call it, in the order to show. What is missing is not shown."""

COLUMNS = ("entered programs", "mails planned", "mails sent", "ended their program")
"""What every row of a longer run has a column for; the rest is said beside it."""
ASIDE = frozenset({"came into lists", "left lists", "events and clicks seen"})
"""What is left out of a longer run: it says nothing of people's journeys by itself."""
MOST_DAYS = 31
"""Days that are told one by one; a longer run is told by weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What happened on one local day."""

    day: date
    counts: Mapping[str, int]
    """By the words of `WORDS`, in their order; only what happened."""

    @property
    def is_eventful(self) -> bool:
        return any(word not in ASIDE for word in self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    started: datetime
    """In the project's zone, as all times here."""
    ended: datetime
    zone: str
    ticks: int
    days: tuple[Day, ...]
    """Only days on which something happened."""
    next_at: datetime | None
    is_interrupted: bool = False
    standstill: Standstill | None = None
    """Why nothing ran at the end."""

    @property
    def totals(self) -> Mapping[str, int]:
        return add_up([day.counts for day in self.days])

    @property
    def weeks(self) -> tuple[Day, ...]:
        """Return what happened in each week, under its Monday."""
        found: dict[date, list[Mapping[str, int]]] = {}
        for day in self.days:
            found.setdefault(day.day - timedelta(days=day.day.weekday()), []).append(day.counts)
        return tuple(Day(day=monday, counts=add_up(counts)) for monday, counts in found.items())


def in_words(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Return a tick's counts by what they are called, in the order to show."""
    named: dict[str, int] = {}
    for name, word in WORDS.items():
        if counts.get(name):
            named[word] = named.get(word, 0) + counts[name]
    return named


def add_up(parts: list[Mapping[str, int]]) -> Mapping[str, int]:
    """Return the sums, in the order of `WORDS`."""
    sums = {word: sum(part.get(word, 0) for part in parts) for word in dict.fromkeys(WORDS.values())}
    return {word: count for word, count in sums.items() if count}
