"""The advance service: decides about every passage that is due, in batches, each in one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import assert_never

from jo.daemon.admission import admit
from jo.daemon.live import Live, LiveCache
from jo.daemon.mailing import step_intent
from jo.daemon.people import load_looks
from jo.daemon.service import Counts, Event, Tell, Worker
from jo.flow.intent import Intent
from jo.flow.passage import CreateIntent, OfferTo, Passage, WithdrawIntents
from jo.flow.precedents import Case, Precedents
from jo.ports.store import Move, Store, Transaction, Undecided

BATCH = 500


class Advance:
    name = "advance"
    duty = None

    def __init__(self, store: Store, cache: LiveCache, worker: Worker, tell: Tell) -> None:
        self._store = store
        self._cache = cache
        self._worker = worker
        self._tell = tell

    def run_once(self, now: datetime) -> Counts:
        decided = ended = created = 0
        while True:
            with self._store.write(self._worker.lease) as work:
                live = self._cache.get(work)
                due = work.passages.due(now, BATCH, self._worker.shards)
                if due:
                    over, planned = self._decide(work, live, due, now)
                    decided, ended, created = decided + len(due), ended + over, created + planned
            if len(due) < BATCH or not self._worker.goes_on():
                break
        if not decided:
            return {}
        counts = {"decided": decided, "ended": ended, "planned": created}
        self._tell(Event(name="advance.done", at=now, fields=counts))
        return counts

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            return work.passages.next_due(self._worker.shards)

    def _decide(
        self, work: Transaction, live: Live, due: Sequence[Passage], now: datetime
    ) -> tuple[int, int]:
        """Return how many passages have ended, and how many intents were created."""
        looks = load_looks(work, live, due, now)
        precedents = Precedents()
        intents: list[Intent] = []
        offers: defaultdict[str, list[Passage]] = defaultdict(list)
        withdrawn: defaultdict[str, list[int]] = defaultdict(list)
        keys: dict[str, Mapping[str, str]] = {}
        for passage in due:
            pinned, look = looks[passage.id]
            for effect in precedents.decide(passage, pinned.route, look).effects:
                match effect:
                    case CreateIntent():
                        if passage.program not in keys:
                            keys[passage.program] = work.specs.step_keys(passage.program)
                        person = look.facts.person
                        key = keys[passage.program][effect.step]
                        intents.append(step_intent(live, pinned.program, key, passage, person, effect))
                    case WithdrawIntents():
                        withdrawn[effect.reason].append(passage.id)
                    case OfferTo():
                        offers[effect.program].append(passage)
                    case _:
                        assert_never(effect)
        for reason, ids in sorted(withdrawn.items()):
            work.ledger.withdraw(ids, reason, now)
        work.passages.move([_move(case) for case in precedents.cases])
        work.ledger.create(intents)
        over = [
            intent.passage for intent in intents if intent.ended_at is not None and intent.passage is not None
        ]
        if over:
            work.passages.wake(now, ids=over)
        for name, passages in sorted(offers.items()):
            self._offer(work, live, name, passages, now)
        ended = sum(len(case.passages) for case in precedents.cases if not case.decision.stand.is_open)
        return ended, len(intents)

    def _offer(
        self, work: Transaction, live: Live, program: str, passages: Sequence[Passage], now: datetime
    ) -> None:
        """Make people candidates of a program that an `enroll` step names, unless it is retired.

        Several programs may offer the same contact at one instant.
        """
        target = live.project.programs.get(program)
        if target is None or not live.is_live(target.address):
            return
        contacts = sorted({item.contact for item in passages})
        found = [Undecided(key=contact, contact=contact, member_since=now) for contact in contacts]
        admit(work, live, target, found, datetime.min.replace(tzinfo=UTC), now)


def _move(case: Case) -> Move:
    return Move(
        program=case.passages[0].program,
        ids=[passage.id for passage in case.passages],
        before=case.before,
        after=case.decision.stand,
        notes=case.decision.notes,
    )
