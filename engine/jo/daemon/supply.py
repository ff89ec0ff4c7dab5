"""The supply of mails: what is due, with its messages built. Reads the store and changes nothing in it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, partial

from jo.daemon.backlog import Round
from jo.daemon.compose import Composer
from jo.daemon.live import Live, LiveCache
from jo.daemon.people import Who, load_people, who_is
from jo.daemon.service import Worker
from jo.flow.intent import Intent
from jo.flow.person import Person
from jo.model.address import Address
from jo.model.program import Program
from jo.ports.store import Store, Transaction


class Supply:
    def __init__(self, store: Store, cache: LiveCache, composer: Composer, worker: Worker) -> None:
        self._store = store
        self._cache = cache
        self._composer = composer
        self._worker = worker

    def build(
        self, now: datetime, limit: int, *, besides: Collection[str] = (), known: Collection[int] = ()
    ) -> Round:
        """Build messages for the next intents that are due, but for those to the relays `besides`.

        Those that are `known`, by intent id, have been built already. They may be claimable all the same.
        """
        with self._store.read() as work:
            live = self._cache.get(work)
            passed = _templates_to(live, besides)
            found = work.ledger.claimable(now, limit + len(known), self._worker.shards, passed)
            due = [intent for intent in found if intent.id not in known]
            is_there = cache(partial(_is_there, live))
            intents = [intent for intent in due if is_there(intent.journey, intent.template)]
            orphans = [intent for intent in due if not is_there(intent.journey, intent.template)]
            people = self._people(work, live, intents)
            mails = [(intent, people[intent.id]) for intent in intents]
            drafts = self._composer.draft(work, live, mails, now)
        ready = self._composer.build(drafts)
        return Round(live=live, ready=ready, people=people, orphans=orphans)

    def _people(self, work: Transaction, live: Live, intents: Sequence[Intent]) -> Mapping[int, Person]:
        """Return intent id → the person it is for."""
        passages = work.passages.load({item.passage for item in intents if item.passage is not None})
        by_journey: dict[str, dict[int, Who]] = {}
        for item in intents:
            who = who_is(passages[item.passage]) if item.passage is not None else Who(item.contact)
            by_journey.setdefault(item.journey, {})[item.id] = who
        people: dict[int, Person] = {}
        for address, who_by_id in sorted(by_journey.items()):
            journey = live.project.journey(Address.parse(address))
            rows = live.project.row_source(journey) if isinstance(journey, Program) else None
            loaded = load_people(work, live, live.contacts_of(journey), who_by_id.values(), rows)
            people.update({id_: loaded[each] for id_, each in who_by_id.items()})
        return people


def _templates_to(live: Live, relays: Collection[str]) -> Collection[str]:
    """Return the names of the templates whose mails go to these relays."""
    senders = live.project.senders
    return [
        template.name
        for template in live.project.templates.values()
        if relays and senders[template.sender].relay in relays
    ]


def _is_there(live: Live, journey: str, template: str) -> bool:
    return Address.parse(journey) in live.project.resources and template in live.project.templates
