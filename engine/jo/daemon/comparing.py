"""What it says when a journal and a store are held against each other. Changes neither."""

from collections.abc import Collection, Mapping, Sequence

from jo.flow.hold import Cause
from jo.ports.journal import Mark, Told
from jo.ports.store import KnownJournal, Store

Finding = tuple[Cause, str, str]
"""A cause with its detail and its subject: the id of the journal that is lost, and nothing otherwise."""


def lost(place: str, gone: Collection[KnownJournal], *, is_alone: bool) -> Sequence[Finding]:
    """Return what is found by a worker whose journal, at `place`, is new; `gone` are those not here."""
    found = [each for each in gone if is_alone or each.place == place]
    newest = sorted(found, key=lambda each: each.at)[-1:]
    return [(Cause.JOURNAL_LOST, _lost(each), each.id) for each in newest]


def agreed(journal: Told, before: KnownJournal | None) -> int:
    """Return the position up to which the store knows the journal; `before` is what it knows of it."""
    return before.mark.position if before is not None and _fits(journal, before.mark) else 0


def differing(
    journal: Told, store: str | None, before: KnownJournal | None, progress: int, unknown: int, missing: int
) -> Sequence[Finding]:
    """Return what is wrong with a journal of whose attempts so many are unknown, and records missing."""
    fits = before is not None and _fits(journal, before.mark)
    found: list[Finding] = []
    told = f"{journal.place} knows {unknown} attempts that the store does not."
    if before is not None and not fits:
        found.append((Cause.JOURNAL_BEHIND, told, ""))
    elif before is None and journal.store != store:
        found.append((Cause.OTHER_STORE, told, ""))
    elif before is None or unknown or (journal.store == store and journal.seen > progress):
        found.append((Cause.ROLLED_BACK, told if unknown else _less_far(journal), ""))
    if before is not None and fits and journal.file != before.file:
        was = "there before" if before.place == journal.place else before.place
        found.append((Cause.CLONED, f"{journal.place} is a copy of what was {was}.", ""))
    if missing:
        found.append((Cause.JOURNAL_DAMAGED, f"{missing} records of {journal.place} are missing.", ""))
    return found


def foreseen(store: Store, own: str, journals: Mapping[str, Told], *, is_alone: bool) -> Sequence[Finding]:
    """Return what a worker would find that began now, while none runs.

    `journals`: place → what lies there; `own` is the place of the one that it would take.
    """
    with store.read() as work:
        name, progress = work.journals.store_id(), work.journals.progress()
        known = {each.id: each for each in work.journals.all()}
        present = {journal.id for journal in journals.values()}
        gone = [each for each in known.values() if each.id not in present]
        found = [] if own in journals else [*lost(own, gone, is_alone=is_alone)]
        for place, journal in journals.items():
            before = known.get(journal.id)
            if before is None and journal.is_new:
                found += lost(place, gone, is_alone=is_alone)
                continue
            missing = 0
            unknown: set[tuple[str, int]] = set()
            for part in journal.since(agreed(journal, before)):
                missing += part.missing
                unknown |= {(each.public, each.number) for each in work.journals.unknown(part.entries)}
            found += differing(journal, name, before, progress, len(unknown), missing)
    return found


def _fits(journal: Told, mark: Mark) -> bool:
    return mark.position <= journal.end.position and journal.check_at(mark.position) == mark.check


def _less_far(journal: Told) -> str:
    return (
        f"The store has come less far than {journal.place} has seen it: applies or opt-outs may be missing. "
        "Apply the newest files again, and suppress who has left since the backup."
    )


def _lost(journal: KnownJournal) -> str:
    return f"It was at {journal.place}, and a worker last began with it at {journal.at:%Y-%m-%d %H:%M} UTC."
