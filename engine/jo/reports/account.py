"""The account at the end of a demonstration: who got what, who waits, who was left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Mails of one template on one local day."""

    day: date
    template: str
    count: int
    examples: tuple[str, ...]
    """Some of the contacts, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    sent: tuple[Sent, ...]
    waiting: tuple[tuple[str, int, str], ...]
    """Step, people, what they wait for."""
    left_out: tuple[tuple[str, int, str], ...]
    """Journey, people or mails, why."""
    uncertain: int

    @property
    def total(self) -> int:
        return sum(item.count for item in self.sent)


EXAMPLES = 2
"""Contacts that are named for each template and day."""


def read_account(sends: Sequence[Mapping[str, Any]], status: Mapping[str, Any]) -> Account:
    """Put the account together from what `jo sends --json` and `jo status --json` say."""
    went = [send for send in sends if send["state"] in ("accepted", "uncertain")]
    by_day: dict[tuple[str, str], list[str]] = {}
    for send in sorted(went, key=lambda send: (send["at"], send["contact"])):
        by_day.setdefault((send["at"][:10], send["template"]), []).append(send["contact"])
    sent = [
        Sent(
            day=date.fromisoformat(day),
            template=template,
            count=len(contacts),
            examples=tuple(contacts[:EXAMPLES]),
        )
        for (day, template), contacts in sorted(by_day.items())
    ]
    waiting: list[tuple[str, int, str]] = []
    left_out: list[tuple[str, int, str]] = []
    for journey in status["journeys"]:
        address = journey["address"]
        for step in journey.get("inside", ()):
            for why, count in step["waits"].items():
                waiting.append((f"{address}#{step['step']}", count, why))
        reasons = Counter(journey.get("refused", {})) + Counter(journey["mails"]["not_sent"])
        left_out += [(address, count, why) for why, count in reasons.most_common()]
    return Account(
        sent=tuple(sent),
        waiting=tuple(waiting),
        left_out=tuple(left_out),
        uncertain=sum(send["state"] == "uncertain" for send in went),
    )
