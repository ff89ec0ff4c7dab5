"""The mails of the ledger, one a line."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLine:
    at: datetime
    """When it went out, also where nobody knows whether it did, or ended, else when it is due; in the
    project's zone."""
    journey: str
    step: str | None
    occurrence: str
    contact: str
    address: str
    template: str
    state: str
    why: str
    """What holds it, why it was not sent, or the relay's last words."""
    attempts: int
    attempted_at: datetime | None
    """When its last attempt began; None before the first."""
    message_id: str
    """The public id in its Message-ID and links; its first digits name the mail."""
    evidence: tuple[str, ...] = ()
    """What was said about it after nobody knew its end, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendsReport:
    lines: tuple[SendLine, ...]
    is_cut: bool
    """Whether there are more than were asked for."""


SHOWN = 10
"""Digits of a mail's id that are shown; of a million mails, hardly two share them."""


def short_id(public: str) -> str:
    return public[:SHOWN]
