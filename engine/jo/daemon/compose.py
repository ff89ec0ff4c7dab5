"""Builds the messages of a round: fixes what the first attempt fixes, and renders.

What a mail depends on besides its key is all in `Fixed`: the revisions of template, sender, topic and
settings, the version, the facts and the date. So an attempt a day later, by another process and after
another apply, has the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jo.conditions.types import Scope
from jo.daemon.live import Live
from jo.flow.intent import Fixed, Intent, public_id
from jo.flow.person import Person
from jo.flow.reading import PersonFacts, Reader, Seen
from jo.manifest.lower import lower_document
from jo.model.address import Address, Kind
from jo.model.content import Sender, Template, Topic
from jo.plan.state import SETTINGS
from jo.ports.mailer import Outgoing
from jo.ports.store import Transaction
from jo.render.compile import compile_template
from jo.render.compiled import CompiledTemplate, Envelope, Site, choose_version
from jo.render.message import Quarantine, Rendered, Request, RunLogic, render_all

REVISIONS = "jo_revisions"
"""Where the facts of an attempt keep the revisions of what its bytes depend on. No template can name it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kit:
    """A template of one revision, compiled, with the relay it goes by."""

    template: CompiledTemplate
    scope: Scope
    relay: str
    bounce_domain: str | None


class Composer:
    """Keeps compiled templates by the revisions that they were made from."""

    def __init__(self, site: Site, run_logic: RunLogic) -> None:
        self._site = site
        self._run_logic = run_logic
        self._kits: dict[tuple[int, ...], _Kit | str] = {}

    def prepare(
        self, work: Transaction, live: Live, mails: Sequence[tuple[Intent, Person]], now: datetime
    ) -> Sequence[Prepared | Spoiled]:
        """Build the messages, in order."""
        results: list[Prepared | Spoiled | None] = [None] * len(mails)
        requests: list[tuple[int, Fixed, _Kit, Request]] = []
        for index, (intent, person) in enumerate(mails):
            fixed = intent.fixed
            revisions = fixed.facts[REVISIONS] if fixed is not None else _present(live, intent)
            kit = self._kit(work, live, revisions)
            if isinstance(kit, str):
                results[index] = Spoiled(intent=intent, reason=kit)
                continue
            if fixed is None:
                fixed = _fix(live, person, kit, revisions, now)
            requests.append((index, fixed, kit, _request(intent, person, fixed, kit)))
        built = render_all([request for *_, request in requests], self._site, self._run_logic)
        for (index, fixed, kit, _), done in zip(requests, built, strict=True):
            intent = mails[index][0]
            if isinstance(done, Quarantine):
                results[index] = Spoiled(intent=intent, reason=done.reason)
            else:
                outgoing = _outgoing(intent, kit, done)
                results[index] = Prepared(intent=intent, fixed=fixed, relay=kit.relay, outgoing=outgoing)
        return [result for result in results if result is not None]

    def _kit(self, work: Transaction, live: Live, revisions: Mapping[str, int]) -> _Kit | str:
        """Return the compiled template, or why it cannot be compiled. Kept, because it never changes."""
        key = tuple(revisions[name] for name in sorted(revisions))
        kit = self._kits.get(key)
        if kit is None:
            kit = self._kits[key] = _compile(work, live, revisions)
        return kit


def _fix(live: Live, person: Person, kit: _Kit, revisions: Mapping[str, int], now: datetime) -> Fixed:
    """Fix what the mail's bytes depend on, as it is now."""
    reader = Reader(kit.scope)
    facts = PersonFacts(person=person, passage=Seen(now=now), now=now)
    version = choose_version(kit.template, lambda condition: reader.holds(condition, facts))
    data = {**person.template_data(), **live.project.variables, REVISIONS: dict(revisions)}
    return Fixed(revision=revisions["template"], version=version, facts=data, at=now)


def _present(live: Live, intent: Intent) -> Mapping[str, int]:
    """Return the revisions that a first attempt now would fix."""
    template = live.project.templates[intent.template]
    revisions = {
        "template": live.revision(template.address),
        "sender": live.revision(Address(Kind.SENDER, template.sender)),
        "settings": live.specs[SETTINGS].revision.id,
    }
    if template.topic is not None:
        revisions["topic"] = live.revision(Address(Kind.TOPIC, template.topic))
    return revisions


def _compile(work: Transaction, live: Live, revisions: Mapping[str, int]) -> _Kit | str:
    stored = work.specs.revisions(list(revisions.values()))
    template = lower_document(Kind.TEMPLATE, stored[revisions["template"]].document)
    sender = lower_document(Kind.SENDER, stored[revisions["sender"]].document)
    topic = lower_document(Kind.TOPIC, stored[revisions["topic"]].document) if "topic" in revisions else None
    settings = stored[revisions["settings"]].document
    assert isinstance(template, Template)
    assert isinstance(sender, Sender)
    assert topic is None or isinstance(topic, Topic)
    scope = live.project.template_scope(template)
    if scope is None:
        return "nothing says to whom the template goes"
    compiled, faults = compile_template(template, sender, topic, scope, settings["variables"])
    if compiled is None:
        return faults[0].detail if faults else "the template cannot be compiled"
    return _Kit(template=compiled, scope=scope, relay=sender.relay, bounce_domain=sender.bounce_domain)


def _request(intent: Intent, person: Person, fixed: Fixed, kit: _Kit) -> Request:
    public = public_id(intent.key)
    envelope = Envelope(
        intent=public,
        identity=public,
        date=fixed.at,
        to_address=intent.address,
        language=_language(person, fixed.facts),
    )
    data = {name: value for name, value in fixed.facts.items() if name != REVISIONS}
    return Request(template=kit.template, version=fixed.version, data=data, envelope=envelope)


def _language(person: Person, facts: Mapping[str, Any]) -> str | None:
    """Return the language that the fixed facts hold, so that it is part of what never changes."""
    role = person.source.roles.language
    value = facts.get("contact", {}).get(role) if role else None
    return None if value is None else str(value)


def _outgoing(intent: Intent, kit: _Kit, rendered: Rendered) -> Outgoing:
    """Return what goes to the relay. Bounces come back with the intent's public id in the local part."""
    sender = rendered.from_address
    if kit.bounce_domain is not None:
        sender = f"bounce+{public_id(intent.key)}@{kit.bounce_domain}"
    return Outgoing(key=str(intent.id), sender=sender, recipient=intent.address, data=rendered.data)
