"""Circuit breakers: pauses a template when too many of its mails end badly, until a person has looked.

The pause is an override as a person's, by `jo`: every status and plan shows it, and only `jo resume` lifts
it. What counts as bad is for the caller to say; `count` takes the outcomes of whatever kind.

Good outcomes are remembered here, and written when a bad one comes: where all is well this costs nothing.
Workers add to one small value in the store without waiting for each other, so a few outcomes may get lost,
as they do with a worker that ends. That only makes it a little later that the breaker opens.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jo.daemon.service import Event, Tell
from jo.flow.breaker import BAD, GOOD, LAST, add, is_too_bad
from jo.ports.store import Override, Transaction

WHO = "jo"
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    template: str
    refusal: str | None
    """What was said about a mail that ended badly; None for one that is fine."""


class Breakers:
    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._fine: dict[str, int] = {}
        """Template → good outcomes that are not written yet."""

    def count(self, work: Transaction, outcomes: Iterable[Outcome], now: datetime) -> None:
        """Count how mails ended, in order, and pause the templates of which too many ended badly."""
        bad: dict[str, str] = {}
        seen: dict[str, str] = {}
        for item in outcomes:
            if item.refusal is None:
                seen[item.template] = seen.get(item.template, "") + GOOD
            else:
                seen[item.template] = seen.get(item.template, "") + BAD
                bad[item.template] = item.refusal
        for template, letters in seen.items():
            if template in bad:
                before = GOOD * self._fine.pop(template, 0)
                self._add(work, template, before + letters, bad[template], now)
            else:
                self._fine[template] = min(LAST, self._fine.get(template, 0) + len(letters))

    def _add(self, work: Transaction, template: str, letters: str, said: str, now: datetime) -> None:
        scope = f"template/{template}"
        seen = add(work.operations.recall(_memory(scope)) or "", letters)
        is_open = is_too_bad(seen)
        work.operations.remember(_memory(scope), "" if is_open else seen)
        if is_open:
            refused, of = seen.count(BAD), len(seen)
            words = _ADDRESS.sub("…", said)  # a plan shows it, and that holds nobody's address
            why = f"{refused} of the last {of} mails were refused: {words}"
            if work.operations.pause(Override(scope=scope, who=WHO, why=why, at=now, until=None)) is None:
                fields = {"scope": scope, "refused": refused, "of": of}
                self._tell(Event(name="breaker.opened", at=now, fields=fields))


def _memory(scope: str) -> str:
    return f"breaker:{scope}"
