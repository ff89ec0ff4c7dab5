"""The outreach service: plans the mails of each occurrence, person by person, when their moment comes."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from jo.conditions.types import Place
from jo.daemon import canary
from jo.daemon.live import Live, LiveCache
from jo.daemon.mailing import outreach_intent
from jo.daemon.people import Who, load_people
from jo.daemon.refresh import Refresh
from jo.daemon.service import Counts, Duty, Event, Tell, Worker
from jo.flow.entry import FINAL, Refusal
from jo.flow.intent import Intent, outreach_key, public_id
from jo.flow.mailbox import address_key
from jo.flow.occurrence import OpenOccurrence, is_too_late, moment, next_opening, open_occurrences
from jo.flow.person import Person
from jo.flow.reading import PersonFacts, Reader, Seen
from jo.model.content import DEFAULT_VERSION, Template
from jo.model.outreach import Outreach
from jo.ports.store import CandidateDecision, Snapshot, Store, Transaction, Undecided
from jo.timing.durations import Duration
from jo.timing.recurrence import BEFORE_SEND
from jo.timing.zones import add

BATCH = 250


class Outreaches:
    name = "outreach"
    duty = Duty.REFRESH

    def __init__(self, store: Store, cache: LiveCache, refresh: Refresh, worker: Worker, tell: Tell) -> None:
        self._store = store
        self._cache = cache
        self._refresh = refresh
        self._worker = worker
        self._tell = tell
        self._looked: dict[str, _Looked] = {}
        """Outreach → what the last run saw; only a hint."""

    def run_once(self, now: datetime) -> Counts:
        with self._store.read() as work:
            live = self._cache.get(work)
        planned = refused = 0
        for outreach in live.outreaches():
            with self._store.read() as work:
                closed, refreshed_at = _closed(work, outreach), _refreshed_at(work, outreach)
            looked = self._looked.get(outreach.name)
            if looked is not None and looked.is_enough(live.generation, refreshed_at, now):
                continue
            moments = []
            found = open_occurrences(outreach, _since(live, outreach), closed, now, live.zone)
            for occurrence in found:
                done, due = self._occurrence(live, outreach, occurrence, now)
                planned, refused = planned + done[0], refused + done[1]
                moments.append(due)
            if self._worker.stopping:
                break
            self._looked[outreach.name] = self._look(live, outreach, found, _earliest(*moments), now)
        return {word: count for word, count in (("planned", planned), ("refused", refused)) if count}

    def next_at(self, now: datetime) -> datetime | None:
        with self._store.read() as work:
            live = self._cache.get(work)
        moments = []
        for outreach in live.outreaches():
            moments += [self._due(live, outreach), next_opening(outreach, now, live.zone)]
        return min((found for found in moments if found is not None and found > now), default=None)

    def _look(
        self,
        live: Live,
        outreach: Outreach,
        found: Sequence[OpenOccurrence],
        due: datetime | None,
        now: datetime,
    ) -> "_Looked":
        """Return what a run has seen. The list may have been computed within it."""
        with self._store.read() as work:
            refreshed_at = _refreshed_at(work, outreach)
        closings = [occurrence.closes for occurrence in found if occurrence.closes > now]
        until = _earliest(due, next_opening(outreach, now, live.zone), *closings)
        return _Looked(generation=live.generation, refreshed_at=refreshed_at, due=due, until=until)

    def _due(self, live: Live, outreach: Outreach) -> datetime | None:
        """Return when somebody is due next, as the last run saw it."""
        looked = self._looked.get(outreach.name)
        return looked.due if looked is not None and looked.generation == live.generation else None

    def _occurrence(
        self, live: Live, outreach: Outreach, occurrence: OpenOccurrence, now: datetime
    ) -> tuple[tuple[int, int], datetime | None]:
        """Plan what is due of one occurrence; closes it when nobody can become due any more.

        Returns how many mails were planned and how many people refused, and when somebody is due next.
        """
        power_list = live.project.lists[outreach.audience]
        with self._store.read() as work:
            snapshot = work.audiences.snapshot(power_list.name)
        is_old = snapshot is None or snapshot.refreshed_at < min(occurrence.opens, now)
        is_wanted = is_old or self._somebody_came_due(live, outreach, snapshot, now)
        if (
            power_list.refresh == BEFORE_SEND
            and is_wanted
            and not self._refresh.is_fresh(power_list.name, now)
        ):
            return (0, 0), now
        planned = refused = 0
        due: datetime | None = None
        owners: dict[int, int] = {}
        after: str | None = ""
        while after is not None and self._worker.goes_on():
            with self._store.write(self._worker.lease) as work:
                step = _Batch(work, live, outreach, occurrence, now, owners)
                after = step.run(after)
            planned, refused = planned + step.planned, refused + step.refused
            due = _earliest(due, step.due)
        if now >= occurrence.closes and due is None and after is None:
            with self._store.write(self._worker.lease) as work:
                work.operations.remember(_memory(outreach), occurrence.nominal.isoformat())
                canary.forget(work, outreach, occurrence.name)
        if planned or refused:
            fields = {
                "outreach": outreach.name,
                "occurrence": occurrence.name,
                "planned": planned,
                "refused": refused,
            }
            self._tell(Event(name="outreach.planned", at=now, fields=fields))
        return (planned, refused), due

    def _somebody_came_due(
        self, live: Live, outreach: Outreach, snapshot: Snapshot | None, now: datetime
    ) -> bool:
        """Tell whether a moment has come since the list was computed, so that it is computed right before."""
        due = self._due(live, outreach)
        return due is not None and due <= now and (snapshot is None or snapshot.refreshed_at < due)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What a run has seen of one outreach."""

    generation: int
    refreshed_at: datetime | None
    """When its list was computed."""
    due: datetime | None
    """When somebody is due next by an occurrence that is open; None when nobody is."""
    until: datetime | None
    """When somebody is due, or an occurrence opens or closes; None: nothing comes by itself."""

    def is_enough(self, generation: int, refreshed_at: datetime | None, now: datetime) -> bool:
        """Tell whether people are still the same, and no moment has come that matters."""
        is_same = (self.generation, self.refreshed_at) == (generation, refreshed_at)
        return is_same and (self.until is None or now < self.until)


class _Batch:
    """One transaction over the undecided members of one occurrence."""

    def __init__(
        self,
        work: Transaction,
        live: Live,
        outreach: Outreach,
        occurrence: OpenOccurrence,
        now: datetime,
        owners: dict[int, int],
    ) -> None:
        self._work = work
        self._live = live
        self._outreach = outreach
        self._occurrence = occurrence
        self._now = now
        self._owners = owners
        """Address key → the lowest contact key that has it, over all batches of this run; as hashes, because
        there may be a million.
        """
        self.planned = 0
        self.refused = 0
        """Only those whose reason is new."""
        self._canary = canary.Canary(work, live, outreach, occurrence.name, now)
        self.due: datetime | None = None
        """When the first of those is due whose moment has not come."""

    def run(self, after: str) -> str | None:
        """Decide about members from the key `after` on. Returns where the next batch begins."""
        work, outreach, name = self._work, self._outreach, self._occurrence.name
        snapshot = work.audiences.snapshot(outreach.audience)
        if snapshot is None:
            return None
        journey = str(outreach.address)
        page = work.audiences.undecided(journey, name, outreach.audience, snapshot.refreshed_at, BATCH, after)
        contacts = [item.contact for item in page.found if item.contact is not None]
        source = self._live.contacts_of(outreach)
        people = load_people(work, self._live, source, map(Who, contacts))
        keys = {address_key(person.address) for person in people.values() if person.address is not None}
        known, guarded = self._known(keys), self._guarded(keys)
        reader = Reader(self._live.project.contact_scope(source, Place.TEMPLATE))
        intents: dict[str, Intent] = {}
        members: dict[str, Undecided] = {}
        refusals: list[tuple[Undecided, str]] = []
        for item in page.found:
            person = people[Who(item.contact)] if item.contact is not None else None
            verdict = self._decide(item, person, reader, known, guarded)
            if isinstance(verdict, Intent):
                if verdict.key in intents:
                    refusals.append((item, Refusal.DUPLICATE))
                else:
                    intents[verdict.key], members[verdict.key] = verdict, item
            elif verdict is not None:
                refusals.append((item, verdict))
        new = set(work.ledger.create(list(intents.values())))
        self._canary.write()
        refusals += [(members[key], Refusal.DUPLICATE) for key in intents if key not in new]
        decided = [(members[key], "") for key in intents if key in new] + refusals
        work.audiences.decide([self._decision(item, reason) for item, reason in decided])
        self.planned = len(new)
        self.refused = sum(reason != item.last_reason for item, reason in refusals)
        return page.end

    def _known(self, keys: Iterable[str]) -> Set[str]:
        """Return the address keys of those whose mail a journal knows. It is planned however late it is, for
        only a mail that is planned is settled, and what went out is never unsent.
        """
        occurrence = self._outreach.name, self._occurrence.name
        mails = {public_id(outreach_key(*occurrence, key)): key for key in keys}
        return {mails[public] for public in self._work.journals.known(mails)}

    def _guarded(self, keys: Iterable[str]) -> Mapping[str, datetime]:
        """Return address key → when this template last went there by another way, for the resend guard."""
        if self._outreach.resend_guard is None:
            return {}
        besides = str(self._outreach.address), self._occurrence.name
        return self._work.ledger.last_planned(sorted(keys), self._outreach.template, besides=besides)

    def _decide(
        self,
        item: Undecided,
        person: Person | None,
        reader: Reader,
        known: Set[str],
        guarded: Mapping[str, datetime],
    ) -> Intent | str | None:
        """Return the intent, the reason for none, or None while the person's moment has not come."""
        if person is None or person.is_gone:
            return Refusal.NOT_CONTACT
        if person.address is None:
            return Refusal.NO_ADDRESS
        itself, key = hash(person.key), address_key(person.address)
        if self._owners.setdefault(hash(key), itself) != itself:
            return Refusal.DUPLICATE
        template = self._live.project.templates[self._outreach.template]
        version = version_of(template, person, reader, self._now)
        due = self._moment(self._occurrence.nominal, version, person)
        if due > self._now:
            self.due = _earliest(self.due, due)
            return None
        refusal = self._refusal(person, due, version, guarded.get(key))
        if refusal is not None and key not in known:
            return refusal
        intent = outreach_intent(
            self._live,
            self._outreach,
            self._occurrence.name,
            person,
            person.address,
            max(due, item.member_since),
            self._canary.behind,
        )
        self._canary.count(intent)
        return intent

    def _refusal(self, person: Person, due: datetime, version: str, last: datetime | None) -> Refusal | None:
        """Return why nothing is sent to somebody whose moment has come, to whom this went at `last`."""
        later = self._occurrence.following
        following = None if later is None else self._moment(later, version, person)
        if is_too_late(self._outreach, due, following, _since(self._live, self._outreach), self._now):
            return Refusal.TOO_LATE
        guard = self._outreach.resend_guard
        if guard is not None and last is not None and _is_within(last, guard, self._now, person):
            return Refusal.GUARDED
        return None

    def _moment(self, nominal: datetime, version: str, person: Person) -> datetime:
        return moment(self._outreach, nominal, version, person.zone, self._live.zone)

    def _decision(self, item: Undecided, reason: str) -> CandidateDecision:
        return CandidateDecision(
            journey=str(self._outreach.address),
            occurrence=self._occurrence.name,
            key=item.key,
            contact=item.contact,
            reason=reason,
            final=not reason or reason in FINAL or reason == Refusal.GUARDED,
            at=self._now,
        )


def version_of(template: Template, person: Person, reader: Reader, now: datetime) -> str:
    """Return the first version whose condition holds for the person, else `default`."""
    facts = PersonFacts(person=person, passage=Seen(now=now), now=now)
    matching = (name for name, version in template.versions.items() if reader.holds(version.when, facts))
    return next(matching, DEFAULT_VERSION)


def _is_within(last: datetime, guard: Duration, now: datetime, person: Person) -> bool:
    return now < add(last, guard, person.zone)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _since(live: Live, outreach: Outreach) -> datetime:
    """Return when the outreach was applied: what was over by then never opens."""
    return live.specs[str(outreach.address)].since


def _refreshed_at(work: Transaction, outreach: Outreach) -> datetime | None:
    snapshot = work.audiences.snapshot(outreach.audience)
    return None if snapshot is None else snapshot.refreshed_at


def _memory(outreach: Outreach) -> str:
    return f"closed:{outreach.address}"


def _closed(work: Transaction, outreach: Outreach) -> datetime | None:
    known = work.operations.recall(_memory(outreach))
    return None if known is None else datetime.fromisoformat(known)
