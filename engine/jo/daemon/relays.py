"""What a worker knows of its relays while it runs: which of them are left alone, and until when.

A relay that cannot be used at all is asked again after a rest; its mails wait as they are. Nothing of it is
kept: a worker that starts anew asks every relay at once.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from jo.daemon.service import Event, Tell
from jo.flow.intent import RELAY_RETRY
from jo.ports.mailer import About, Mailer, Reply

REST: timedelta = RELAY_RETRY
"""How long a relay is left alone that could not be used: as long as the mails wait that found it so."""


class Relays:
    def __init__(self, mailer: Mailer, tell: Tell) -> None:
        self._mailer = mailer
        self._tell = tell
        self._resting: dict[str, datetime] = {}
        """Relay → until when it is left alone."""

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
        """Leave a relay alone that has shown that it cannot be used."""
        if reply.about is About.RELAY:
            self.leave_alone(relay, reply.stage.value, reply.text, now)

    def leave_alone(self, relay: str, stage: str, error: str, now: datetime) -> None:
        if self._resting.get(relay, now) <= now:
            fields = {"relay": relay, "stage": stage, "error": error}
            self._tell(Event(name="relay.trouble", at=now, fields=fields))
        self._resting[relay] = now + REST
