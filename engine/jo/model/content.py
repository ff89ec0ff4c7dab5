"""What is written and by whom: senders, topics and templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from jo.conditions.condition import Condition
from jo.model.address import Address, Kind
from jo.timing.durations import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    kind: ClassVar[Kind] = Kind.SENDER

    name: str
    description: str = ""
    from_name: str
    """Display name; may hold tokens, such as `{{ company.csm.name }}`."""
    from_address: str
    """May hold tokens; `fallback_address` serves where they are NULL."""
    fallback_name: str | None = None
    fallback_address: str | None = None
    reply_to: str | None = None
    bounce_domain: str | None = None
    """Domain of the envelope sender; None: the domain of `from_address`."""
    postal: str | None = None
    """The postal address that marketing mail has to show."""
    relay: str = "default"

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a person can opt out of."""

    kind: ClassVar[Kind] = Kind.TOPIC

    name: str
    description: str = ""
    title: str
    """What recipients read on the unsubscribe page."""

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)


class MailClass(StrEnum):
    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"
    INTERNAL = "internal"


class OnUncertain(StrEnum):
    """What becomes of a mail of which nobody knows whether the relay took it."""

    HOLD = "hold"
    """It waits for somebody who knows, and so does the person at its step."""
    ASSUME_SENT = "assume_sent"
    """It counts as sent."""
    RESEND = "resend"
    """It is sent again, with the same bytes."""


class Tracking(StrEnum):
    OFF = "off"
    CLICKS = "clicks"
    INDIVIDUAL = "individual"


class Syntax(StrEnum):
    MARKDOWN = "md"
    MJML = "mjml"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The text of a body or layout, as it stands in the file; Jinja in all three syntaxes."""

    syntax: Syntax
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A variant of a mail. What it does not say is the template's own."""

    when: Condition
    subject: str | None = None
    preheader: str | None = None
    body: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    kind: ClassVar[Kind] = Kind.TEMPLATE

    name: str
    description: str = ""
    class_: MailClass
    topic: str | None = None
    tracking: Tracking = Tracking.OFF
    sender: str
    subject: str
    preheader: str = ""
    """The line that mailboxes show behind the subject."""
    body: Body
    layout: Body | None = None
    versions: Mapping[str, Version]
    """In order; the first that matches, else the template itself, which is the version `default`."""
    expires_after: Duration | None = None
    on_uncertain: OnUncertain | None = None
    """None: as the class has it."""

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)


DEFAULT_VERSION = "default"
LAYOUT = "layout"
"""Names with a meaning of their own beside those of versions, which no version can have."""
