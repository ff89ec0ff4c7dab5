"""A mail's kit: the template of its revisions, compiled, with what else its bytes and links depend on.

Revisions never change, so neither does a kit. Whoever builds mails and whoever answers their links make the
same kit of the same revisions; that is why a click leads where the mail said it would.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from jo.flow.intent import Fixed, Intent, public_id
from jo.flow.person import Reads, reads_of
from jo.flow.reading import Reader
from jo.manifest.lower import lower_document
from jo.model.address import Kind
from jo.model.content import Sender, Template, Topic
from jo.model.project import Project
from jo.render.compile import compile_template
from jo.render.compiled import CompiledTemplate, Envelope
from jo.render.message import Request


class Stored(Protocol):
    """A revision, as far as a kit is made of it."""

    @property
    def document(self) -> Mapping[str, Any]:
        """The canonical form."""
        ...


LoadRevisions = Callable[[Collection[int]], Mapping[int, Stored]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    template: CompiledTemplate
    reads: Reads
    """What a mail reads of its person."""
    reader: Reader
    """Reads the conditions of its versions."""
    relay: str
    bounce_domain: str | None


class Kits:
    """Keeps kits by the revisions that they were made of."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, ...], Kit | str] = {}

    def get(self, revisions: Mapping[str, int], project: Project, load: LoadRevisions) -> Kit | str:
        """Return the kit, or why the template cannot be compiled."""
        key = tuple(revisions[name] for name in sorted(revisions))
        kit = self._made.get(key)
        if kit is None:
            kit = self._made[key] = _make(revisions, project, load)
        return kit


def _make(revisions: Mapping[str, int], project: Project, load: LoadRevisions) -> Kit | str:
    stored = load(list(revisions.values()))
    documents = {name: stored[id_].document for name, id_ in revisions.items()}
    template = lower_document(Kind.TEMPLATE, documents["template"])
    sender = lower_document(Kind.SENDER, documents["sender"])
    topic = lower_document(Kind.TOPIC, documents["topic"]) if "topic" in documents else None
    assert isinstance(template, Template)
    assert isinstance(sender, Sender)
    assert topic is None or isinstance(topic, Topic)
    scope = project.template_scope(template)
    if scope is None:
        return "nothing says to whom the template goes"
    compiled, faults = compile_template(template, sender, topic, scope, documents["settings"]["variables"])
    if compiled is None:
        return faults[0].detail if faults else "the template cannot be compiled"
    return Kit(
        template=compiled,
        reads=reads_of(compiled.paths),
        reader=Reader(scope),
        relay=sender.relay,
        bounce_domain=sender.bounce_domain,
    )


def request(intent: Intent, fixed: Fixed, kit: Kit) -> Request:
    """Return all that the mail's bytes and links are made from."""
    public = public_id(intent.key)
    envelope = Envelope(
        intent=public,
        identity=public,
        date=fixed.at,
        to_address=intent.address,
        language=fixed.language,
    )
    return Request(template=kit.template, version=fixed.version, data=fixed.facts, envelope=envelope)
