"""Finds mails that somebody names: by the first digits of their id, or by a Message-ID of a relay's log."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from jo.ports.errors import WorldError

if TYPE_CHECKING:
    from jo.flow.intent import Intent
    from jo.ports.store import Transaction

LEAST = 6
"""Digits that name a mail."""

_ID = re.compile(rf"<?([0-9a-f]{{{LEAST},32}})(?:@[^<>\s]+>?)?")


def find_mails(work: "Transaction", names: Sequence[str]) -> "list[Intent]":
    """Return the mails of these names, each once. Raises WorldError for a name of none, or of several."""
    from jo.flow.intent import public_id

    found: dict[int, Intent] = {}
    for name in names:
        digits = _digits(name)
        mails = work.ledger.by_prefix(digits, 2)
        if not mails:
            raise WorldError(f"There is no mail `{name}`. `jo sends` shows the ids.")
        if len(mails) > 1:
            known = ", ".join(public_id(mail.key)[: len(digits) + 4] for mail in mails)
            raise WorldError(f"`{name}` is the beginning of more than one mail's id: {known}, …")
        found[mails[0].id] = mails[0]
    return list(found.values())


def _digits(name: str) -> str:
    found = _ID.fullmatch(name.strip().casefold())
    if found is None:
        raise click.UsageError(
            f"`{name}` is no id of a mail: that is {LEAST} digits or more as `jo sends` shows them, "
            "or a Message-ID."
        )
    return found[1]


def check_journey(work: "Transaction", journey: str, step: str | None = None) -> None:
    """Raise WorldError for a journey that is neither live nor has mails, and for a step that it has not."""
    from jo.daemon.live import load
    from jo.diagnostics.nearest import suggestion

    project = load(work, work.specs.generation()).project
    steps = {str(item.address): item.steps for item in project.programs.values()}
    known = steps.keys() | {str(item.address) for item in project.outreaches.values()}
    if journey not in known and not work.reports.intents(journey=journey, limit=1):
        near = suggestion(journey, known, noun="journey")
        raise WorldError(f"There is no journey `{journey}` that was applied. {near}")
    if step is not None and journey in known and step not in (own := steps.get(journey, {})):
        near = suggestion(step, own, noun="step")
        raise WorldError(f"`{journey}` has no step `{step}`. {near}")
