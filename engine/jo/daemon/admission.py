"""Admission: decides about candidates of one program and lets in who may enter, within one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from jo.daemon.live import Live, PinnedProgram
from jo.daemon.people import Who, facts_of, load_people, load_shared
from jo.flow.decide import exit_reason
from jo.flow.entry import AGAIN, Candidate, Enter, Refuse, decide_entry, identity_value
from jo.flow.mailbox import address_key
from jo.flow.passage import Note, Passage, Stand
from jo.flow.person import Person
from jo.model.program import Program, ReentryAfter
from jo.ports.store import CandidateDecision, PastPassages, Transaction, Undecided

_NOTHING = PastPassages(count=0, is_inside=False, last_ended=None)


def admit(
    work: Transaction,
    live: Live,
    program: Program,
    found: Sequence[Undecided],
    began: datetime,
    now: datetime,
) -> Sequence[CandidateDecision]:
    """Decide about the candidates and record it. `began` is when the program's first candidates were seen.

    That somebody who entered before may not enter again yet is no news: their record stays as it is.
    """
    verdicts = _verdicts(work, live, program, found, began, now)
    first = program.first
    stand = Stand(
        revision=live.revision(program.address), anchor_at=now, step=first, visits={first: 1}, due_at=now
    )
    passages = [
        _passage(live, program, item, verdict, now, stand)
        for item, verdict in verdicts
        if isinstance(verdict, Enter)
    ]
    created = work.passages.enter(passages)
    if created:
        work.passages.note([item.id for item in created], Note(at=now, step=first, what="entered"))
    may_return = isinstance(program.entry.reentry, ReentryAfter)
    decisions = [
        CandidateDecision(
            journey=str(program.address),
            occurrence="",
            key=item.key,
            contact=item.contact,
            reason=verdict.reason if isinstance(verdict, Refuse) else "",
            final=verdict.final if isinstance(verdict, Refuse) else not may_return,
            at=now,
        )
        for item, verdict in verdicts
        if not (item.passages and isinstance(verdict, Refuse) and verdict.reason in AGAIN)
    ]
    work.audiences.decide(decisions)
    return decisions


def _verdicts(
    work: Transaction,
    live: Live,
    program: Program,
    found: Sequence[Undecided],
    began: datetime,
    now: datetime,
) -> Sequence[tuple[Candidate, Enter | Refuse]]:
    """Decide about each candidate, in order: of two with one identity, the first is inside for the second."""
    of = live.pinned(work, live.revision(program.address))
    people = load_people(work, live, of.contacts, [_who(of, item) for item in found], of.rows)
    shared = load_shared(work, live, [of], [item.contact for item in found if item.contact is not None], now)
    identities = {item.key: _identity(of, item, people[_who(of, item)]) for item in found}
    past = work.passages.past(program.name, sorted(set(identities.values())))
    addresses = {address_key(person.address) for person in people.values() if person.address is not None}
    suppressions = work.people.suppressions(sorted(addresses))
    verdicts = []
    inside: set[str] = set()
    for item in found:
        person = people[_who(of, item)] if item.contact is not None else None
        identity = identities[item.key]
        before = past.get(identity, _NOTHING)
        candidate = Candidate(
            key=item.key,
            contact=item.contact if person is not None and not person.is_gone else None,
            identity=identity,
            hashed=_hashed(program, person, identity),
            address=person.address if person is not None else None,
            from_start=item.member_since <= began,
            exit_reason=None,
            suppressions=suppressions.get(address_key(person.address), ())
            if person is not None and person.address is not None
            else (),
            last_ended=before.last_ended,
            passages=before.count,
            is_inside=before.is_inside or identity in inside,
        )
        if person is not None and program.exit_when:
            holds = partial(of.reader.holds, facts=facts_of(person, shared))
            candidate = replace(candidate, exit_reason=exit_reason(program.exit_when, holds))
        verdict = decide_entry(program, candidate, now)
        if isinstance(verdict, Enter):
            inside.add(identity)
        verdicts.append((candidate, verdict))
    return verdicts


def _who(of: PinnedProgram, item: Undecided) -> Who:
    return Who(item.contact or "", item.key if of.rows is not None else "")


def _identity(of: PinnedProgram, item: Undecided, person: Person) -> str:
    """Return the identity value: the contact's key, the row's key for lists of other rows, or fields."""
    fields = of.program.entry.identity
    if not fields:
        return item.key if of.rows is not None or item.contact is None else item.contact
    return identity_value(
        [item.contact if name == "contact" else person.contact.get(name) for name in fields]
    )


def _hashed(program: Program, person: Person | None, identity: str) -> str:
    if program.holdout is None or program.holdout.by == "contact" or person is None:
        return person.key if person is not None else identity
    if program.holdout.by == "company":
        return person.company_key or person.key
    value = person.contact.get(program.holdout.by)
    return person.key if value is None else str(value)


def _passage(
    live: Live, program: Program, candidate: Candidate, enter: Enter, now: datetime, stand: Stand
) -> Passage:
    return Passage(
        id=0,
        program=program.name,
        identity=candidate.identity,
        number=enter.passage,
        contact=candidate.contact or "",
        row=candidate.key if live.project.row_source(program) is not None else "",
        entered_at=now,
        stand=stand,
    )
