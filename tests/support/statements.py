"""The store's statements, found in its modules, for tests that hold all of them to something."""

from sqlalchemy import Select, UpdateBase

from jo.store import (
    attempts,
    audiences,
    claims,
    counts,
    endings,
    evidence,
    facts,
    leases,
    ledger,
    limits,
    operations,
    passages,
    people,
    reports,
    sent,
    shares,
    specs,
    sweeps,
    turns,
)

MODULES = (
    *(attempts, audiences, claims, counts, endings, evidence, facts, leases, ledger, limits),
    *(operations, passages),
    *(people, reports, sent, shares, specs, sweeps, turns),
)

Statement = Select[tuple[object, ...]] | UpdateBase


def statements() -> dict[str, Statement]:
    """Return name → statement, such as `attempts._SETTLE.accepted`."""
    found: dict[str, Statement] = {}
    for module in MODULES:
        room = module.__name__.rpartition(".")[2]
        for name, value in vars(module).items():
            if not name.isupper():
                continue
            each = value.items() if isinstance(value, dict) else [("", value)]
            for key, statement in each:
                if isinstance(statement, Select | UpdateBase):
                    found[f"{room}.{name}.{key}".rstrip(".")] = statement
    return found
