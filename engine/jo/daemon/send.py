"""The send service: works in rounds, so that at most as many mails as connections are ever under way.

A round builds messages for intents that are due, outside of any transaction. Then one transaction records
the replies of the round before, reads suppression, pause, caps and conditions again, and opens the attempts
that may go. Only then do the messages go out. A process that dies leaves open attempts, at most one for each
connection, and those are uncertain; everything else is as the database says.

A run ends after some rounds, so that the other services get their turn and time goes on. A relay that cannot
be used at all is left alone for a while; its mails wait as they are.
"""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jo.daemon.compose import Composer, Prepared, Spoiled
from jo.daemon.live import Live, LiveCache
from jo.daemon.people import Who, load_people, who_is
from jo.daemon.service import Counts, Event, Tell, Worker
from jo.daemon.standing import Standings
from jo.flow.intent import (
    AttemptDecision,
    AttemptEnd,
    End,
    Intent,
    Keep,
    OpenAttempt,
    decide_attempt,
    settle,
)
from jo.flow.person import Person
from jo.flow.state import AttemptState, IntentState, Why
from jo.model.address import Address
from jo.model.content import MailClass
from jo.model.program import Program
from jo.ports.links import LinkProbe
from jo.ports.mailer import Mailer, Reply, ReplyKind
from jo.ports.store import Store, Transaction

ROUNDS = 50
"""Rounds of one run at most."""
WITHOUT_RELAY = 100
"""Mails that a round looks at where there is no relay at all: they wait, and expire in time."""
REST = timedelta(minutes=1)
"""How long a relay is left alone that could not be used."""

DELETED = "its journey or template was deleted"
"""Why a mail is withdrawn that was on its way when these were deleted, and came back deferred."""

_STATES = {
    ReplyKind.ACCEPTED: AttemptState.ACCEPTED,
    ReplyKind.DEFERRED: AttemptState.DEFERRED,
    ReplyKind.REJECTED: AttemptState.REJECTED,
    ReplyKind.UNCERTAIN: AttemptState.UNCERTAIN,
}


class Send:
    name = "send"

    def __init__(
        self,
        store: Store,
        cache: LiveCache,
        mailers: Mapping[str, Mailer],
        composer: Composer,
        probe: LinkProbe,
        worker: Worker,
        tell: Tell,
    ) -> None:
        self._store = store
        self._cache = cache
        self._mailers = mailers
        self._composer = composer
        self._probe = probe
        self._worker = worker
        self._tell = tell
        self._is_fresh = True
        self._unrecorded: Sequence[tuple[int, Intent, Reply]] = ()
        """Attempt, intent and reply of the round before; kept until the store has taken them."""
        self._resting: dict[str, datetime] = {}
        """Relay → until when it is left alone."""

    def run_once(self, now: datetime) -> Counts:
        counts: dict[str, int] = {}
        if self._is_fresh:
            self._look_anew(now)
        size = sum(mailer.connections for mailer in self._mailers.values()) or WITHOUT_RELAY
        for number in itertools.count():
            may_go_on = number < ROUNDS and self._worker.goes_on() and not self._is_at_rest(now)
            found = self._prepare(now, size) if may_go_on else None
            if found is None and not self._unrecorded:
                break
            are_links_dead = found is not None and self._are_links_dead(found.ready)
            with self._store.write(self._worker.lease) as work:
                self._record(work, now, counts)
                opened = (
                    self._open(work, found, now, counts, are_links_dead=are_links_dead)
                    if found is not None
                    else ()
                )
            self._unrecorded = self._exchange(opened, now)
        return counts

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            due = work.ledger.next_due()
        if due is not None and self._is_at_rest(now):
            return max(due, min(self._resting.values()))
        return due

    def _look_anew(self, now: datetime) -> None:
        """Whoever starts a worker after trouble with links expects its mails to go now, not in a minute."""
        with self._store.write(self._worker.lease) as work:
            work.ledger.reconsider([Why.DEAD_LINKS], now)
        self._is_fresh = False

    def _is_at_rest(self, now: datetime) -> bool:
        """Tell whether every relay is left alone, so that no mail can go."""
        return bool(self._mailers) and all(self._rests(name, now) for name in self._mailers)

    def _rests(self, relay: str, now: datetime) -> bool:
        return self._resting.get(relay, now) > now

    def _prepare(self, now: datetime, size: int) -> "_Round | None":
        """Build messages for the next intents that are due; nothing is changed by it. None: none is due."""
        with self._store.read() as work:
            live = self._cache.get(work)
            due = work.ledger.claimable(now, size)
            if not due:
                return None
            intents = [intent for intent in due if _is_known(live, intent)]
            orphans = [intent for intent in due if not _is_known(live, intent)]
            people = self._people(work, live, intents)
            mails = [(intent, people[intent.id]) for intent in intents]
            drafts = self._composer.draft(work, live, mails, now)
        return _Round(live=live, ready=self._composer.build(drafts), people=people, orphans=orphans)

    def _people(self, work: Transaction, live: Live, intents: Sequence[Intent]) -> Mapping[int, Person]:
        """Return intent id → the person it is for."""
        passages = work.passages.load({item.passage for item in intents if item.passage is not None})
        people: dict[int, Person] = {}
        for address in sorted({intent.journey for intent in intents}):
            journey = live.project.journey(Address.parse(address))
            rows = live.project.row_source(journey) if isinstance(journey, Program) else None
            who = {
                item.id: who_is(passages[item.passage]) if item.passage is not None else Who(item.contact)
                for item in intents
                if item.journey == address
            }
            loaded = load_people(work, live, live.contacts_of(journey), who.values(), rows)
            people.update({id_: loaded[each] for id_, each in who.items()})
        return people

    def _record(self, work: Transaction, now: datetime, counts: dict[str, int]) -> None:
        """Record the replies of the round before, and have the passages looked at that they concern."""
        ends = []
        live = self._cache.get(work)
        for attempt, intent, reply in self._unrecorded:
            end = AttemptEnd(
                state=_STATES[reply.kind], stage=reply.stage, code=reply.code, text=reply.text, at=now
            )
            settled = settle(intent, end, live.on_uncertain(intent.template))
            ends.append((attempt, end, settled))
            counts[settled.state] = counts.get(settled.state, 0) + 1
        if not ends:
            return
        work.ledger.record(ends)
        passages = [
            intent.passage
            for (_, intent, _), (*_, settled) in zip(self._unrecorded, ends, strict=True)
            if intent.passage is not None and settled.state is not IntentState.PENDING
        ]
        if passages:
            work.passages.wake(now, ids=passages)
        told = Counter((reply.kind.value, reply.stage.value, reply.code) for *_, reply in self._unrecorded)
        self._tell(
            Event(name="send.settled", at=now, fields={"replies": [[*how, n] for how, n in told.items()]})
        )

    def _open(
        self,
        work: Transaction,
        found: "_Round",
        now: datetime,
        counts: dict[str, int],
        *,
        are_links_dead: bool,
    ) -> Sequence[tuple[int, Prepared]]:
        """Decide about each mail as things stand in this transaction; open what may go, with its attempt.

        When an apply came since the messages were built, nothing is opened: the next round builds them anew.
        """
        live = self._cache.get(work)
        if live is not found.live:
            return ()
        present = work.ledger.load([intent.id for intent in found.intents])
        pending = {id_ for id_, intent in present.items() if intent.state is IntentState.PENDING}
        due = [item for item in found.ready if item.intent.id in pending]
        intents = [item.intent for item in due]
        standings = Standings(work, live, intents, found.people, now, are_links_dead=are_links_dead)
        keeps: list[tuple[int, Keep]] = []
        ends: list[tuple[int, End]] = [
            (intent.id, End(state=IntentState.WITHDRAWN, detail=DELETED))
            for intent in found.orphans
            if intent.id in pending
        ]
        going: list[Prepared] = []
        for item in due:
            decision = decide_attempt(item.intent, standings.of(item.intent), now)
            if isinstance(decision, OpenAttempt):
                decision = self._opening(item, now)
            match decision:
                case OpenAttempt():
                    assert isinstance(item, Prepared)
                    going.append(item)
                    standings.count(item.intent)
                case Keep():
                    keeps.append((item.intent.id, decision))
                case End():
                    ends.append((item.intent.id, decision))
        dead = sum(keep.why is Why.DEAD_LINKS for _, keep in keeps)
        if dead:
            self._tell(Event(name="links.dead", at=now, fields={"held": dead}))
        work.ledger.keep(keeps)
        work.ledger.end(ends, now)
        for _, end in ends:
            counts[end.state] = counts.get(end.state, 0) + 1
        if keeps:
            counts["held"] = counts.get("held", 0) + len(keeps)
        ended = {id_ for id_, end in ends if end.state is not IntentState.QUARANTINED}
        over = [item.intent.passage for item in due if item.intent.id in ended]
        passages = [passage for passage in over if passage is not None]
        if passages:
            work.passages.wake(now, ids=passages)
        opened = work.ledger.open([(item.intent.id, item.fixed) for item in going], now)
        return [(attempt.id, item) for attempt, item in zip(opened, going, strict=True)]

    def _opening(self, item: Prepared | Spoiled, now: datetime) -> AttemptDecision:
        """Decide about a mail that may go by all the rules, as far as its message and its relay allow."""
        if isinstance(item, Spoiled):
            return End(state=IntentState.QUARANTINED, detail=item.reason)
        if item.relay not in self._mailers:
            self._leave_alone(item.relay, "connect", "this worker was started without that relay", now)
        if self._rests(item.relay, now):
            return Keep(why=Why.RETRY, until=self._resting[item.relay], detail="the relay is away")
        return OpenAttempt()

    def _exchange(
        self, opened: Sequence[tuple[int, Prepared]], now: datetime
    ) -> list[tuple[int, Intent, Reply]]:
        """Hand over the messages, relay by relay, each batch no longer than its relay has connections."""
        replies: list[tuple[int, Intent, Reply]] = []
        for name, mailer in self._mailers.items():
            mine = [(attempt, item) for attempt, item in opened if item.relay == name]
            for start in range(0, len(mine), mailer.connections):
                batch = mine[start : start + mailer.connections]
                answers = mailer.exchange([item.outgoing for _, item in batch])
                for (attempt, item), reply in zip(batch, answers, strict=True):
                    replies.append((attempt, tried(item.intent), reply))
                if all(reply.is_relay_trouble for reply in answers):
                    self._leave_alone(name, answers[0].stage.value, answers[0].text, now)
        return replies

    def _leave_alone(self, relay: str, stage: str, error: str, now: datetime) -> None:
        if not self._rests(relay, now):
            fields = {"relay": relay, "stage": stage, "error": error}
            self._tell(Event(name="relay.trouble", at=now, fields=fields))
        self._resting[relay] = now + REST

    def _are_links_dead(self, ready: Sequence[Prepared | Spoiled]) -> bool:
        is_asked = any(item.intent.class_ is MailClass.MARKETING for item in ready)
        return is_asked and not self._probe.answers()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """What a round goes by, as it was read before its transaction."""

    live: Live
    ready: Sequence[Prepared | Spoiled]
    people: Mapping[int, Person]
    """Intent id → the person it is for."""
    orphans: Sequence[Intent]
    """Mails whose journey or template is there no more."""

    @property
    def intents(self) -> Sequence[Intent]:
        return [*(item.intent for item in self.ready), *self.orphans]


def _is_known(live: Live, intent: Intent) -> bool:
    return (
        Address.parse(intent.journey) in live.project.resources and intent.template in live.project.templates
    )


def tried(intent: Intent) -> Intent:
    """Return the intent with the attempt that was just made counted."""
    return replace(intent, attempts=intent.attempts + 1)
