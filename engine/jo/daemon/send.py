"""The send service: works in rounds, so that at most as many mails as connections are ever under way.

A round takes the replies that have come; one transaction records them, reads suppression, pause, caps and
conditions again, and opens as many attempts as there are connections free; only then do these messages go
out. The messages of the next rounds are built meanwhile, outside of any transaction. A connection that is
slow keeps no other waiting. A process that dies leaves open attempts, at most one for each connection, and
those are uncertain; everything else is as the database says.

A run ends when nothing has come or can go for a moment, and after a while in any case, so that the other
services get their turn and time goes on. What is on the wire then stays there: the next run collects it.
"""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from jo.daemon.backlog import Backlog, Round
from jo.daemon.breakers import Breakers
from jo.daemon.compose import Composer, Prepared, Spoiled
from jo.daemon.exchange import Answered, Exchange, Opened
from jo.daemon.journaling import Journaling
from jo.daemon.live import LiveCache
from jo.daemon.relays import Relays
from jo.daemon.round import Opening, entries, outcomes, record
from jo.daemon.service import Counts, Tell, Worker
from jo.daemon.supply import Supply
from jo.daemon.traffic import Slots, Traffic
from jo.model.content import MailClass
from jo.ports.clock import Clock
from jo.ports.journal import JournalError
from jo.ports.links import LinkProbe
from jo.ports.mailer import Mailer
from jo.ports.store import Store

WAIT = 0.5
"""Seconds that a run waits for a reply when there is nothing else to do."""
LONGEST = 2.0
"""Seconds after which a run builds no more mails. Those that are built go, unless nothing moves any more."""
AHEAD = 4
"""How many mails are built at once, for each connection."""
LINE = 1000
"""Mails in line, beyond which nobody is looked for who could go past them."""
NEAR = 0.2
"""How soon, in seconds, a rate has to give leave for a run to wait for it."""
PAUSE = 0.05
WITHOUT_RELAY = 100
"""Mails that a round looks at where there is no relay at all: they wait, and expire in time."""


class Send:
    name = "send"
    duty = None

    def __init__(
        self,
        store: Store,
        cache: LiveCache,
        mailer: Mailer,
        composer: Composer,
        probe: LinkProbe,
        journaling: Journaling,
        traffic: Traffic,
        clock: Clock,
        worker: Worker,
        tell: Tell,
    ) -> None:
        self._store = store
        self._cache = cache
        self._supply = Supply(store, cache, composer, worker)
        self._probe = probe
        self._journaling = journaling
        self._clock = clock
        self._worker = worker
        self._tell = tell
        self._relays = Relays(mailer, tell)
        self._exchange = Exchange(mailer)
        self._breakers = Breakers(tell)
        self._traffic = traffic
        self._opening = Opening(self._relays, traffic, tell)
        self._next_leave: datetime | None = None
        """When there is leave for mails that the last run left in line; None when it left none for that."""

    @property
    def is_under_way(self) -> bool:
        return self._exchange.is_under_way

    def run_once(self, now: datetime) -> Counts:
        counts: Counter[str] = Counter()
        end = time.monotonic() + LONGEST
        backlog = Backlog()
        shards = self._worker.shards
        self._next_leave = None
        while True:
            may_start = self._worker.goes_on() and self._relays.all_rest_until(now) is None
            has_time = may_start and time.monotonic() < end
            if not may_start or shards != self._worker.shards:
                shards = self._worker.shards
                backlog = Backlog()
            if has_time:
                self._fill(backlog, now)
            leave = self._traffic.next_opening(backlog.waiting) if has_time else None
            is_idle = (has_time or not backlog.is_empty) and not backlog.may_go(self._slots(now))
            self._hear(self._exchange.collect(self._patience(leave) if is_idle else 0), now)
            found = backlog.take(self._slots(now))
            if found is not None or self._exchange.answered:
                backlog.put_back(self._do_round(found, counts))
            elif not self._is_near(leave):
                self._next_leave = leave
                return counts
            now = self._clock.now()

    def finish(self, now: datetime, *, give_up: bool) -> Counts:
        """Record replies to what is under way; start nothing. Giving up, break off what is left."""
        counts: Counter[str] = Counter()
        self._hear(self._exchange.abandon() if give_up else self._exchange.collect(WAIT), now)
        if self._exchange.answered:
            self._do_round(None, counts)
        return counts

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            leave = self._next_leave
            after = None if leave is None else now
            due = work.ledger.next_due(self._worker.shards, after)
        if leave is not None:
            due = leave if due is None else min(leave, due)
        resting = self._relays.all_rest_until(now)
        return due if due is None or resting is None else max(due, resting)

    def held_until(self, now: datetime) -> datetime | None:
        moments = [self._next_leave, self._traffic.promised_until(now)]
        return max((moment for moment in moments if moment is not None), default=None)

    def _room(self, relay: str, now: datetime) -> int:
        """Return how many mails for a relay a round may decide about: all those that cannot go anyway."""
        if self._relays.rests_until(relay, now) is not None:
            return WITHOUT_RELAY
        return self._exchange.room(relay)

    def _slots(self, now: datetime) -> Slots:
        return Slots(
            self._traffic,
            self._exchange.under_way,
            lambda relay: self._room(relay, now),
            lambda relay: self._relays.rests_until(relay, now) is not None,
        )

    def _fill(self, backlog: Backlog, now: datetime) -> None:
        """Build more messages when there are none; then also for relays and domains that are free.

        Mails for a relay or a domain that is slow must not keep those behind them from another one.
        """
        size = AHEAD * self._relays.connections or WITHOUT_RELAY
        if backlog.is_empty:
            self._build(backlog, now, size)
        slots = self._slots(now)
        while not backlog.is_empty and not backlog.may_go(slots) and backlog.may_grow:
            backlog.put_off(slots, self._traffic)
            is_full = not any(map(slots.at_relay, self._relays.names))
            if is_full or len(backlog.known) > LINE:
                return
            self._build(backlog, now, size, besides=backlog.relays_without(slots))

    def _build(self, backlog: Backlog, now: datetime, size: int, besides: Collection[str] = ()) -> None:
        """Build messages for intents that are neither in line nor on the wire.

        One on the wire may be due again: the lease under which it went there was lost, and what was open
        under that one was taken for uncertain. It has its turn once the wire has let go of it.
        """
        on_wire = (mail.intent.id for mail in self._exchange.under_way)
        backlog.add(self._supply.build(now, size, besides=besides, known={*backlog.known, *on_wire}))

    def _patience(self, leave: datetime | None) -> float:
        """Return for how many seconds to wait for replies where nothing may go before there is leave."""
        until = None if leave is None else self._traffic.seconds_until(leave)
        return WAIT if until is None else min(WAIT, until)

    def _is_near(self, leave: datetime | None) -> bool:
        """Wait a little for a leave that comes soon; False when it does not, or time stands still."""
        seconds = None if leave is None else self._traffic.seconds_until(leave)
        if seconds is None or seconds > NEAR:
            return False
        time.sleep(min(seconds, PAUSE))
        return True

    def _hear(self, answered: Sequence[Answered], now: datetime) -> None:
        for item in answered:
            self._relays.hear(item.relay, item.reply, now)

    def _do_round(self, found: Round | None, counts: Counter[str]) -> Sequence[Prepared]:
        """Record what was answered and open what may go, in one transaction; then let it go out.

        The journal gets to know of it in between. Without it nothing goes out. Returns the mails that have
        no leave of their rates yet.

        What time it is is asked once the transaction has waited for all that it waits for: a run may last
        for seconds, and a process may be stopped for longer.
        """
        answered = self._exchange.answered
        trouble = self._without_room(len(answered) + (len(found.ready) if found is not None else 0))
        if trouble is not None:
            found = None
        are_links_dead = found is not None and self._are_links_dead(found.ready)
        opened: Sequence[Opened] = ()
        left: Sequence[Prepared] = ()
        with self._store.write(self._worker.lease) as work:
            if found is not None:
                work.people.settle_suppressions()
            now = self._clock.now()
            live = self._cache.get(work)
            counts.update(record(work, live, answered, now, self._tell))
            self._breakers.count(work, outcomes(answered), now)
            if found is not None:
                opened, left = self._opening.open(
                    work, live, found, now, counts, are_links_dead=are_links_dead
                )
            self._journaling.mark(work)
        self._exchange.recorded()
        if trouble is not None:
            raise trouble
        try:
            self._journaling.write(entries(opened, answered, now))
        except JournalError as error:
            self._exchange.refuse(opened, str(error))
            raise
        self._exchange.hand_over(opened)
        return left

    def _without_room(self, records: int) -> JournalError | None:
        """Return why the journal cannot take so many records; None when it can."""
        try:
            self._journaling.reserve(records)
        except JournalError as error:
            return error
        return None

    def _are_links_dead(self, ready: Sequence[Prepared | Spoiled]) -> bool:
        is_asked = any(item.intent.class_ is MailClass.MARKETING for item in ready)
        return is_asked and not self._probe.answers()
