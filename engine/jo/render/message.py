"""Build a mail: a pure function of a compiled template, the facts, the envelope and the site.

The same input gives the same bytes, so a retry needs nothing that was kept. The message is always
`multipart/alternative` of a text and an HTML part in UTF-8, quoted-printable. Its boundary begins with `=_`,
which quoted-printable never writes, so no content can hold it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from quopri import decodestring
from typing import Any

from jo.model.content import MailClass
from jo.render import headers
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
from jo.render.escape import one_line
from jo.render.faults import UnusableError
from jo.render.filters import to_text
from jo.render.names import PROVIDED, SENDER_NAME, UNSUBSCRIBE_URL, Path
from jo.render.page import is_language
from jo.render.program import Plan, Program
from jo.render.scan import scan
from jo.render.tokens import click_token, click_url, unsubscribe_token, unsubscribe_url

ID_DIGITS = 40
"""Digits of the identity in a Message-ID: 160 bits tell all mails of the world apart."""


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
    encoded_text: str = field(repr=False)
    encoded_html: str = field(repr=False)

    @property
    def text(self) -> str:
        return _decoded(self.encoded_text)

    @property
    def html(self) -> str:
        return _decoded(self.encoded_html)


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


def _decoded(encoded: str) -> str:
    return decodestring(encoded.encode("ascii")).decode().replace("\r\n", "\n")


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
    parts = done.parts if done is not None else {}
    request, values, version = begun.request, begun.values, begun.request.compiled
    try:
        subject = _text(version.subject, "subject", values, parts)
        text = _text(version.text, "text", values, parts)
        html = _text(version.html, "html", values, parts)
        fields = _fields(request, site, subject, values)
    except UnusableError as fault:
        return Quarantine(str(fault))
    boundary = f"=_jo_{request.envelope.identity}"
    message = (
        f"{''.join(fields.values())}\r\n"
        f"--{boundary}\r\n{_part_head('plain')}{text}\r\n"
        f"--{boundary}\r\n{_part_head('html')}{html}\r\n"
        f"--{boundary}--\r\n"
    )
    data = message.encode(errors="surrogateescape")
    trouble = scan(data, tuple(fields), boundary)
    if trouble is not None:
        return Quarantine(trouble)
    _, from_address = values[_SENDER]
    return Rendered(
        data=data, subject=subject, from_address=from_address, encoded_text=text, encoded_html=html
    )


def _text(program: Program, name: str, values: Mapping[str, Any], parts: Mapping[str, str]) -> str:
    return program.fill(values) if isinstance(program, Plan) else program.join(parts[name])


def _part_head(subtype: str) -> str:
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )


@lru_cache(256)
def _from(address: str, name: str) -> str:
    return headers.mailbox("From", address, name)


def _fields(request: Request, site: Site, subject: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the header fields, each whole with its CRLF, by name and in order."""
    template, envelope = request.template, request.envelope
    name, address = values[_SENDER]
    fields = {
        "From": _from(address, name),
        "To": headers.mailbox("To", envelope.to_address, one_line(envelope.to_name or "")),
    }
    if template.sender.reply_to is not None:
        fields["Reply-To"] = headers.mailbox("Reply-To", template.sender.reply_to.fill(values))
    fields["Subject"] = headers.text("Subject", subject)
    fields["Date"] = headers.date(envelope.date)
    fields["Message-ID"] = headers.message_id(envelope.identity[:ID_DIGITS], site.domain)
    if template.class_ is MailClass.MARKETING:
        if template.topic is not None:
            topic, title = template.topic
            fields["List-Id"] = headers.list_id(title, f"{topic}.{site.domain}")
        fields["List-Unsubscribe"] = headers.field("List-Unsubscribe", f"<{values[UNSUBSCRIBE_URL]}>")
        fields["List-Unsubscribe-Post"] = headers.field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    fields["MIME-Version"] = headers.field("MIME-Version", "1.0")
    boundary = f'multipart/alternative;\r\n boundary="=_jo_{envelope.identity}"'
    fields["Content-Type"] = f"Content-Type: {boundary}\r\n"
    return fields


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
    for link in request.compiled.links:
        if link.tracked and envelope.tracked:
            token = click_token(site.keys, envelope.intent, link.index)
            values[link_name(link.index)] = click_url(site.base_url, token)
        elif link.tracked or link.url is None:
            values[link_name(link.index)] = link.make(values)
    return values


def _sender(sender: CompiledSender, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return display name and address."""
    if sender.fallback is not None and any(_is_null(values, path) for path in sender.tokens):
        return sender.fallback
    return sender.name.fill(values), sender.address.fill(values)


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
