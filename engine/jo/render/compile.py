"""Compile a template: every version of it, with every fault in its texts.

Each text is cut into pieces and read once. Then, for each version, body and layout become a page, the page
gives up its links and tells the place of each piece, and what is left becomes programs. Faults of a text that
several versions share are reported once, at the version it belongs to.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from jo.conditions.types import Scope
from jo.diagnostics.codes import (
    BROKEN_TEMPLATE,
    COSTLY_TEMPLATE,
    HEADER_RISK,
    MISSING_POSTAL,
    MISSING_UNSUBSCRIBE,
    NULL_TOKEN,
    REFUSED_TEMPLATE_FEATURE,
    Code,
    Severity,
)
from jo.model.content import DEFAULT_VERSION, MailClass, Sender, Template, Topic, Tracking, Version
from jo.render import page, plaintext
from jo.render.anchors import Link, take_links
from jo.render.assemble import Assembly, assemble
from jo.render.compiled import (
    LANGUAGE,
    CompiledSender,
    CompiledTemplate,
    CompiledVersion,
    LogicSources,
    link_name,
)
from jo.render.escape import Context
from jo.render.faults import ContentFault, Place, UnusableError, Where
from jo.render.headers import address_text
from jo.render.holes import Hole, LanguageHole, LinkHole
from jo.render.markup import Inspection, inspect
from jo.render.names import PROVIDED, SENDER_NAME, UNSUBSCRIBE_URL, Names, Path
from jo.render.pieces import Piece, PieceKind, locate
from jo.render.program import BODY, HEADER, Encoding, Logic, Plan, Printed, Program, Segment, build
from jo.render.syntax import Token, parser
from jo.render.text import LAYOUT_NAMES, Text, read_text

POSTAL = "postal"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def compile_template(
    template: Template, sender: Sender, topic: Topic | None, scope: Scope, variables: Mapping[str, str]
) -> tuple[CompiledTemplate | None, tuple[ContentFault, ...]]:
    """Compile all versions of a template. None with at least one error among the faults.

    `variables` are the constants of the project. Faults come in the order of the texts.
    """
    compiler = _Compiler(template, sender, topic, scope, variables)
    compiled_sender = compiler.sender()
    versions = {DEFAULT_VERSION: compiler.version(DEFAULT_VERSION, None)}
    for name, version in template.versions.items():
        versions[name] = compiler.version(name, version)
    faults = tuple(dict.fromkeys(compiler.faults))
    finished = {name: version for name, version in versions.items() if version is not None}
    if compiled_sender is None or any(fault.severity is Severity.ERROR for fault in faults):
        return None, faults
    compiled = CompiledTemplate(
        name=template.name,
        class_=template.class_,
        sender=compiled_sender,
        topic=(topic.name, topic.title) if topic else None,
        versions=finished,
        conditions=tuple((name, version.when) for name, version in template.versions.items()),
        paths=frozenset(compiler.paths),
    )
    return compiled, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page that is ready to become programs."""

    assembly: Assembly
    html: str
    links: tuple[Link, ...]
    inspection: Inspection
    tokens: Mapping[Piece, Token] = field(default_factory=dict)


class _Compiler:
    def __init__(
        self,
        template: Template,
        sender: Sender,
        topic: Topic | None,
        scope: Scope,
        variables: Mapping[str, str],
    ) -> None:
        self.faults: list[ContentFault] = []
        self.paths: set[Path] = set()
        self._template = template
        self._sender = sender
        self._is_marketing = template.class_ is MailClass.MARKETING
        constants = dict(variables)
        constants["topic"] = topic.title if topic else ""
        withheld: dict[str, str] = {}
        if sender.postal:
            constants[POSTAL] = ", ".join(line.strip() for line in sender.postal.splitlines() if line.strip())
        else:
            withheld[POSTAL] = f"the sender `{sender.name}` has no postal address"
        if not self._is_marketing:
            withheld[UNSUBSCRIBE_URL] = (
                f"{template.class_} mail has no opt-out; ask `{{% if {UNSUBSCRIBE_URL} %}}`"
            )
        self._names = Names(scope=scope, constants=constants, provided=PROVIDED, withheld=withheld)
        self._known = {name: bool(value) for name, value in constants.items()}
        self._known |= {POSTAL: bool(sender.postal), UNSUBSCRIBE_URL: self._is_marketing}
        self._texts: dict[Place, Text | None] = {}

    def _fault(
        self, code: Code, at: Place, detail: str, help: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        self.faults.append(ContentFault(code=code, at=at, detail=detail, help=help, severity=severity))

    def _read(
        self, raw: str, place: Place, names: Names | None = None, known: Mapping[str, bool] | None = None
    ) -> Text | None:
        """Read a text; None when it cannot be compiled any further."""
        text, faults = read_text(raw, place, names or self._names, {**self._known, **(known or {})})
        self.faults += faults
        if text is not None:
            self.paths |= {path for path in text.paths if path[0] not in PROVIDED}
        return text

    # -- the sender -------------------------------------------------------------------------------

    def sender(self) -> CompiledSender | None:
        sender = self._sender
        name = self._sender_text("from_name", sender.from_name)
        address = self._sender_text("from_address", sender.from_address)
        reply_to = self._sender_text("reply_to", sender.reply_to) if sender.reply_to else None
        if self._is_marketing and not sender.postal:
            at = Place(version=DEFAULT_VERSION, where=Where.SENDER, key=POSTAL)
            detail = f"The sender `{sender.name}` has no postal address, which marketing mail has to show."
            self._fault(MISSING_POSTAL, at, detail, "Give the sender a `postal`.")
        if name is None or address is None or (sender.reply_to and reply_to is None):
            return None
        tokens = (*name[1], *address[1])
        fallback_name = sender.fallback_name or (sender.from_name if not name[1] else None)
        fallback_address = sender.fallback_address or (sender.from_address if not address[1] else None)
        return CompiledSender(
            name=name[0],
            address=address[0],
            tokens=tokens,
            fallback=(fallback_name, fallback_address)
            if tokens and fallback_name and fallback_address
            else None,
            reply_to=reply_to[0] if reply_to else None,
        )

    def _sender_text(self, key: str, raw: str) -> tuple[Plan, tuple[Path, ...]] | None:
        """Compile a field of the sender, which may hold tokens; also return what it reads."""
        place = Place(version=DEFAULT_VERSION, where=Where.SENDER, key=key)
        withheld = {**self._names.withheld, SENDER_NAME: "it is made from this"}
        before = len(self.faults)
        text = self._read(raw, place, replace(self._names, withheld=withheld))
        if self._sender.fallback_address:
            self.faults[before:] = [fault for fault in self.faults[before:] if fault.code is not NULL_TOKEN]
        self._check_header(raw, place)
        if text is None:
            return None
        program = self._program(_plain_segments(text), HEADER, place)
        if isinstance(program, Logic):
            self._fault(REFUSED_TEMPLATE_FEATURE, place, "A sender holds text and tokens, and no logic.")
            return None
        if key != "from_name" and not text.paths and program is not None:
            try:
                address_text(program.fill({}))
            except UnusableError as fault:
                self._fault(HEADER_RISK, place, f"`{raw}` {fault}.")
        return (program, tuple(sorted(text.paths))) if program is not None else None

    def _check_header(self, raw: str, place: Place) -> None:
        found = _CONTROL.search(raw.strip())
        if found is not None:
            at = locate(place, raw, found[0]) or place
            self._fault(HEADER_RISK, at, "A header is one line and holds no control characters.")

    # -- one version ------------------------------------------------------------------------------

    def version(self, name: str, version: Version | None) -> CompiledVersion | None:
        template = self._template
        own_subject = version.subject if version else None
        own_preheader = version.preheader if version else None
        own_body = version.body if version else None
        subject_place = Place(version=_owner(name, own_subject), where=Where.SUBJECT)
        subject_raw = (own_subject if own_subject is not None else template.subject).rstrip()
        subject = self._read(subject_raw, subject_place)
        self._check_header(subject_raw, subject_place)
        preheader_raw = own_preheader if own_preheader is not None else template.preheader
        preheader = self._read(
            preheader_raw, Place(version=_owner(name, own_preheader), where=Where.PREHEADER)
        )
        source = own_body or template.body
        body = self._read(source.text, Place(version=_owner(name, own_body), where=Where.BODY))
        layout = None
        if template.layout is not None:
            place = Place(version=DEFAULT_VERSION, where=Where.LAYOUT)
            only_here = {key: f"it stands alone, as `{{{{ {key} }}}}`" for key in LAYOUT_NAMES}
            names = replace(self._names, withheld={**self._names.withheld, **only_here})
            known = {"body": True, "subject": True, "preheader": bool(preheader_raw.strip())}
            layout = self._read(template.layout.text, place, names, known)
        if subject is None or preheader is None or body is None or (template.layout and layout is None):
            return None
        finished = self._page(
            Assembly(
                subject=subject,
                preheader=preheader,
                body=body,
                body_syntax=source.syntax,
                layout=layout,
                layout_syntax=template.layout.syntax if template.layout else None,
            ),
            name,
        )
        if finished is None:
            return None
        return self._programs(finished)

    def _page(self, assembly: Assembly, name: str) -> _Page | None:
        texts = assembly.texts
        tokens = {piece: token for text in texts for piece, token in text.tokens.items()}
        holes = assembly.holes
        html, faults = assemble(assembly)
        self.faults += faults
        if html is None:
            return None
        try:
            html = page.inline(html, holes)
        except page.TooCostlyError as trouble:
            self._fault(COSTLY_TEMPLATE, assembly.body.place, str(trouble))
            return None
        except ValueError as trouble:
            self._fault(BROKEN_TEMPLATE, assembly.place_of("<style"), f"The CSS cannot be read: {trouble}.")
            return None
        html = page.set_language(html, holes, by_person=name != DEFAULT_VERSION)
        tracking = self._template.tracking is not Tracking.OFF
        anchors = take_links(html, holes, tokens, tracking=tracking, place=assembly.place_of)
        self.faults += anchors.faults
        inspection = inspect(anchors.html, holes, anchors.links, place=assembly.place_of)
        self.faults += inspection.faults
        if self._is_marketing:
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
            self._fault(MISSING_UNSUBSCRIBE, at, detail, help)
        shown = {words.split("|")[0].strip() for words in inspection.shown}
        if self._sender.postal and POSTAL not in shown:
            detail = "Not everybody who gets this mail sees the postal address of the sender."
            self._fault(
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
            "subject": self._program(_plain_segments(assembly.subject), HEADER, assembly.subject.place),
            "text": self._program(text, BODY, place),
            "html": self._program([*html, "\n"], BODY, place),
        }
        sources = {part: program.source for part, program in programs.items() if isinstance(program, Logic)}
        subject, text_program, html_program = programs.values()
        if subject is None or text_program is None or html_program is None:
            return None
        return CompiledVersion(
            subject=subject,
            text=text_program,
            html=html_program,
            links=finished.links,
            logic=self._sources(sources) if sources else None,
        )

    def _program(self, segments: Iterable[Segment], encoding: Encoding, place: Place) -> Program | None:
        from jinja2 import TemplateSyntaxError

        try:
            program = build(segments, encoding)
            if isinstance(program, Logic):
                parser().parse(program.source)
        except UnusableError as fault:
            self._fault(BROKEN_TEMPLATE, place, f"{fault}.")
            return None
        except TemplateSyntaxError:
            detail = "The markup tears a condition or a loop apart: its two ends are not in one place."
            self._fault(BROKEN_TEMPLATE, place, detail, "Put both around whole paragraphs, rows or items.")
            return None
        return program

    def _sources(self, parts: Mapping[str, str]) -> LogicSources:
        digest = sha256(
            "\0".join(f"{part}\0{source}" for part, source in sorted(parts.items())).encode()
        ).hexdigest()
        return LogicSources(digest=digest[:32], parts=parts, constants=self._names.constants)


def _owner(name: str, own: object) -> str:
    return name if own is not None else DEFAULT_VERSION


def _plain_segments(text: Text) -> list[Segment]:
    return [
        Printed(context=Context.PLAIN, token=text.tokens.get(item), source=item.inner)
        if isinstance(item, Piece) and item.kind is PieceKind.OUTPUT
        else item
        for item in text.items
    ]


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
