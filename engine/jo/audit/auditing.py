"""Looks at all invariants in one reading transaction."""

from collections.abc import Sequence

from jo.audit import (
    acceptance,
    accounts,
    caps,
    counts,
    course,
    endings,
    fences,
    identities,
    lateness,
    order,
    passages,
    pauses,
    states,
    suppression,
    witnessed,
)
from jo.audit.scope import Rule, Scope
from jo.audit.witness import Witness
from jo.ports.store import Store, Transaction
from jo.reports.audit import AuditReport, Line

RULES: Sequence[Rule] = (
    accounts,
    identities,
    states,
    acceptance,
    fences,
    suppression,
    lateness,
    pauses,
    caps,
    order,
    passages,
    course,
    endings,
    counts,
)
"""In the order of the report: what harms people first, first."""


def audit(store: Store, witness: Witness | None = None) -> AuditReport:
    """Hold a store against its invariants, and against what a witness says. Raises StoreError."""
    with store.read() as work:
        return look(work, witness)


def look(work: Transaction, witness: Witness | None = None) -> AuditReport:
    """Do so with what one transaction sees."""
    scope = Scope(work, witness)
    lines = [Line(invariant=rule.INVARIANT, found=rule.look(scope)) for rule in RULES]
    if witness is not None:
        told = zip(witnessed.INVARIANTS, witnessed.look(scope), strict=True)
        lines += [Line(invariant=invariant, found=found) for invariant, found in told]
    return AuditReport(
        generation=work.specs.generation(),
        lines=tuple(lines),
        accounts=accounts.accounts(scope.sums),
        witnessed=None if witness is None else len(witness),
    )
