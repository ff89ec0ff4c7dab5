"""Loads the people of a batch: their rows, and jo's own records of their passages, in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from jo.daemon.live import Live, PinnedProgram
from jo.flow.look import Look, Occurred
from jo.flow.passage import Passage
from jo.flow.person import Person
from jo.flow.reading import Needs, PersonFacts, Seen, needs
from jo.flow.rows import Atlas, Plain, gather
from jo.flow.state import IntentState
from jo.model.program import OnUnreachable
from jo.model.source import Source
from jo.ports.store import PassageRecords, Transaction

GONE = "gone"
LEFT_LIST = "left list"
DELETED = "program deleted"
UNREACHABLE = "unreachable"


class Who(NamedTuple):
    """A contact, and the list's row behind it where the list is over other rows."""

    contact: str
    row: str = ""


def load_people(
    work: Transaction, live: Live, contacts: Source, who: Iterable[Who], rows: Source | None = None
) -> Mapping[Who, Person]:
    """Return the people of one source of contacts, with the rows of `rows` behind them."""
    everybody = set(who)
    wanted = {contacts.name: {item.contact for item in everybody}}
    if rows is not None:
        wanted.setdefault(rows.name, set()).update(item.row for item in everybody)
    atlas = _load_atlas(work, live, wanted)
    return {
        item: Person(
            key=item.contact,
            source=contacts,
            atlas=atlas,
            project_zone=live.zone,
            behind=(rows, item.row) if rows is not None else None,
        )
        for item in everybody
    }


def _load_atlas(work: Transaction, live: Live, wanted: Mapping[str, Collection[str]]) -> Atlas:
    """Load rows, as source → keys, and what they refer to."""
    gone: set[tuple[str, str]] = set()

    def load(source: str, keys: Collection[str]) -> Mapping[str, Plain]:
        found = work.facts.rows(source, keys)
        gone.update([(source, key) for key, row in found.items() if row.is_gone])
        return {key: row.data for key, row in found.items()}

    return Atlas(sources=live.project.sources, rows=gather(live.project.sources, wanted, load), gone=gone)


def load_looks(
    work: Transaction, live: Live, passages: Sequence[Passage], now: datetime
) -> Mapping[int, tuple[PinnedProgram, Look]]:
    """Return passage id → its pinned program and what a decision about it reads."""
    by_revision: defaultdict[int, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_revision[passage.stand.revision].append(passage)
    pinned = {revision: live.pinned(work, revision) for revision in by_revision}
    records = work.passages.records([item.id for item in passages])
    shared = load_shared(work, live, pinned.values(), [item.contact for item in passages], now)
    looks = {}
    for revision, mine in by_revision.items():
        of = pinned[revision]
        people = load_people(work, live, of.contacts, [who_is(item) for item in mine], of.rows)
        for item in mine:
            looks[item.id] = of, _look(of, item, people[who_is(item)], records[item.id], shared)
    return looks


def who_is(passage: Passage) -> Who:
    return Who(passage.contact, passage.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Records across passages, read once per batch and only those that some program asks for."""

    members: Mapping[str, frozenset[str]]
    """List → those of the batch's contacts who are in it."""
    received: Mapping[str, Mapping[str, datetime]]
    """Contact → template → last accepted."""
    entered: Mapping[str, Mapping[str, datetime]]
    """Contact → program → last entry."""
    events: Mapping[str, Mapping[str, tuple[datetime, ...]]]
    """Contact → event → its times, ascending."""
    asks_counts: bool
    nothing: Seen
    """What is seen of somebody of whom there are no records."""

    @property
    def is_empty(self) -> bool:
        """Whether there are none of anybody in the batch."""
        return not (self.members or self.received or self.entered or self.events or self.asks_counts)


def load_shared(
    work: Transaction, live: Live, of: Iterable[PinnedProgram], contacts: Iterable[str], now: datetime
) -> Shared:
    """Read what the programs of a batch ask for across passages; exits are those of today."""
    asked, lists, keys = Needs(), set[str](), sorted(set(contacts))
    for pinned in of:
        current = pinned.current or pinned.program
        asked |= pinned.needs | needs(current)
        if current.recheck and isinstance(current.audience, str):
            lists.add(current.audience)
    lists |= asked.lists
    return Shared(
        members={name: work.audiences.present(name, keys) for name in sorted(lists)},
        received=work.ledger.received(keys, sorted(asked.templates)) if asked.templates else {},
        entered=work.passages.last_entries(keys, sorted(asked.programs)) if asked.programs else {},
        events=work.people.event_times(keys, sorted(asked.events)) if asked.events else {},
        asks_counts=asked.counts,
        nothing=Seen(now=now),
    )


def facts_of(person: Person, shared: Shared, records: PassageRecords | None = None) -> PersonFacts:
    """Return what conditions read about the person; without records for who has not entered yet."""
    seen = _seen(person, shared, records or _NO_RECORDS)
    return PersonFacts(person=person, passage=seen, now=seen.now)


_NO_RECORDS = PassageRecords()


def _look(
    of: PinnedProgram, passage: Passage, person: Person, records: PassageRecords, shared: Shared
) -> Look:
    """Put together what one decision reads."""
    facts = facts_of(person, shared, records)
    return Look(
        now=facts.now,
        passage=passage,
        reader=of.reader,
        facts=facts,
        calendar=of.calendar,
        intents={(intent.step, intent.occurrence): intent for intent in records.intents},
        occurred=[Occurred(name=item.name, at=item.at, payload=item.payload) for item in records.happenings],
        departure=_departure(of, person, facts.passage.lists, records),
    )


def _seen(person: Person, shared: Shared, records: PassageRecords) -> Seen:
    if shared.is_empty and not records.intents and not records.happenings:
        return shared.nothing
    return Seen(
        sent_at={
            intent.step: intent.outcome_at
            for intent in records.intents
            if intent.state is IntentState.ACCEPTED and intent.outcome_at is not None
        },
        opened_at={step: item.opened for step, item in records.engagement.items() if item.opened is not None},
        clicked_at={
            (step, link or None): at
            for step, item in records.engagement.items()
            for link, at in item.clicked.items()
        },
        happened_at={item.name: item.at for item in reversed(records.happenings)},
        received_at=shared.received.get(person.key, {}),
        event_times=shared.events.get(person.key, {}),
        enrolled_at=shared.entered.get(person.key, {}),
        lists=frozenset(name for name, members in shared.members.items() if person.key in members),
        counts=person.counts if shared.asks_counts else {},
        now=shared.nothing.now,
    )


def _departure(
    of: PinnedProgram, person: Person, lists: frozenset[str], records: PassageRecords
) -> str | None:
    if person.is_gone:
        return GONE
    current = of.current
    if current is None:
        return DELETED
    if current.on_unreachable is OnUnreachable.EXIT and any(
        item.state is IntentState.SUPPRESSED for item in records.intents
    ):
        return UNREACHABLE
    if current.recheck and isinstance(current.audience, str) and current.audience not in lists:
        return LEFT_LIST
    return None
