"""Builds the mails of a preview: each version of each template, by the code that builds them for sending.

The links are signed with a key that is nobody's: a previewed mail can be passed around without anybody being
able to unsubscribe somebody with it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from jo.flow.person import Person, reads_of
from jo.flow.reading import PersonFacts, Reader, Seen
from jo.model.address import Address, Kind
from jo.model.content import Template
from jo.model.project import Project
from jo.ports.rendering import LogicRenderer
from jo.render.compile import compile_template
from jo.render.compiled import Envelope, Site, choose_version
from jo.render.message import Quarantine, Rendered, Request, render_all
from jo.render.tokens import SECRET_BYTES, Key, Keys
from jo.reports.preview import PreviewMail
from jo.steps.email import Email
from jo.workspace.settings import Settings

_NOBODY = "nobody@example.invalid"
"""Whom a mail is shown to for a person without an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A mail of a preview, with its bytes."""

    shown: PreviewMail
    rendered: Rendered | None
    """None for one that cannot be built."""


def preview_site(settings: Settings) -> Site:
    """Return a site whose links lead nowhere harmful."""
    base_url = (settings.web.base_url or "https://preview.invalid").rstrip("/")
    key = Key(id="preview", secret=b"p" * SECRET_BYTES)
    return Site(domain=settings.mail_domain, base_url=base_url, keys=Keys(current=key))


def templates_of(project: Project, address: Address) -> Mapping[str, tuple[str, ...]]:
    """Return template → the steps that send it, of a template, outreach or program, in order."""
    match address.kind:
        case Kind.TEMPLATE:
            return {address.name: ()}
        case Kind.OUTREACH:
            return {project.outreaches[address.name].template: ()}
    steps: dict[str, tuple[str, ...]] = {}
    for name, step in project.programs[address.name].steps.items():
        if isinstance(step, Email):
            steps[step.email] = (*steps.get(step.email, ()), name)
    return steps


def build(
    project: Project,
    template: Template,
    steps: tuple[str, ...],
    person: Person,
    site: Site,
    renderer: LogicRenderer,
    now: datetime,
) -> Iterator[Built]:
    """Yield each version of a mail. The project was checked, so the template compiles."""
    scope = project.template_scope(template)
    topic = project.topics.get(template.topic or "")
    assert scope is not None
    compiled, _ = compile_template(
        template, project.senders[template.sender], topic, scope, project.variables
    )
    assert compiled is not None
    reader, facts = Reader(scope), PersonFacts(person=person, passage=Seen(now=now), now=now)
    chosen = choose_version(compiled, lambda condition: reader.holds(condition, facts))
    data = person.read(reads_of(compiled.paths))
    requests = [
        Request(
            template=compiled,
            version=version,
            data=data,
            envelope=_envelope(template.name, version, person, now),
        )
        for version in compiled.versions
    ]
    for request, done in zip(requests, render_all(requests, site, renderer.run), strict=True):
        rendered = None if isinstance(done, Quarantine) else done
        yield Built(
            shown=PreviewMail(
                steps=steps,
                template=template.name,
                version=request.version,
                is_chosen=request.version == chosen,
                sender=rendered.from_address if rendered else "",
                recipient=request.envelope.to_address,
                subject=rendered.subject if rendered else "",
                text=rendered.text if rendered else "",
                trouble=done.reason if isinstance(done, Quarantine) else "",
            ),
            rendered=rendered,
        )


def _envelope(template: str, version: str, person: Person, now: datetime) -> Envelope:
    identity = hashlib.sha256(f"preview {template} {version} {person.key}".encode()).hexdigest()[:40]
    return Envelope(
        intent="preview",
        identity=identity,
        date=now,
        to_address=person.address or _NOBODY,
        language=person.language,
    )
