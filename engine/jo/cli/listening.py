"""Listens to the daemon for `jo run`: the log, what is said about trouble, and the diary of what was done."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from jo.cli.logbook import Log, Logbook
from jo.daemon.events import EVENTS, Level
from jo.daemon.loop import Tick
from jo.daemon.service import Event
from jo.reports.tick import Day, RunReport, add_up, in_words
from jo.views.console import Console

SENTENCES: Mapping[str, str] = {
    "run.unapplied": (
        "Nothing was applied to this store yet, so nobody gets a mail. Make the project live with `jo apply`."
    ),
    "run.held": "On hold: nothing runs until somebody has looked, and says `jo run --release`.",
    "refresh.kept": "The list `{list}` keeps its members of before: {because}.",
    "relay.trouble": "The relay `{relay}` cannot be used ({stage}): {error}. Its mails wait.",
    "links.dead": "Nothing answers where links in mails lead, so marketing mail waits. Start `jo serve`.",
    "send.rescued": (
        "A worker died while mails were under way: {uncertain} of them may or may not have gone out. "
        "`jo sends --uncertain` lists them."
    ),
}
"""What a warning says to people who see no log; all others say their `error`."""


class Listener:
    """Writes the log; without one, says each trouble once, in a sentence."""

    def __init__(
        self, console: Console, log: Log | None, on_trouble: Callable[[Event], None], *, is_verbose: bool
    ) -> None:
        self._console = console
        self._logbook = None if log is None else Logbook(console, log)
        self._is_verbose = is_verbose
        self._on_trouble = on_trouble
        self._said: set[str] = set()
        self.has_failed = False
        """Whether something outside did not play along, so that work was left undone."""

    def tell(self, event: Event) -> None:
        kind = EVENTS[event.name]
        level = kind.level
        if self._logbook is not None and (self._is_verbose or level is not Level.DEBUG):
            self._logbook.write(event.name, kind, event.at, event.fields)
        if level is not Level.WARNING:
            return
        sentence = SENTENCES.get(event.name, "{error}").format(**event.fields)
        if self._logbook is None and sentence not in self._said:
            self._said.add(sentence)
            self._console.warn(sentence)
        self.has_failed = self.has_failed or event.name in _LEAVE_UNDONE
        self._on_trouble(event)


_LEAVE_UNDONE = frozenset({"tick.trouble", "refresh.failed", "relay.trouble", "links.dead"})


class Diary:
    """Adds up what ticks have done, by local day."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone: tzinfo = zone
        self._name = zone.key
        self._first: datetime | None = None
        self._last: Tick | None = None
        self._ticks = 0
        self._days: dict[date, list[Mapping[str, int]]] = {}
        self.sent = 0

    def note(self, tick: Tick) -> None:
        self._first = self._first or tick.at
        self._last = tick
        self._ticks += 1
        self.sent += tick.counts.get("send.accepted", 0)
        counts = in_words(tick.counts)
        if counts:
            self._days.setdefault(tick.at.astimezone(self._zone).date(), []).append(counts)

    def report(self, *, is_interrupted: bool) -> RunReport | None:
        """Return what was done; None when there was no tick."""
        if self._first is None or self._last is None:
            return None
        next_at = self._last.next_at
        return RunReport(
            started=self._first.astimezone(self._zone),
            ended=self._last.at.astimezone(self._zone),
            zone=self._name,
            ticks=self._ticks,
            days=tuple(Day(day=day, counts=add_up(parts)) for day, parts in sorted(self._days.items())),
            next_at=next_at.astimezone(self._zone) if next_at is not None else None,
            is_interrupted=is_interrupted,
            standstill=self._last.standstill,
        )
