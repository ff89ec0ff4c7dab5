"""A small world to compile templates in: three sources, a sender, a topic, and one person's data."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as email_policy
from typing import Any

from jo.conditions.types import Field, FieldType, Place, Scope, Table
from jo.model.content import Body, MailClass, Sender, Syntax, Template, Topic
from jo.render.compile import compile_template
from jo.render.compiled import CompiledTemplate, Envelope, Site
from jo.render.faults import ContentFault, UnusableError
from jo.render.message import (
    LogicDone,
    LogicJob,
    LogicResult,
    Quarantine,
    Rendered,
    Request,
    render_all,
)
from jo.render.sandbox import Sandbox
from jo.render.tokens import Key, Keys

TEXT = FieldType.TEXT
CONTACTS = Table(
    "contacts",
    "id",
    {
        "id": Field(TEXT),
        "first_name": Field(TEXT, nullable=True),
        "name": Field(TEXT),
        "site": Field(TEXT),
        "logins": Field(FieldType.INTEGER),
        "since": Field(FieldType.DATE),
        "company": Field(TEXT, ref="companies"),
    },
)
COMPANIES = Table(
    "companies",
    "id",
    {"id": Field(TEXT), "name": Field(TEXT), "csm": Field(TEXT, nullable=True, ref="csms")},
)
CSMS = Table("csms", "id", {"id": Field(TEXT), "name": Field(TEXT), "email": Field(TEXT)})
SCOPE = Scope(
    place=Place.TEMPLATE,
    tables={table.name: table for table in (CONTACTS, COMPANIES, CSMS)},
    namespaces={"contact": "contacts", "company": "companies"},
    roots={"company": ("contact", "company")},
    declared={"participant": {"tier": Field(TEXT, nullable=True)}},
)
SENDER = Sender(
    name="team",
    from_name="Aurora Team",
    from_address="team@aurora.example",
    postal="Aurora Software GmbH\nLichtweg 7\n10115 Berlin",
)
CSM_SENDER = Sender(
    name="csm",
    from_name="{{ company.csm.name }}",
    from_address="{{ company.csm.email }}",
    fallback_name="Aurora Team",
    fallback_address="team@aurora.example",
    reply_to="help@aurora.example",
    postal="Lichtweg 7, 10115 Berlin",
)
TOPIC = Topic(name="onboarding", title="Onboarding")
VARIABLES = {"product": "Aurora CI", "portal": "https://app.aurora.example"}
HTML_FOOTER = '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a> {{ postal }}</p>'
FOOTER = "\n\n[Unsubscribe]({{ unsubscribe_url }}) {{ postal }}\n"
DATA: Mapping[str, Any] = {
    "contact": {
        "id": "c-1",
        "first_name": "Ana",
        "name": "Ana Żółć",
        "site": "https://ana.example/start",
        "logins": 1234,
        "since": "2026-02-03",
    },
    "company": {
        "id": "a-42",
        "name": "Søren & Söhne",
        "csm": {"id": "s-1", "name": "Zoë, CSM", "email": "zoe@aurora.example"},
    },
    "participant": {"tier": None},
}
SITE = Site(
    domain="mail.aurora.example",
    base_url="https://go.aurora.example",
    keys=Keys(current=Key(id="k1", secret=b"s" * 32)),
)
ENVELOPE = Envelope(
    intent="i-123",
    identity="0123456789abcdef" * 4,
    date=datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
    to_address="ana@customer.example",
    to_name="Ana Żółć",
)


def a_template(
    body: str = "Hello {{ contact.name }}." + FOOTER,
    *,
    syntax: Syntax = Syntax.MARKDOWN,
    layout: str | None = None,
    layout_syntax: Syntax = Syntax.HTML,
    **changes: Any,
) -> Template:
    values: dict[str, Any] = {
        "name": "welcome",
        "class_": MailClass.MARKETING,
        "topic": "onboarding",
        "sender": "team",
        "subject": "Welcome",
        "body": Body(syntax=syntax, text=body),
        "layout": Body(syntax=layout_syntax, text=layout) if layout is not None else None,
        "versions": {},
    }
    return Template(**(values | changes))


def attempt(
    template: Template, *, sender: Sender = SENDER, topic: Topic | None = TOPIC
) -> tuple[CompiledTemplate | None, tuple[ContentFault, ...]]:
    return compile_template(template, sender, topic, SCOPE, VARIABLES)


def compiled(template: Template, *, sender: Sender = SENDER, topic: Topic | None = TOPIC) -> CompiledTemplate:
    """Compile a template that is right."""
    result, faults = attempt(template, sender=sender, topic=topic)
    assert result is not None, faults
    return result


def faults_of(body: str, **changes: Any) -> list[tuple[str, int, int]]:
    """Return code, line and column of what is wrong with a body."""
    _, faults = attempt(a_template(body + footer(changes), **changes))
    return [(fault.code.slug, fault.at.line, fault.at.column) for fault in faults]


def footer(changes: Mapping[str, Any]) -> str:
    return HTML_FOOTER if changes.get("syntax") is Syntax.HTML else FOOTER


def run_here(jobs: Sequence[LogicJob]) -> tuple[LogicResult, ...]:
    """Run logic in this process, for tests of what it yields."""
    sandbox = Sandbox()

    def one(job: LogicJob) -> LogicResult:
        try:
            return LogicDone(
                {
                    part: sandbox.run(sandbox.compile(source), dict(job.values))
                    for part, source in job.sources.parts.items()
                }
            )
        except UnusableError as fault:
            return Quarantine(str(fault))

    return tuple(one(job) for job in jobs)


def outcome(
    template: CompiledTemplate,
    data: Mapping[str, Any] = DATA,
    *,
    version: str = "default",
    envelope: Envelope = ENVELOPE,
) -> Rendered | Quarantine:
    request = Request(template=template, version=version, data=data, envelope=envelope)
    (result,) = render_all([request], SITE, run_here)
    return result


def rendered(template: CompiledTemplate, data: Mapping[str, Any] = DATA, **kwargs: Any) -> Rendered:
    result = outcome(template, data, **kwargs)
    assert isinstance(result, Rendered), result
    assert is_whole(result.data)
    return result


def is_whole(data: bytes) -> bool:
    """Look at all the bytes of a mail at once, as jo itself never does: it looks at their parts."""
    header, _, body = data.partition(b"\r\n\r\n")
    boundary = re.search(rb'boundary="([^"]+)"\Z', header)
    if boundary is None or not body.endswith(b"\r\n"):
        return False
    *lines, last = body.split(b"\r\n")
    marker = b"--" + boundary[1]
    return (
        not re.search(rb"[^\r\n -~]|(?<!\r)\n|\r(?!\n)", body)
        and max(map(len, lines)) <= 76
        and last == b""
        and [line for line in lines if boundary[1] in line] == [marker, marker, marker + b"--"]
        and lines[0] == marker
        and lines[-1] == marker + b"--"
    )


def parsed(mail: Rendered) -> EmailMessage:
    """Read the finished bytes with the standard library, which must find no defect."""
    message = message_from_bytes(mail.data, _class=EmailMessage, policy=email_policy)
    assert [part.defects for part in message.walk()] == [[], [], []]
    return message


def with_contact(**values: object) -> dict[str, Any]:
    return {**DATA, "contact": {**DATA["contact"], **values}}
