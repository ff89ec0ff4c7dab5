"""Compile a template: every version of it, with every fault in its texts.

Each text is cut into pieces and read once. Then, for each version, body and layout become a page, the page
gives up its links and tells the place of each piece, and what is left becomes programs. Faults of a text that
several versions share are reported once, at the version it belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from jo.conditions.types import Scope
from jo.diagnostics.codes import (
    BROKEN_TEMPLATE,
    COSTLY_TEMPLATE,
    MISSING_POSTAL,
    MISSING_UNSUBSCRIBE,
    Severity,
)
from jo.model.content import DEFAULT_VERSION, Sender, Template, Topic, Tracking, Version
from jo.render import page, plaintext
from jo.render.anchors import Link, take_links
from jo.render.assemble import Assembly, assemble
from jo.render.bench import POSTAL, Bench, plain_segments
from jo.render.compiled import (
    LANGUAGE,
    CompiledTemplate,
    CompiledVersion,
    LogicSources,
    link_name,
)
from jo.render.escape import Context
from jo.render.faults import ContentFault, Place, Where
from jo.render.filling import Filling
from jo.render.holes import Hole, LanguageHole, LinkHole
from jo.render.markup import Inspection, inspect
from jo.render.names import UNSUBSCRIBE_URL
from jo.render.pieces import Piece, PieceKind
from jo.render.plan import BODY, HEADER, Plan, Printed
from jo.render.program import Logic, Segment
from jo.render.sender import compile_sender
from jo.render.syntax import Token
from jo.render.text import LAYOUT_NAMES, Text


def compile_template(
    template: Template, sender: Sender, topic: Topic | None, scope: Scope, variables: Mapping[str, str]
) -> tuple[CompiledTemplate | None, tuple[ContentFault, ...]]:
    """Compile all versions of a template. None with at least one error among the faults.

    `variables` are the constants of the project. Faults come in the order of the texts.
    """
    bench = Bench(template, sender, topic, scope, variables)
    compiled_sender = compile_sender(sender, bench)
    versions = _Versions(template, bench, has_postal=bool(sender.postal))
    all_versions = {DEFAULT_VERSION: None, **template.versions}
    compiled = {name: versions.version(name, version) for name, version in all_versions.items()}
    faults = tuple(dict.fromkeys(bench.faults))
    finished = {name: version for name, version in compiled.items() if version is not None}
    if compiled_sender is None or any(fault.severity is Severity.ERROR for fault in faults):
        return None, faults
    whole = CompiledTemplate(
        name=template.name,
        class_=template.class_,
        sender=compiled_sender,
        topic=(topic.name, topic.title) if topic else None,
        versions=finished,
        conditions=tuple((name, version.when) for name, version in template.versions.items()),
        paths=frozenset(bench.paths),
    )
    return whole, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page that is ready to become programs."""

    assembly: Assembly
    html: str
    links: tuple[Link, ...]
    inspection: Inspection
    tokens: Mapping[Piece, Token] = field(default_factory=dict)


class _Versions:
    """Compiles the versions of one template."""

    def __init__(self, template: Template, bench: Bench, *, has_postal: bool) -> None:
        self._template = template
        self._bench = bench
        self._has_postal = has_postal

    def version(self, name: str, version: Version | None) -> CompiledVersion | None:
        """Compile one version; None stands for the template itself."""
        assembly = self._read(name, version)
        finished = self._page(assembly, name) if assembly is not None else None
        return self._programs(finished) if finished is not None else None

    def _read(self, name: str, version: Version | None) -> Assembly | None:
        """Read the texts of a version; None when one of them cannot be compiled any further."""
        template, bench = self._template, self._bench
        own_subject = version.subject if version else None
        own_preheader = version.preheader if version else None
        own_body = version.body if version else None
        raw = (template.subject if own_subject is None else own_subject).rstrip()
        place = _place(name, own_subject, Where.SUBJECT)
        subject = bench.read(raw, place)
        bench.check_header(raw, place)
        raw = (template.preheader if own_preheader is None else own_preheader).strip()
        preheader = bench.read(raw, _place(name, own_preheader, Where.PREHEADER))
        source = own_body or template.body
        body = bench.read(source.text, _place(name, own_body, Where.BODY))
        layout = self._read_layout(has_preheader=bool(raw))
        if subject is None or preheader is None or body is None or (template.layout and layout is None):
            return None
        return Assembly(
            subject=subject,
            preheader=preheader,
            body=body,
            body_syntax=source.syntax,
            layout=layout,
            layout_syntax=template.layout.syntax if template.layout else None,
        )

    def _read_layout(self, *, has_preheader: bool) -> Text | None:
        if self._template.layout is None:
            return None
        only_here = {key: f"it stands alone, as `{{{{ {key} }}}}`" for key in LAYOUT_NAMES}
        names = replace(self._bench.names, withheld={**self._bench.names.withheld, **only_here})
        known = {"body": True, "subject": True, "preheader": has_preheader}
        place = Place(version=DEFAULT_VERSION, where=Where.LAYOUT)
        return self._bench.read(self._template.layout.text, place, names, known)

    def _page(self, assembly: Assembly, name: str) -> _Page | None:
        texts = assembly.texts
        tokens = {piece: token for text in texts for piece, token in text.tokens.items()}
        holes = assembly.holes
        html, faults = assemble(assembly)
        self._bench.faults += faults
        if html is None:
            return None
        try:
            html = page.inline(html, holes)
        except page.TooCostlyError as trouble:
            self._bench.fault(COSTLY_TEMPLATE, assembly.body.place, str(trouble))
            return None
        except ValueError as trouble:
            self._bench.fault(BROKEN_TEMPLATE, assembly.body.place, f"The page cannot be read: {trouble}.")
            return None
        html = page.set_language(html, holes, by_person=name != DEFAULT_VERSION)
        tracking = self._template.tracking is not Tracking.OFF
        anchors = take_links(html, holes, tokens, tracking=tracking, place=assembly.place_of)
        self._bench.faults += anchors.faults
        inspection = inspect(anchors.html, holes, anchors.links, place=assembly.place_of)
        self._bench.faults += inspection.faults
        if self._bench.is_marketing:
            self._check_marketing(assembly, inspection)
        return _Page(
            assembly=assembly, html=anchors.html, links=anchors.links, inspection=inspection, tokens=tokens
        )

    def _check_marketing(self, assembly: Assembly, inspection: Inspection) -> None:
        frame = assembly.layout or assembly.body
        at = replace(frame.place, line=1, column=1, end_column=1)
        if not inspection.unsubscribes:
            detail = "Not everybody who gets this mail sees a link to unsubscribe."
            link = f'<a href="{{{{ {UNSUBSCRIBE_URL} }}}}">Unsubscribe</a>'
            help = f"Add `{link}`, visible and outside of conditions."
            self._bench.fault(MISSING_UNSUBSCRIBE, at, detail, help)
        shown = {words.split("|")[0].strip() for words in inspection.shown}
        if self._has_postal and POSTAL not in shown:
            detail = "Not everybody who gets this mail sees the postal address of the sender."
            self._bench.fault(
                MISSING_POSTAL, at, detail, f"Add `{{{{ {POSTAL} }}}}`, visible and outside of conditions."
            )

    def _programs(self, finished: _Page) -> CompiledVersion | None:
        assembly, holes = finished.assembly, finished.assembly.holes
        place = assembly.body.place
        contexts = iter(finished.inspection.contexts)
        parts = holes.split(finished.html)
        if len(finished.inspection.contexts) != sum(not isinstance(part, str) for part in parts):
            return None  # reported by the inspection
        html = [part if isinstance(part, str) else _segment(part, next(contexts), finished) for part in parts]
        text = [
            part if isinstance(part, str) else _segment(part, Context.PLAIN, finished)
            for part in holes.split(plaintext.to_text(finished.html, holes, finished.links))
        ]
        programs = {
            "subject": self._bench.program(plain_segments(assembly.subject), HEADER, assembly.subject.place),
            "text": self._bench.program(text, BODY, place),
            "html": self._bench.program([*html, "\n"], BODY, place),
        }
        if None in programs.values():
            return None
        with_logic = {part: program for part, program in programs.items() if isinstance(program, Logic)}
        sources = {part: program.source for part, program in with_logic.items()}
        return CompiledVersion(
            filling=Filling({part: plan for part, plan in programs.items() if isinstance(plan, Plan)}),
            with_logic=with_logic,
            links=finished.links,
            own_links=tuple(link for link in finished.links if link.tracked or link.url is None),
            logic=self._sources(sources) if sources else None,
        )

    def _sources(self, parts: Mapping[str, str]) -> LogicSources:
        digest = sha256(
            "\0".join(f"{part}\0{source}" for part, source in sorted(parts.items())).encode()
        ).hexdigest()
        return LogicSources(digest=digest[:32], parts=parts, constants=self._bench.names.constants)


def _place(name: str, own: object, where: Where) -> Place:
    """Return the place of a text: the version's own, or the template's that it inherits."""
    return Place(version=name if own is not None else DEFAULT_VERSION, where=where)


def _segment(hole: Hole, context: Context, finished: _Page) -> Segment:
    match hole:
        case Piece(kind=PieceKind.STATEMENT):
            return hole
        case Piece():
            return Printed(context=context, token=finished.tokens.get(hole), source=hole.inner)
        case LinkHole():
            return _link_segment(finished.links[hole.index], context)
        case LanguageHole(otherwise=otherwise):
            token = Token(path=(LANGUAGE,), filters=(("default", (otherwise,)),))
            return Printed(context=context, token=token, source=f"{LANGUAGE} | default('{otherwise}')")


def _link_segment(link: Link, context: Context) -> Segment:
    if link.url is not None and not link.tracked:
        return Printed(context=context, token=Token(path=(), constant=link.url), source="link")
    name = link_name(link.index)
    return Printed(context=context, token=Token(path=(name,)), source=name)
