"""The transaction of a round: records the replies that came, decides about mails, and opens attempts.

Everything here happens in one transaction of the caller's. Suppression, pauses, caps, windows, exits and
conditions are read in it, so what was committed before it holds for every attempt that it opens.
"""

from collections import Counter
from collections.abc import Collection, Sequence, Set
from datetime import datetime

from jo.daemon.backlog import Round
from jo.daemon.breakers import Outcome
from jo.daemon.compose import Prepared, Spoiled
from jo.daemon.exchange import Answered, Opened
from jo.daemon.live import Live
from jo.daemon.relays import Relays
from jo.daemon.service import Event, Tell
from jo.daemon.standing import Standings
from jo.daemon.traffic import Traffic
from jo.flow.intent import (
    AttemptDecision,
    AttemptEnd,
    End,
    Intent,
    Keep,
    OpenAttempt,
    decide_attempt,
    public_id,
    settle,
)
from jo.flow.state import AttemptState, IntentState, Why
from jo.ports.journal import Entry
from jo.ports.mailer import About, ReplyKind, is_about_content
from jo.ports.store import Transaction

DELETED = "its journey or template was deleted"
"""Why a mail is withdrawn that was on its way when these were deleted, and came back deferred."""

RATE = "its domain takes no more for now"
"""Why a mail is put off."""

_STATES = {
    ReplyKind.ACCEPTED: AttemptState.ACCEPTED,
    ReplyKind.DEFERRED: AttemptState.DEFERRED,
    ReplyKind.REJECTED: AttemptState.REJECTED,
    ReplyKind.UNCERTAIN: AttemptState.UNCERTAIN,
}


def record(
    work: Transaction, live: Live, answered: Sequence[Answered], now: datetime, tell: Tell
) -> Counter[str]:
    """Record how attempts ended, and have the passages looked at that they concern.

    Returns how many intents are in which state by it.
    """
    ends = []
    for item in answered:
        end = AttemptEnd(
            state=_STATES[item.reply.kind],
            stage=item.reply.stage,
            code=item.reply.code,
            text=item.reply.text,
            at=now,
            is_about_message=item.reply.about is About.MESSAGE,
        )
        ends.append((item.attempt, end, settle(item.intent, end, live.on_uncertain(item.intent.template))))
    if not ends:
        return Counter()
    work.ledger.record(ends)
    passages = [
        item.intent.passage
        for item, (*_, settled) in zip(answered, ends, strict=True)
        if item.intent.passage is not None and settled.state is not IntentState.PENDING
    ]
    if passages:
        work.passages.wake(now, ids=passages)
    told = Counter((item.reply.kind.value, item.reply.stage.value, item.reply.code) for item in answered)
    tell(Event(name="send.settled", at=now, fields={"replies": [[*how, n] for how, n in told.items()]}))
    return Counter(settled.state.value for *_, settled in ends)


def outcomes(answered: Sequence[Answered]) -> Sequence[Outcome]:
    """Return what replies say of their templates, of those that the relay took or refused for good."""
    return [
        Outcome(
            template=item.intent.template,
            refusal=item.reply.text if item.reply.kind is ReplyKind.REJECTED else None,
        )
        for item in answered
        if item.reply.kind is ReplyKind.ACCEPTED or is_about_content(item.reply)
    ]


def settle_known(work: Transaction, ready: Sequence[Prepared | Spoiled], now: datetime) -> Set[int]:
    """Settle the mails that a journal knows, and return their intent ids."""
    known = work.ledger.settle_known(
        {item.intent.id: item.fixed if isinstance(item, Prepared) else None for item in ready}
    )
    over = [item.intent.passage for item in ready if item.intent.id in known]
    passages = [passage for passage in over if passage is not None]
    if passages:
        work.passages.wake(now, ids=passages)
    return known


def entries(opened: Sequence[Opened], answered: Sequence[Answered], now: datetime) -> Sequence[Entry]:
    """Return what the journal gets to know of a round."""
    ended = [
        Entry(
            public=public_id(item.intent.key),
            number=item.intent.attempts,
            state=_STATES[item.reply.kind],
            at=now,
        )
        for item in answered
    ]
    begun = [
        Entry(
            public=public_id(item.mail.intent.key),
            number=item.mail.intent.attempts + 1,
            state=AttemptState.OPEN,
            at=now,
        )
        for item in opened
    ]
    return [*ended, *begun]


class Opening:
    """Decides about mails, and opens attempts for those that may go."""

    def __init__(self, relays: Relays, traffic: Traffic, tell: Tell) -> None:
        self._relays = relays
        self._traffic = traffic
        self._tell = tell

    def open(
        self,
        work: Transaction,
        live: Live,
        found: Round,
        now: datetime,
        counts: Counter[str],
        *,
        are_links_dead: bool,
    ) -> tuple[Sequence[Opened], Sequence[Prepared]]:
        """Decide about each mail as things stand in this transaction; open what may go.

        Returns also the mails that may go and have no leave of their rates yet: nothing was decided about
        them. When an apply came since the messages were built, nothing is opened: they have to be built anew.
        """
        if live is not found.live:
            return (), ()
        pending = work.ledger.pending([intent.id for intent in found.intents])
        ready = [item for item in (*found.ready, *found.late) if item.intent.id in pending]
        known = settle_known(work, ready, now)
        counts.update({"known": len(known)} if known else {})
        astray = self._put_right(work, live, [item.intent for item in ready])
        settled = known | astray
        due = [item for item in ready if item.intent.id not in settled]
        intents = [item.intent for item in due]
        standings = Standings(work, live, intents, found.people, now, are_links_dead=are_links_dead)
        keeps: list[tuple[int, Keep]] = []
        ends: list[tuple[int, End]] = [
            (intent.id, End(state=IntentState.WITHDRAWN, detail=DELETED))
            for intent in found.orphans
            if intent.id in pending
        ]
        going: list[Prepared] = []
        left: list[Prepared] = []
        late = {item.intent.id for item in found.late}
        without_leave = self._without_leave(work, due, late, standings, now)
        for item in due:
            decision = self._decide(item, standings, now)
            match decision:
                case OpenAttempt() if item.intent.id in late:
                    assert isinstance(item, Prepared)
                    until = min(self._traffic.promise(item), item.intent.expires_at)
                    keeps.append((item.intent.id, Keep(why=Why.RATE, until=until, detail=RATE)))
                case OpenAttempt():
                    assert isinstance(item, Prepared)
                    if item.intent.id in without_leave:
                        left.append(item)
                    else:
                        going.append(item)
                        standings.count(item.intent)
                case Keep():
                    keeps.append((item.intent.id, decision))
                case End():
                    ends.append((item.intent.id, decision))
        self._write(work, due, keeps, ends, now)
        counts.update(end.state.value for _, end in ends)
        counts.update({"held": len(keeps)} if keeps else {})
        opened = work.ledger.open([(item.intent.id, item.fixed) for item in going], now)
        return [
            Opened(attempt=attempt.id, mail=item) for attempt, item in zip(opened, going, strict=True)
        ], left

    def _without_leave(
        self,
        work: Transaction,
        due: Sequence[Prepared | Spoiled],
        late: Set[int],
        standings: Standings,
        now: datetime,
    ) -> Collection[int]:
        """Return the ids of mails that may go but for their rates. Asked before any counts as sent."""
        built = [item for item in due if isinstance(item, Prepared) and item.intent.id not in late]
        if not self._traffic.has_rates(built):
            return ()
        may_go = [item for item in built if isinstance(self._decide(item, standings, now), OpenAttempt)]
        return self._traffic.admit(work, may_go)

    def _decide(self, item: Prepared | Spoiled, standings: Standings, now: datetime) -> AttemptDecision:
        decision = decide_attempt(item.intent, standings.of(item.intent), now)
        return self._opening(item, now) if isinstance(decision, OpenAttempt) else decision

    def _put_right(self, work: Transaction, live: Live, intents: Sequence[Intent]) -> Set[int]:
        """Let mails follow their templates to another class or topic, which an apply may have given them.

        Returns the ids of those that did: they are built and decided about anew.
        """
        astray: dict[str, list[int]] = {}
        for intent in intents:
            template = live.project.templates[intent.template]
            if intent.fixed is None and (intent.class_, intent.topic) != (template.class_, template.topic):
                astray.setdefault(template.name, []).append(intent.id)
        for name, ids in sorted(astray.items()):
            template = live.project.templates[name]
            work.ledger.reclass(ids, template.class_, template.topic)
        return {id_ for ids in astray.values() for id_ in ids}

    def _opening(self, item: Prepared | Spoiled, now: datetime) -> AttemptDecision:
        """Decide about a mail that may go by all the rules, as far as its message and its relay allow."""
        if isinstance(item, Spoiled):
            return End(state=IntentState.QUARANTINED, detail=item.reason)
        until = self._relays.rests_until(item.relay, now)
        if until is not None:
            return Keep(why=Why.RETRY, until=until, detail="the relay is away")
        return OpenAttempt()

    def _write(
        self,
        work: Transaction,
        due: Sequence[Prepared | Spoiled],
        keeps: Sequence[tuple[int, Keep]],
        ends: Sequence[tuple[int, End]],
        now: datetime,
    ) -> None:
        """Write what does not go, and have the passages looked at whose mails have ended."""
        dead = sum(keep.why is Why.DEAD_LINKS for _, keep in keeps)
        if dead:
            self._tell(Event(name="links.dead", at=now, fields={"held": dead}))
        work.ledger.keep(keeps)
        work.ledger.end(ends, now)
        ended = {id_ for id_, end in ends if end.state is not IntentState.QUARANTINED}
        over = [item.intent.passage for item in due if item.intent.id in ended]
        passages = [passage for passage in over if passage is not None]
        if passages:
            work.passages.wake(now, ids=passages)
