"""What compiling a template gives, and what a mail needs besides: envelope and site. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jo.conditions.condition import Condition
from jo.model.content import DEFAULT_VERSION, MailClass
from jo.render.anchors import Link
from jo.render.filling import Filling
from jo.render.names import Path
from jo.render.plan import Values
from jo.render.program import Logic
from jo.render.tokens import Keys

LANGUAGE = "jo_language"
"""The name under which the person's language stands among the values of a page."""


def link_name(index: int) -> str:
    """Return the name under which the address of a link stands among the values of a page."""
    return f"jo_link_{index}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSender:
    """Who a mail comes from."""

    name: Callable[[Values], str]
    """Makes it for one person and raises UnusableError, like the other two."""
    address: Callable[[Values], str]
    tokens: tuple[Path, ...]
    """What `name` and `address` read; where one is NULL, the fallback serves for both."""
    fallback: tuple[str, str] | None
    """Name and address."""
    reply_to: Callable[[Values], str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicSources:
    """Jinja sources of a version by part (`subject`, `text`, `html`)."""

    digest: str
    """Names the sources, so that a worker gets and compiles them once."""
    parts: Mapping[str, str] = field(repr=False)
    constants: Mapping[str, str] = field(repr=False)
    """Values that are the same for everybody and that the sources may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledVersion:
    """One variant of a mail, ready to be built for anybody."""

    filling: Filling
    """Fills those of `subject`, `text` and `html` that are plans."""
    with_logic: Mapping[str, Logic]
    """The others; only a worker may make them."""
    links: tuple[Link, ...]
    """By number; a click token holds the number."""
    own_links: tuple[Link, ...]
    """Those of the links whose address is not the same in every mail."""
    logic: LogicSources | None
    """What the worker makes them from; None when everything is a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTemplate:
    name: str
    class_: MailClass
    sender: CompiledSender
    topic: tuple[str, str] | None
    """Name and title of the topic that List-Id shows."""
    versions: Mapping[str, CompiledVersion]
    conditions: tuple[tuple[str, Condition], ...]
    """When each version but the default applies, in order."""
    paths: frozenset[Path]
    """Every value of the facts that a mail of this template reads."""

    def link_names(self) -> frozenset[str]:
        """Return the names that `clicked(step, name)` may use."""
        return frozenset(
            link.name for version in self.versions.values() for link in version.links if link.name
        )


def choose_version(template: CompiledTemplate, holds: Callable[[Condition], bool]) -> str:
    """Return the first version whose condition holds, else the default."""
    return next((name for name, when in template.conditions if holds(when)), DEFAULT_VERSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is the same for all mails of an environment."""

    domain: str
    """Right side of Message-ID and List-Id; never changes, because a Message-ID must not."""
    base_url: str
    """Where `jo serve` is reached, without a slash at the end."""
    keys: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What one mail has besides its template and the facts."""

    intent: str
    """The intent's public id, for links."""
    identity: str
    """Lower-case hex digest of the send's identity, 32 to 64 digits; Message-ID and boundary come from it."""
    date: datetime
    """Aware. Part of the bytes: the same on every attempt."""
    to_address: str
    to_name: str | None = None
    language: str | None = None
    """The contact's."""
    tracked: bool = True
    """False for a person who does not consent to tracking: links are what they are."""
