"""The canary of an outreach's occurrence: who goes first, and when the others may.

The first ones are those whose moment comes first, and of one moment those with the lowest keys. The others
are due when the wait is over, or at their own moment when that is later. The wait begins with the moment that
made the first ones complete, when the earliest of its mails may go, windows included. So in the contacts'
zones the first zones carry the canary for all.
"""

from datetime import datetime

from jo.daemon.live import Live
from jo.flow.intent import Intent
from jo.model.outreach import Outreach
from jo.ports.store import Transaction
from jo.timing.zones import add


class Canary:
    """As one transaction sees it; `write` keeps what has become of it."""

    def __init__(
        self, work: Transaction, live: Live, outreach: Outreach, occurrence: str, now: datetime
    ) -> None:
        self._work = work
        self._live = live
        self._rule = outreach.canary
        self._now = now
        self._memory = _memory(outreach, occurrence)
        known = work.operations.recall(self._memory) if self._rule is not None else None
        count, _, began = (known or "0 ").partition(" ")
        self._count = int(count)
        self._began = datetime.fromisoformat(began) if began else None

    @property
    def behind(self) -> datetime | None:
        """When the next mail may go; None: it is one of the first, or there is no canary."""
        if self._rule is None or self._began is None or self._count < self._rule.first:
            return None
        return add(self._began, self._rule.wait, self._live.zone)

    def count(self, intent: Intent) -> None:
        """Count a mail that was planned."""
        if self._rule is not None and self._count < self._rule.first:
            due = max(intent.due_at, self._now)
            if self._began is None or self._began < self._now:
                self._began = due
            self._began = min(self._began, due)
            self._count += 1

    def write(self) -> None:
        if self._rule is not None and self._began is not None:
            self._work.operations.remember(self._memory, f"{self._count} {self._began.isoformat()}")


def forget(work: Transaction, outreach: Outreach, occurrence: str) -> None:
    """Drop what was kept of an occurrence that is closed: nobody new is due by it."""
    work.operations.forget(_memory(outreach, occurrence))


def _memory(outreach: Outreach, occurrence: str) -> str:
    return f"canary:{outreach.address}:{occurrence}"
