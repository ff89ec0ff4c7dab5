"""The send ledger: intents, their attempts, and the changes that are allowed to them.

The changes of `jo.flow.state` are held in the database: a method that changes states changes all that it
was asked to, or raises ChangeRefusedError and nothing of the transaction is written.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from jo.flow.evidence import Ruling
from jo.flow.intent import AttemptEnd, End, Fixed, Intent, Keep, Settled
from jo.flow.shards import ALL_SHARDS
from jo.flow.state import Why
from jo.model.content import MailClass


class OpenedAttempt(NamedTuple):
    """An attempt that may be under way."""

    id: int
    intent: int
    opened_at: datetime
    owner: str
    token: int


OPERATOR = "operator"
REPLY = "reply"
"""A reply of the relay that came after its worker was fenced off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Where evidence came from."""

    at: datetime
    source: str
    """A word: `operator`, `reply`."""
    who: str
    text: str


class Ledger(Protocol):
    def create(self, intents: Sequence[Intent]) -> Sequence[str]:
        """Create intents (their `id` is ignored). Returns the keys that were new, in order.

        A key that exists is left as it is: the database's unique key is what makes a send happen once.
        So is a second intent of one contact in one occurrence of an outreach.
        """
        ...

    def claimable(
        self, now: datetime, limit: int, shards: Set[int] = ALL_SHARDS, besides: Collection[str] = ()
    ) -> Sequence[Intent]:
        """Return pending intents of the shards due by now, sorted by priority (high first), due_at, key.

        Those of the templates `besides` are passed over, one by one: the more of them are due, the longer
        it takes.
        """
        ...

    def next_due(self, shards: Set[int] = ALL_SHARDS, after: datetime | None = None) -> datetime | None:
        """Return when the next pending intent of the shards is due.

        `after` passes over those that are due by then.
        """
        ...

    def next_expiry(self) -> datetime | None:
        """Return when the next quarantined intent expires."""
        ...

    def load(self, ids: Collection[int]) -> Mapping[int, Intent]: ...

    def pending(self, ids: Collection[int]) -> Set[int]:
        """Return those of the intents that are pending."""
        ...

    def open(self, intents: Sequence[tuple[int, Fixed]], at: datetime) -> Sequence[OpenedAttempt]:
        """Open one attempt for each intent, under the lease of this transaction.

        What an earlier attempt fixed is kept. One answer per intent, in order.
        """
        ...

    def record(self, ends: Sequence[tuple[int, AttemptEnd, Settled]]) -> None:
        """Record ended attempts, by attempt id, and what they make of their intents.

        A worker may come late: others have called its attempt uncertain, resolved it, or opened another one.
        Then the reply is evidence: kept as such, it changes what `jo.flow.evidence` says, and is never
        refused. What earlier attempts came to counts as well.
        """
        ...

    def resolve(self, ids: Collection[int], ruling: Ruling, said: Said) -> Sequence[int]:
        """Take evidence, or an order, about intents that are in doubt. Returns the ids of those it concerned.

        Those that are not in doubt are left as they are.
        """
        ...

    def in_doubt(self, limit: int, *, journey: str | None = None, after: int = 0) -> Sequence[Intent]:
        """Return intents of which nobody knows whether they were sent, sorted by id, behind the id `after`:
        uncertain ones, and those that wait to be sent again after an uncertain attempt.
        """
        ...

    def settle_known(self, intents: Mapping[int, Fixed | None]) -> Set[int]:
        """Settle those that a journal knows as sent, possibly sent or refused; returns their ids.

        What may have been sent is never sent again, whatever its class. `intents`: id → what an attempt would
        fix now, where that is known. Whatever ends intents without an attempt does the same first.
        """
        ...

    def keep(self, holds: Sequence[tuple[int, Keep]]) -> None:
        """Leave intents pending, by intent id."""
        ...

    def end(self, ends: Sequence[tuple[int, End]], at: datetime) -> None:
        """End intents without another attempt, by intent id. Quarantine is an end that `requeue` lifts.

        What is in doubt never ends as unsent: it becomes uncertain instead. What a journal knows as sent ends
        so.
        """
        ...

    def requeue(self, template: str, now: datetime, limit: int) -> int:
        """Make the first quarantined intents of a mended template pending and due. Returns how many."""
        ...

    def requeue_overdue(self, now: datetime, limit: int) -> int:
        """Make the first quarantined intents pending and due whose life is over, so that they expire.

        Returns how many.
        """
        ...

    def reclass(self, ids: Collection[int], class_: MailClass, topic: str | None) -> int:
        """Let pending intents follow their template's class and topic, unless an attempt has fixed them.

        Returns how many.
        """
        ...

    def reconsider(self, why: Why, at: datetime, limit: int) -> int:
        """Make the first pending intents due at `at` that this holds longer, because it has changed.

        Not for rates and holds, which have ways of their own. Returns how many.
        """
        ...

    def withdraw(self, passages: Collection[int], reason: str, at: datetime) -> int:
        """End what is pending or quarantined of these passages, uncertain where it is in doubt.

        Returns how many.
        """
        ...

    def withdraw_journey(self, journey: str, reason: str, at: datetime, limit: int) -> int:
        """Do the same with the first ones of a journey."""
        ...

    def withdrawable(
        self, journey: str, limit: int, *, step: str | None = None, after: int = 0
    ) -> Sequence[Intent]:
        """Return what is pending or quarantined of a journey, or of a step, by id, behind the id `after`."""
        ...

    def abandoned(self) -> Sequence[tuple[OpenedAttempt, Intent]]:
        """Return open attempts whose lease was given back, buried or taken anew, sorted by id.

        Not those of a lease that has merely run out: until it is buried, its worker may record their ends.
        """
        ...

    def sent_since(
        self, address_keys: Collection[str], class_: MailClass, since: datetime
    ) -> Mapping[str, Mapping[int, datetime]]:
        """Return address key → id of each mail of the class that went there since, or may have → when.

        Those that are accepted, open, or in doubt, whether they are held or wait to be sent again.
        """
        ...

    def received(
        self, contacts: Collection[str], templates: Collection[str]
    ) -> Mapping[str, Mapping[str, datetime]]:
        """Return contact → template → when that template was last accepted for the contact."""
        ...

    def last_planned(
        self, address_keys: Collection[str], template: str, *, besides: tuple[str, str]
    ) -> Mapping[str, datetime]:
        """Return address key → when a mail of the template last went there, or was planned and still may go.

        Uncertain ones count. Those of one journey and occurrence, `besides`, do not.
        """
        ...

    def by_public_id(self, public: str) -> Intent | None:
        """Find the intent behind a token or Message-ID."""
        ...

    def by_prefix(self, prefix: str, limit: int) -> Sequence[Intent]:
        """Return intents whose public id begins so, sorted by it. `prefix` holds hex digits only."""
        ...
