"""People in programs: where they stand, when they are due, what happened to them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from jo.flow.passage import Note, Passage, StepIntent
from jo.flow.shards import ALL_SHARDS
from jo.ports.store.passages import Happening, Move, PassageRecords, PastPassages, StepEngagement
from jo.ports.store.people import Engaged
from jo.store.bulk import ask_each, tell_each
from jo.store.codec import PASSAGE, entry_values, stand_values, to_passage
from jo.store.counts import SqlCounts, What, of_stand
from jo.store.section import Section
from jo.store.tables import HAS_ROW, IS_INSIDE, IS_TIMED, engagement, events, intents, passage_notes, passages
from jo.store.twins import among, insert

_PAST = (
    select(
        passages.c.identity,
        func.count(),
        func.count(passages.c.ended_at),
        func.max(passages.c.ended_at),
    )
    .where(passages.c.program == bindparam("program"), among(passages.c.identity, "identities"))
    .group_by(passages.c.identity)
)

_ENTER = (
    insert(passages)
    .on_conflict_do_nothing()
    .returning(passages.c.program, passages.c.identity, passages.c.number, passages.c.id)
)

_DUE = (
    select(*PASSAGE)
    .where(IS_INSIDE, IS_TIMED, passages.c.due_at <= bindparam("now"))
    .order_by(passages.c.due_at, passages.c.id)
    .limit(bindparam("limit"))
    .with_for_update(key_share=True, skip_locked=True)
)
_in_shards = passages.c.shard.in_(bindparam("shards", expanding=True))
_DUE_IN = _DUE.where(_in_shards)

_NEXT_DUE = (
    select(passages.c.due_at).where(IS_INSIDE, IS_TIMED).order_by(passages.c.due_at, passages.c.id).limit(1)
)
_NEXT_DUE_IN = _NEXT_DUE.where(_in_shards)
"""With all shards nothing is compared: the plans of a store that one worker has stay as they are."""

_LOAD = select(*PASSAGE).where(among(passages.c.id, "ids"))

_INTENTS_OF = (
    select(intents.c.passage, intents.c.step, intents.c.occurrence, intents.c.state, intents.c.outcome_at)
    .where(among(intents.c.passage, "ids"))
    .order_by(intents.c.id)
)

_ENGAGEMENT_OF = (
    select(
        intents.c.passage,
        intents.c.step,
        engagement.c.what,
        engagement.c.link,
        func.min(engagement.c.at),
    )
    .join_from(intents, engagement, engagement.c.intent == intents.c.id)
    .where(among(intents.c.passage, "ids"))
    .group_by(intents.c.passage, intents.c.step, engagement.c.what, engagement.c.link)
)

_HAPPENINGS_OF = (
    select(passages.c.id, events.c.name, events.c.at, events.c.payload)
    .join_from(
        passages,
        events,
        and_(events.c.contact == passages.c.contact, events.c.at >= passages.c.entered_at),
    )
    .where(among(passages.c.id, "ids"))
    .order_by(events.c.at, events.c.id)
)

_NO_RECORDS = PassageRecords()

_MOVE = update(passages).where(
    passages.c.id == bindparam("b_id"),
    IS_INSIDE,
    passages.c.step == bindparam("b_step"),
    passages.c.why == bindparam("b_why"),
    passages.c.revision == bindparam("b_revision"),
)
"""Sets what `stand_values` names, where a passage still stands as it is counted."""

_NOTE = insert(passage_notes)

_AT = bindparam("b_at", type_=passages.c.due_at.type)
_LATER = or_(passages.c.due_at.is_(None), passages.c.due_at > _AT)

_WHOSE = {
    "ids": IS_INSIDE & among(passages.c.id, "keys"),
    "contacts": IS_INSIDE & among(passages.c.contact, "keys"),
    "rows": IS_INSIDE & HAS_ROW & among(passages.c.row, "keys"),
}
"""By nothing else: one more condition, such as the program, and SQLite reads everybody inside it."""
_ALREADY_DUE = {
    by: select(passages.c.id).where(whose, IS_TIMED, passages.c.due_at <= _AT).with_for_update(key_share=True)
    for by, whose in _WHOSE.items()
}
"""Who is due may be in the midst of a decision, at whose end it sleeps again: this waits for that end."""
_WAKE = {by: update(passages).where(whose, _LATER).values(due_at=_AT) for by, whose in _WHOSE.items()}

_INSIDE = (
    select(passages.c.identity, passages.c.contact, passages.c.row)
    .where(passages.c.program == bindparam("program"), IS_INSIDE, passages.c.identity > bindparam("after"))
    .order_by(passages.c.identity)
    .limit(bindparam("limit"))
)

_WAKE_PAGE = (
    update(passages)
    .where(
        passages.c.program == bindparam("b_program"),
        IS_INSIDE,
        passages.c.identity > bindparam("after"),
        passages.c.identity <= bindparam("to"),
        _LATER,
    )
    .values(due_at=bindparam("b_at"))
)

_LAST_ENTRIES = (
    select(passages.c.contact, passages.c.program, func.max(passages.c.entered_at))
    .where(among(passages.c.contact, "contacts"), among(passages.c.program, "programs"))
    .group_by(passages.c.contact, passages.c.program)
)


class SqlPassages(Section):
    __slots__ = ("_counts",)

    def __init__(self, connection: Connection, counts: SqlCounts) -> None:
        super().__init__(connection)
        self._counts = counts

    def past(self, program: str, identities: Collection[str]) -> Mapping[str, PastPassages]:
        rows = self._connection.execute(_PAST, {"program": program, "identities": list(identities)})
        return {
            identity: PastPassages(count=count, is_inside=ended < count, last_ended=last_ended)
            for identity, count, ended, last_ended in rows
        }

    def enter(self, passages: Sequence[Passage]) -> Sequence[Passage]:
        if not passages:
            return ()
        rows = [{**entry_values(passage), **stand_values(passage.stand)} for passage in passages]
        new = ask_each(self._connection, _ENTER, rows)
        ids = {(program, identity, number): id_ for program, identity, number, id_ in new}
        entered = []
        for passage in passages:
            id_ = ids.pop((passage.program, passage.identity, passage.number), None)
            if id_ is not None:
                entered.append(replace(passage, id=id_))
        for (program, stand), number in Counter((item.program, item.stand) for item in entered).items():
            self._counts.came(of_stand(program, stand, number))
        return entered

    def due(self, now: datetime, limit: int, shards: Set[int] = ALL_SHARDS) -> Sequence[Passage]:
        rows = self._ask_in_shards(_DUE, _DUE_IN, shards, {"now": now, "limit": limit})
        return [to_passage(row) for row in rows]

    def next_due(self, shards: Set[int] = ALL_SHARDS) -> datetime | None:
        return next((due for (due,) in self._ask_in_shards(_NEXT_DUE, _NEXT_DUE_IN, shards)), None)

    def load(self, ids: Collection[int]) -> Mapping[int, Passage]:
        rows = self._ask(_LOAD, {"ids": list(ids)}) if ids else ()
        return {passage.id: passage for passage in map(to_passage, rows)}

    def records(self, ids: Collection[int]) -> Mapping[int, PassageRecords]:
        asked = {"ids": list(ids)}
        sent: defaultdict[int, list[StepIntent]] = defaultdict(list)
        for passage, step, occurrence, state, outcome_at in self._connection.execute(_INTENTS_OF, asked):
            sent[passage].append(
                StepIntent(step=step, occurrence=occurrence, state=state, outcome_at=outcome_at)
            )
        engaged = self._engagement(asked) if sent else {}
        happened: defaultdict[int, list[Happening]] = defaultdict(list)
        for passage, name, at, payload in self._connection.execute(_HAPPENINGS_OF, asked):
            happened[passage].append(Happening(name=name, at=at, payload=payload))
        records = dict.fromkeys(ids, _NO_RECORDS)
        for id_ in sent.keys() | happened.keys():
            records[id_] = PassageRecords(
                intents=tuple(sent.get(id_, ())),
                engagement=engaged.get(id_, {}),
                happenings=tuple(happened.get(id_, ())),
            )
        return records

    def move(self, moves: Sequence[Move]) -> None:
        rows = [
            {
                "b_id": move.ids,
                "b_step": move.before.step,
                "b_why": move.before.why,
                "b_revision": move.before.revision,
                **stand_values(move.after),
            }
            for move in moves
        ]
        self._change_each(_MOVE, rows, "passages", each="b_id")
        self._write_notes([(move.ids, note) for move in moves for note in move.notes])
        for move in moves:
            self._counts.left(of_stand(move.program, move.before, len(move.ids)))
            self._counts.came(of_stand(move.program, move.after, len(move.ids)))

    def note(self, ids: Sequence[int], note: Note) -> None:
        self._write_notes([(ids, note)])

    def wake(
        self,
        at: datetime,
        *,
        ids: Collection[int] = (),
        contacts: Collection[str] = (),
        rows: Collection[str] = (),
    ) -> int:
        count = 0
        for whose, keys in (("ids", ids), ("contacts", contacts), ("rows", rows)):
            if keys:
                values = {"b_at": at, "keys": list(keys)}
                self._connection.execute(_ALREADY_DUE[whose], values)
                count += self._connection.execute(_WAKE[whose], values).rowcount
        return count

    def wake_some(self, at: datetime, program: str, after: str, limit: int) -> tuple[int, str | None]:
        page = self.inside(program, after, limit)
        if page:
            values = {"b_at": at, "b_program": program, "after": after, "to": page[-1][0]}
            self._connection.execute(_WAKE_PAGE, values)
        return len(page), page[-1][0] if len(page) == limit else None

    def inside(self, program: str, after: str, limit: int) -> Sequence[tuple[str, str, str]]:
        asked = {"program": program, "after": after, "limit": limit}
        return [
            (identity, contact, row) for identity, contact, row in self._connection.execute(_INSIDE, asked)
        ]

    def last_entries(
        self, contacts: Collection[str], programs: Collection[str]
    ) -> Mapping[str, Mapping[str, datetime]]:
        values = {"contacts": list(contacts), "programs": list(programs)}
        entries: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for contact, program, entered_at in self._connection.execute(_LAST_ENTRIES, values):
            entries[contact][program] = entered_at
        return entries

    def pinned(self) -> Mapping[int, int]:
        return {int(revision): number for (_, _, revision, _), number in self._counts.kept(What.PINNED)}

    def _write_notes(self, notes: Sequence[tuple[Sequence[int], Note]]) -> None:
        rows = [
            {"passage": ids, "at": note.at, "step": note.step, "what": note.what, "detail": note.detail}
            for ids, note in notes
        ]
        if rows:
            tell_each(self._connection, _NOTE, rows, each="passage")

    def _engagement(self, asked: Mapping[str, Any]) -> Mapping[int, Mapping[str, StepEngagement]]:
        """Return passage → step → engagement."""
        opened: defaultdict[int, dict[str, datetime]] = defaultdict(dict)
        clicked: defaultdict[int, defaultdict[str, dict[str, datetime]]]
        clicked = defaultdict(lambda: defaultdict(dict))
        for passage, step, what, link, at in self._connection.execute(_ENGAGEMENT_OF, asked):
            if what is Engaged.OPENED:
                opened[passage][step] = at
            else:
                links = clicked[passage][step]
                links[link] = at
                links[""] = min(at, links.get("", at))
        return {
            passage: {
                step: StepEngagement(opened=opened[passage].get(step), clicked=clicked[passage][step])
                for step in opened[passage].keys() | clicked[passage].keys()
            }
            for passage in opened.keys() | clicked.keys()
        }
