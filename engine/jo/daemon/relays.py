"""What a worker knows of its relays while it runs: which of them are left alone, and until when.

A relay that cannot be used at all, or that defers one mail after the other whatever it is, is asked again
after a rest, which doubles each time that the trouble is still there; the first mail that it takes ends that.
Its mails wait as they are. Nothing of it is kept: a worker that starts anew asks every relay at once.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from jo.daemon.service import Event, Tell
from jo.flow.intent import RELAY_RETRY
from jo.ports.mailer import About, Mailer, Reply, ReplyKind

REST: timedelta = RELAY_RETRY
"""How long a relay is left alone at first: as long as the mails wait that found that it cannot be used."""
LONGEST_REST = timedelta(minutes=15)
DEFERRALS = 20
"""Mails in a row, every one of them deferred, that are trouble of the relay and not of the mails."""


class Relays:
    def __init__(self, mailer: Mailer, tell: Tell) -> None:
        self._mailer = mailer
        self._tell = tell
        self._resting: dict[str, datetime] = {}
        """Relay → until when it is left alone."""
        self._troubles: Counter[str] = Counter()
        """Relay → how often in a row it was left alone."""
        self._deferrals: Counter[str] = Counter()
        """Relay → mails in a row that it deferred."""

    @property
    def names(self) -> Collection[str]:
        return self._mailer.relays

    @property
    def connections(self) -> int:
        """How many mails may be under way in all."""
        return sum(self._mailer.connections(name) for name in self.names)

    def rests_until(self, relay: str, now: datetime) -> datetime | None:
        """Return until when a relay is left alone; None for one that may be used."""
        if relay not in self.names:
            self.leave_alone(relay, "connect", "this worker was started without that relay", now)
        until = self._resting.get(relay, now)
        return until if until > now else None

    def all_rest_until(self, now: datetime) -> datetime | None:
        """Return when the first relay may be used again; None where one may be used now, or there is none."""
        moments = [self.rests_until(name, now) for name in self.names]
        known = [moment for moment in moments if moment is not None]
        return min(known) if known and len(known) == len(moments) else None

    def hear(self, relay: str, reply: Reply, now: datetime) -> None:
        """Leave a relay alone that has shown that it cannot be used; trust one again that takes mail."""
        if reply.kind is not ReplyKind.DEFERRED:
            self._deferrals[relay] = 0
        if reply.kind is ReplyKind.ACCEPTED:
            self._troubles[relay] = 0
        elif reply.kind is ReplyKind.DEFERRED:
            self._deferrals[relay] += 1
            if reply.about is About.RELAY or self._deferrals[relay] >= DEFERRALS:
                self.leave_alone(relay, reply.stage.value, reply.text, now)

    def leave_alone(self, relay: str, stage: str, error: str, now: datetime) -> None:
        if self._resting.get(relay, now) > now:
            return  # what was under way comes back and says the same
        rest = min(REST * (1 << min(self._troubles[relay], 10)), LONGEST_REST)
        self._resting[relay] = now + rest
        self._troubles[relay] += 1
        self._deferrals[relay] = 0
        fields = {"relay": relay, "stage": stage, "error": error, "minutes": rest // timedelta(minutes=1)}
        self._tell(Event(name="relay.trouble", at=now, fields=fields))
