"""The result of an audit: what holds, on how much, and each violation with what it means and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jo.reports.status import Mails


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """Something that holds for every store, whatever happened to its workers."""

    name: str
    """A word that names it in JSON and in reports of trouble."""
    holds: str
    """What holds, in a line."""
    means: str
    """What a violation means for people, in whole sentences."""
    advice: str
    """What to do about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    where: str
    """A mail by its id, a passage, a journey; never an address."""
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found about one invariant."""

    checked: int
    noun: str
    """What was counted, one of it: `mail`, `attempt`."""
    count: int = 0
    """How many violations there are."""
    violations: tuple[Violation, ...] = ()
    """The first of them."""
    remark: str = ""
    """What the number alone does not say: since when a cap holds, what could not be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    invariant: Invariant
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    generation: int
    lines: tuple[Line, ...]
    accounts: Mapping[str, Mails] = field(default_factory=dict)
    """Journey → its mails, counted one by one; every one of them in one place."""
    witnessed: int | None = None
    """Acceptances that the witness told of; None without one."""

    @property
    def count(self) -> int:
        """How many violations there are in all."""
        return sum(line.found.count for line in self.lines)

    @property
    def holds(self) -> bool:
        return self.count == 0
