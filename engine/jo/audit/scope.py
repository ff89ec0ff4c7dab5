"""What the invariants of one audit look at, and how they tell what they find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from jo.audit.witness import Witness
from jo.manifest.lower import lower_document
from jo.model.address import Kind
from jo.model.program import Program
from jo.model.project import Project
from jo.plan.applied import applied_project
from jo.ports.store import LiveSpec, Transaction
from jo.ports.store.audit import Case, Check, MailSum, Sizes
from jo.reports.audit import Found, Invariant, Violation
from jo.reports.sends import short_id

EXAMPLES = 10
"""Violations of one invariant that are told one by one."""


class Rule(Protocol):
    """A module of this room: an invariant, and how it is looked at."""

    INVARIANT: Invariant

    def look(self, scope: "Scope") -> Found: ...


@dataclass(frozen=True)
class Scope:
    """One reading transaction, and what is applied in it."""

    work: Transaction
    witness: Witness | None = None

    @cached_property
    def specs(self) -> Mapping[str, LiveSpec]:
        return {spec.revision.address: spec for spec in self.work.specs.live()}

    @cached_property
    def project(self) -> Project:
        return applied_project({address: spec.revision.document for address, spec in self.specs.items()})

    @cached_property
    def sums(self) -> Sequence[MailSum]:
        return self.work.audit.sums()

    @cached_property
    def sizes(self) -> Sizes:
        return self.work.audit.sizes()

    def programs(self, revisions: Sequence[int]) -> Mapping[int, Program]:
        """Return the programs of these revisions, as far as the store has them."""
        found = {}
        for id_, revision in self.work.specs.revisions(revisions).items():
            program = lower_document(Kind.PROGRAM, revision.document)
            assert isinstance(program, Program)
            found[id_] = program
        return found

    def cases(self, check: Check, checked: int, noun: str, words: Mapping[str, str]) -> Found:
        """Return what a query finds; `words` say what each of its faults is, with `{at}` and `{other}`."""
        cases = self.work.audit.cases(check, EXAMPLES)
        violations = tuple(_told(case, words) for case in cases.first)
        return Found(checked=checked, noun=noun, count=cases.count, violations=violations)


class Tally:
    """Counts violations and keeps the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[Violation] = []

    def add(self, where: str, what: str) -> None:
        self.count += 1
        if len(self._first) < EXAMPLES:
            self._first.append(Violation(where=where, what=what))

    def found(self, checked: int, noun: str, remark: str = "") -> Found:
        return Found(
            checked=checked, noun=noun, count=self.count, violations=tuple(self._first), remark=remark
        )


def mail(public: str) -> str:
    return f"mail {short_id(public)}"


def _told(case: Case, words: Mapping[str, str]) -> Violation:
    place = case.journey if case.step is None else f"{case.journey}#{case.step}"
    if case.mail is not None:
        place = f"{mail(case.mail)} of {place}"
    elif case.passage is not None:
        place = f"passage {case.passage} of {place}"
    moments = {
        "at": f"{case.at:%Y-%m-%d %H:%M:%S} UTC" if case.at is not None else "",
        "other": f"{case.other:%Y-%m-%d %H:%M:%S} UTC" if case.other is not None else "",
    }
    return Violation(where=place, what=words[case.fault].format(**moments))
