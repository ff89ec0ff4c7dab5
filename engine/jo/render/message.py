"""Build a mail: a pure function of a compiled template, the facts, the envelope and the site.

The same input gives the same bytes, so a retry needs nothing that was kept. The message is always
`multipart/alternative` of a text and an HTML part in UTF-8, quoted-printable. Its boundary begins with `=_`,
which quoted-printable never writes, so no content can hold it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from quopri import decodestring
from typing import Any

from jo.model.content import MailClass
from jo.render.compiled import (
    LANGUAGE,
    CompiledSender,
    CompiledTemplate,
    CompiledVersion,
    Envelope,
    LogicSources,
    Site,
    link_name,
)
from jo.render.faults import UnusableError
from jo.render.fields import fields_of
from jo.render.filters import to_text
from jo.render.names import PROVIDED, SENDER_NAME, UNSUBSCRIBE_URL, Path
from jo.render.page import is_language
from jo.render.scan import BOUNDARY, LARGEST_MESSAGE, scan
from jo.render.tokens import click_token, click_url, unsubscribe_token, unsubscribe_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One mail to build."""

    template: CompiledTemplate
    version: str
    data: Mapping[str, Any]
    """Plain rows by namespace, such as `contact` and `company`; a reference holds the row it points to."""
    envelope: Envelope

    @property
    def compiled(self) -> CompiledVersion:
        return self.template.versions[self.version]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A finished mail."""

    data: bytes = field(repr=False)
    """RFC 5322, lines end with CRLF."""
    subject: str
    from_address: str
    """The address in From, for the envelope of mails whose sender names no domain for bounces."""

    @property
    def text(self) -> str:
        return self._part(1)

    @property
    def html(self) -> str:
        return self._part(2)

    def _part(self, number: int) -> str:
        start = self.data.index(b"\r\n\r\n") + 4
        marker = self.data[start - 2 : self.data.index(b"\r\n", start)]
        _, encoded = self.data.split(marker)[number].split(b"\r\n\r\n", 1)
        return decodestring(encoded).decode().replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why a mail cannot be built. Names fields and tokens, never their values."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicJob:
    """The parts of a mail that only a limited worker may build."""

    sources: LogicSources
    values: Mapping[str, Any] = field(repr=False)
    """Plain data for JSON, only what the template reads."""


@dataclass(frozen=True, slots=True)
class LogicDone:
    parts: Mapping[str, str] = field(repr=False)


LogicResult = LogicDone | Quarantine
RunLogic = Callable[[Sequence[LogicJob]], Sequence[LogicResult]]


def render(
    template: CompiledTemplate, version: str, data: Mapping[str, Any], envelope: Envelope, site: Site
) -> Rendered | Quarantine:
    """Build one mail of a version without logic. Raises ValueError for one with logic."""
    request = Request(template=template, version=version, data=data, envelope=envelope)
    if request.compiled.logic is not None:
        raise ValueError(f"version {version} of template {template.name} needs a worker")
    return _finish(_begin(request, site), site, None)


def render_all(
    requests: Sequence[Request], site: Site, run_logic: RunLogic
) -> tuple[Rendered | Quarantine, ...]:
    """Build mails, in order; those with logic go to `run_logic` in one batch."""
    begun = [_begin(request, site) for request in requests]
    jobs = {index: job for index, item in enumerate(begun) if (job := _job(item)) is not None}
    done = dict(zip(jobs, run_logic(tuple(jobs.values())) if jobs else (), strict=True))
    return tuple(_finish(item, site, done.get(index)) for index, item in enumerate(begun))


def link_target(request: Request, site: Site, number: int) -> str | None:
    """Return where a link leads in the end; None when the mail has no such link, or no address for it."""
    links = request.compiled.links
    if number >= len(links):
        return None
    try:
        return links[number].make(_page_values(request, site))
    except UnusableError:
        return None


@dataclass(frozen=True, slots=True)
class _Begun:
    """A mail with all its values."""

    request: Request
    values: dict[str, Any]


def _begin(request: Request, site: Site) -> _Begun | Quarantine:
    try:
        return _Begun(request, _page_values(request, site))
    except UnusableError as fault:
        return Quarantine(str(fault))


def _job(begun: _Begun | Quarantine) -> LogicJob | None:
    """Return what a worker has to do for a mail."""
    if isinstance(begun, Quarantine) or begun.request.compiled.logic is None:
        return None
    sources = begun.request.compiled.logic
    values = _plain(begun.values, begun.request.template.paths)
    return LogicJob(sources=sources, values={**sources.constants, **values})


def _finish(begun: _Begun | Quarantine, site: Site, done: LogicResult | None) -> Rendered | Quarantine:
    """Build a mail; `done` are the texts that a worker has made."""
    if isinstance(begun, Quarantine):
        return begun
    if isinstance(done, Quarantine):
        return done
    request, values = begun.request, begun.values
    sender = values[_SENDER]
    try:
        sections, made = _sections(request.compiled, values, done)
        subject = "".join(sections["subject"])
        fields = fields_of(
            request.template,
            request.envelope,
            site,
            sender=sender,
            subject=subject,
            unsubscribe=values.get(UNSUBSCRIBE_URL, ""),
            values=values,
        )
    except UnusableError as fault:
        return Quarantine(str(fault))
    header = "".join(fields.values())
    trouble = scan(header, tuple(fields), made)
    if trouble is not None:
        return Quarantine(trouble)
    marker = f"\r\n--{BOUNDARY}{request.envelope.identity}"
    data = "".join(
        (header, marker, _TEXT, *sections["text"], marker, _HTML, *sections["html"], marker, "--\r\n")
    ).encode()
    if len(data) > LARGEST_MESSAGE:
        return Quarantine(f"the message is larger than {LARGEST_MESSAGE:,} bytes")
    return Rendered(data=data, subject=subject, from_address=sender[1])


def _sections(
    version: CompiledVersion, values: Mapping[str, Any], done: LogicDone | None
) -> tuple[Mapping[str, Sequence[str]], Sequence[str]]:
    """Return the parts of subject, text and html, and those of the two bodies that are not static."""
    filled = version.filling.fill(values)
    sections, made = version.filling.sections(filled), version.filling.made(filled)
    for name, program in version.with_logic.items():
        assert done is not None, "who has logic has been to a worker"
        sections[name], of_section = program.parts_of(done.parts[name])
        made += of_section if name != "subject" else []
    return sections, made


_HEAD = "\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
_TEXT, _HTML = _HEAD.format("plain"), _HEAD.format("html")


_SENDER = "jo_sender"
"""The name under which the sender's name and address stand among the values; no template can name it."""


def _page_values(request: Request, site: Site) -> dict[str, Any]:
    """Return the facts with what jo provides. Raises UnusableError."""
    template, envelope = request.template, request.envelope
    values = dict(request.data)
    sender = _sender(template.sender, values)
    values[_SENDER] = sender
    values[SENDER_NAME] = sender[0]
    values[LANGUAGE] = _language(envelope.language)
    if template.class_ is MailClass.MARKETING:
        values[UNSUBSCRIBE_URL] = unsubscribe_url(
            site.base_url, unsubscribe_token(site.keys, envelope.intent)
        )
    for link in request.compiled.own_links:
        if link.tracked and envelope.tracked:
            token = click_token(site.keys, envelope.intent, link.index)
            values[link_name(link.index)] = click_url(site.base_url, token)
        else:
            values[link_name(link.index)] = link.make(values)
    return values


def _sender(sender: CompiledSender, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return display name and address."""
    if sender.fallback is not None and any(_is_null(values, path) for path in sender.tokens):
        return sender.fallback
    return sender.name(values), sender.address(values)


def _is_null(values: Mapping[str, Any], path: Path) -> bool:
    value: Any = values
    for name in path:
        if value is None:
            return True
        value = value.get(name)
    return value is None or value == ""


def _language(language: str | None) -> str | None:
    tag = (language or "").replace("_", "-")
    return tag if is_language(tag) else None


def _plain(values: Mapping[str, Any], paths: frozenset[Path]) -> dict[str, Any]:
    """Return only what a template reads, as JSON has it: a worker gets no more of a person than it prints."""
    plain = {name: value for name, value in values.items() if name in PROVIDED or name.startswith("jo_")}
    del plain[_SENDER]
    for path in paths:
        source: Any = values
        target = plain
        for depth, name in enumerate(path):
            if name not in source:
                break
            value = source[name]
            if value is None or depth == len(path) - 1:
                target[name] = value if isinstance(value, _JSON) else to_text(value)
                break
            source, target = value, target.setdefault(name, {})
    return plain


_JSON = str | int | float | bool | None
