"""The mails of one person, as `jo preview` shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewMail:
    template: str
    steps: tuple[str, ...]
    """The steps that send it, where a program is shown."""
    version: str
    is_chosen: bool
    """Whether this is the version that the person would get."""
    sender: str
    recipient: str
    subject: str
    text: str
    """The plain-text part."""
    trouble: str
    """Why the mail cannot be built for this person; empty when it can."""
    files: tuple[str, ...] = ()
    """Where it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewReport:
    address: str
    person: str
    """Who it is, in words: `contact 42`, or `a made-up person`."""
    mails: tuple[PreviewMail, ...]
