"""The send service: works in rounds, so that at most as many mails as connections are ever under way.

A round builds messages for intents that are due, outside of any transaction. Then one transaction records
the replies of the round before, reads suppression, pause, caps and conditions again, and opens the attempts
that may go. Only then do the messages go out. A process that dies leaves open attempts, at most one for each
connection, and those are uncertain; everything else is as the database says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from jo.daemon.compose import Composer, Prepared, Spoiled
from jo.daemon.live import Live, LiveCache
from jo.daemon.people import Who, load_people, who_is
from jo.daemon.service import Counts, Event, Tell, Worker
from jo.daemon.standing import Standings
from jo.flow.intent import AttemptEnd, End, Intent, Keep, OpenAttempt, decide_attempt, settle
from jo.flow.person import Person
from jo.flow.state import AttemptState, IntentState
from jo.model.address import Address
from jo.model.program import Program
from jo.ports.links import LinkProbe
from jo.ports.mailer import Mailer, Reply, ReplyKind
from jo.ports.store import Store, Transaction

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

    def run_once(self, now: datetime) -> Counts:
        counts: dict[str, int] = {}
        under_way: list[tuple[int, Intent, Reply]] = []
        size = sum(mailer.connections for mailer in self._mailers.values())
        while True:
            ready, people = self._prepare(now, 0 if self._worker.stopping else size)
            if not ready and not under_way:
                return counts
            with self._store.write(self._worker.lease) as work:
                self._record(work, under_way, now, counts)
                opened = self._open(work, ready, people, now, counts)
            under_way = self._exchange(opened)

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            return work.ledger.next_due()

    def _prepare(self, now: datetime, size: int) -> tuple[Sequence[Prepared | Spoiled], Mapping[int, Person]]:
        """Build messages for the next intents that are due; nothing is changed by it."""
        if not size:
            return (), {}
        with self._store.read() as work:
            live = self._cache.get(work)
            intents = work.ledger.claimable(now, size)
            people = self._people(work, live, intents)
            pairs = [(intent, people[intent.id]) for intent in intents]
            return self._composer.prepare(work, live, pairs, now), people

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

    def _record(
        self,
        work: Transaction,
        under_way: Sequence[tuple[int, Intent, Reply]],
        now: datetime,
        counts: dict[str, int],
    ) -> None:
        """Record the replies of the round before, and have the passages looked at that they concern."""
        ends = []
        for attempt, intent, reply in under_way:
            end = AttemptEnd(
                state=_STATES[reply.kind], stage=reply.stage, code=reply.code, text=reply.text, at=now
            )
            settled = settle(intent, end)
            ends.append((attempt, end, settled))
            counts[settled.state] = counts.get(settled.state, 0) + 1
        if not ends:
            return
        work.ledger.record(ends)
        passages = [
            intent.passage
            for (_, intent, _), (*_, settled) in zip(under_way, ends, strict=True)
            if intent.passage is not None and settled.state is not IntentState.PENDING
        ]
        if passages:
            work.passages.wake(now, ids=passages)
        told = [(reply.kind.value, reply.stage.value, reply.code) for *_, reply in under_way]
        self._tell(Event(name="send.settled", at=now, fields={"replies": told}))

    def _open(
        self,
        work: Transaction,
        ready: Sequence[Prepared | Spoiled],
        people: Mapping[int, Person],
        now: datetime,
        counts: dict[str, int],
    ) -> Sequence[tuple[int, Prepared]]:
        """Decide about each mail as things stand in this transaction; open what may go, with its attempt."""
        live = self._cache.get(work)
        present = work.ledger.load([item.intent.id for item in ready])
        due = [item for item in ready if present[item.intent.id].state is IntentState.PENDING]
        standings = Standings(
            work, live, [item.intent for item in due], people, now, are_links_dead=self._are_links_dead(due)
        )
        keeps: list[tuple[int, Keep]] = []
        ends: list[tuple[int, End]] = []
        going: list[Prepared] = []
        for item in due:
            decision = decide_attempt(item.intent, standings.of(item.intent), now)
            if isinstance(decision, OpenAttempt) and isinstance(item, Spoiled):
                decision = End(state=IntentState.QUARANTINED, detail=item.reason)
            match decision:
                case OpenAttempt():
                    assert isinstance(item, Prepared)
                    going.append(item)
                    standings.count(item.intent)
                case Keep():
                    keeps.append((item.intent.id, decision))
                case End():
                    ends.append((item.intent.id, decision))
                    counts[decision.state] = counts.get(decision.state, 0) + 1
        work.ledger.keep(keeps)
        work.ledger.end(ends, now)
        if keeps:
            counts["held"] = counts.get("held", 0) + len(keeps)
        ended = {id_ for id_, end in ends if end.state is not IntentState.QUARANTINED}
        over = [item.intent.passage for item in due if item.intent.id in ended]
        passages = [passage for passage in over if passage is not None]
        if passages:
            work.passages.wake(now, ids=passages)
        opened = work.ledger.open([(item.intent.id, item.fixed) for item in going], now)
        return [(attempt.id, item) for attempt, item in zip(opened, going, strict=True)]

    def _exchange(self, opened: Sequence[tuple[int, Prepared]]) -> list[tuple[int, Intent, Reply]]:
        """Hand over the messages, relay by relay, each batch no longer than its relay has connections."""
        replies: list[tuple[int, Intent, Reply]] = []
        for name, mailer in self._mailers.items():
            mine = [(attempt, item) for attempt, item in opened if item.relay == name]
            for start in range(0, len(mine), mailer.connections):
                batch = mine[start : start + mailer.connections]
                answers = mailer.exchange([item.outgoing for _, item in batch])
                for (attempt, item), reply in zip(batch, answers, strict=True):
                    replies.append((attempt, tried(item.intent), reply))
        return replies

    def _are_links_dead(self, due: Sequence[Prepared | Spoiled]) -> bool:
        return bool(due) and not self._probe.answers()


def tried(intent: Intent) -> Intent:
    """Return the intent with the attempt that was just made counted."""
    return replace(intent, attempts=intent.attempts + 1)
