"""Builds the messages of a round: fixes what the first attempt fixes, and renders.

What a mail depends on besides its key is all in `Fixed`: the revisions of template, sender, topic and
settings, the version, the facts and the date. So an attempt a day later, by another process and after
another apply, has the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jo.conditions.condition import Condition
from jo.daemon.live import Live
from jo.flow.intent import Fixed, Intent, public_id
from jo.flow.kits import Kit, Kits, request
from jo.flow.person import Person
from jo.flow.reading import PersonFacts, Seen
from jo.model.address import Address, Kind
from jo.plan.state import SETTINGS
from jo.ports.mailer import Outgoing
from jo.ports.store import Transaction
from jo.render.compiled import Site, choose_version
from jo.render.message import Quarantine, Rendered, RunLogic, render_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that the bytes of a mail depend on."""

    intent: Intent
    fixed: Fixed
    kit: Kit


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A message that is ready to go, with what its attempt fixes."""

    intent: Intent
    fixed: Fixed
    relay: str
    outgoing: Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """A mail that cannot be built, and why; names no value of a person's."""

    intent: Intent
    reason: str


class Composer:
    def __init__(self, site: Site, run_logic: RunLogic) -> None:
        self._site = site
        self._run_logic = run_logic
        self._kits = Kits()

    def draft(
        self, work: Transaction, live: Live, mails: Sequence[tuple[Intent, Person]], now: datetime
    ) -> Sequence[Draft | Spoiled]:
        """Fix what the bytes of each mail depend on, in order; all that is read of the store."""
        drafts: list[Draft | Spoiled] = []
        present: dict[str, tuple[Mapping[str, int], Kit | str]] = {}
        seen = Seen(now=now)
        for intent, person in mails:
            fixed, template = intent.fixed, intent.template
            if fixed is not None:
                revisions, kit = fixed.revisions, self._kit(work, live, fixed.revisions)
            else:
                if template not in present:
                    revisions = _revisions(live, template)
                    present[template] = revisions, self._kit(work, live, revisions)
                revisions, kit = present[template]
            if isinstance(kit, str):
                drafts.append(Spoiled(intent=intent, reason=kit))
            else:
                fixed = fixed or _fix(person, kit, revisions, seen)
                drafts.append(Draft(intent=intent, fixed=fixed, kit=kit))
        return drafts

    def _kit(self, work: Transaction, live: Live, revisions: Mapping[str, int]) -> Kit | str:
        return self._kits.get(revisions, live.project, work.specs.revisions)

    def build(self, drafts: Sequence[Draft | Spoiled]) -> Sequence[Prepared | Spoiled]:
        """Build the messages, in order. Templates with logic are run by other processes and may take long."""
        requests = [request(each.intent, each.fixed, each.kit) for each in drafts if isinstance(each, Draft)]
        built = iter(render_all(requests, self._site, self._run_logic))
        return [each if isinstance(each, Spoiled) else _built(each, next(built)) for each in drafts]


def _built(draft: Draft, done: Rendered | Quarantine) -> Prepared | Spoiled:
    if isinstance(done, Quarantine):
        return Spoiled(intent=draft.intent, reason=done.reason)
    outgoing = _outgoing(draft.intent, draft.kit, done)
    return Prepared(intent=draft.intent, fixed=draft.fixed, relay=draft.kit.relay, outgoing=outgoing)


def _fix(person: Person, kit: Kit, revisions: Mapping[str, int], seen: Seen) -> Fixed:
    """Fix what the mail's bytes depend on, as it is now."""

    def holds(condition: Condition) -> bool:
        return kit.reader.holds(condition, PersonFacts(person=person, passage=seen, now=seen.now))

    return Fixed(
        revisions=revisions,
        version=choose_version(kit.template, holds),
        language=person.language,
        facts=person.read(kit.reads),
        at=seen.now,
    )


def _revisions(live: Live, name: str) -> Mapping[str, int]:
    """Return the revisions that a first attempt of a template's mail now would fix."""
    template = live.project.templates[name]
    revisions = {
        "template": live.revision(template.address),
        "sender": live.revision(Address(Kind.SENDER, template.sender)),
        "settings": live.specs[SETTINGS].revision.id,
    }
    if template.topic is not None:
        revisions["topic"] = live.revision(Address(Kind.TOPIC, template.topic))
    return revisions


def _outgoing(intent: Intent, kit: Kit, rendered: Rendered) -> Outgoing:
    """Return what goes to the relay. Bounces come back with the intent's public id in the local part."""
    public, sender = public_id(intent.key), rendered.from_address
    if kit.bounce_domain is not None:
        sender = f"bounce+{public}@{kit.bounce_domain}"
    return Outgoing(
        key=str(intent.id),
        sender=sender,
        recipient=intent.address,
        data=rendered.data,
        envelope_id=public,
    )
