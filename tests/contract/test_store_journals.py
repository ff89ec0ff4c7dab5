"""What every store promises of journals: marks that nobody moves unseen, and sends that are known better."""

import pytest

from jo.flow.intent import Scope, Suppression, public_id
from jo.flow.state import AttemptState
from jo.ports.journal import Entry, Mark
from jo.ports.store import JournalMovedError, KnownJournal, Store
from tests.support.builders import NOON, a_change, a_deployment, a_fixed, an_intent
from tests.support.stores import a_lease

START, LATER = Mark(position=1, check=2**32 - 1), Mark(position=9, check=5)


def an_entry(name: str, number: int = 1, state: AttemptState = AttemptState.OPEN) -> Entry:
    return Entry(public=public_id(name), number=number, state=state, at=NOON)


def test_a_store_keeps_its_name(store: Store) -> None:
    with store.write() as work:
        assert work.journals.store_id() is None
        work.journals.name_store("aa" * 16)
    with store.read() as work:
        assert work.journals.store_id() == "aa" * 16


def test_a_mark_moves_from_where_it_was_left_and_from_nowhere_else(store: Store) -> None:
    journal = KnownJournal(id="ab" * 16, place="host:/journal/1", file="7", mark=START, at=NOON)
    with store.write() as work:
        work.journals.put(journal)
        work.journals.advance(journal.id, START, LATER)
        (found,) = work.journals.all()
        assert (found.mark, found.place, found.file) == (LATER, journal.place, "7")

    for before in (START, Mark(position=9, check=6)):
        with pytest.raises(JournalMovedError), store.write() as work:
            work.journals.advance(journal.id, before, LATER)
    with pytest.raises(JournalMovedError), store.write() as work:
        work.journals.advance("cd" * 16, LATER, LATER)


def test_marks_applies_and_opt_outs_are_progress_and_what_changes_nothing_is_none(store: Store) -> None:
    journal = KnownJournal(id="ab" * 16, place="host:/journal/1", file="7", mark=START, at=NOON)
    out = ("ada@people.example", Suppression(scope=Scope.ALL, cause="file", at=NOON), "")
    found = []
    for _ in range(2):
        with store.write() as work:
            found.append(work.journals.progress())
            work.journals.put(journal)
            found.append(work.journals.progress())
            work.people.suppress([out])
            found.append(work.journals.progress())
    with store.write() as work:
        work.specs.commit([a_change()], a_deployment(1))
        found.append(work.journals.progress())
    assert found == [0, 1, 2, 2, 2, 2, 3]


def test_what_is_unknown_are_attempts_that_the_store_does_not_have(store: Store) -> None:
    lease = a_lease(store)
    intent = an_intent()
    with store.write(lease) as work:
        work.ledger.create([intent])
        (line,) = work.reports.intents()
        work.ledger.open([(line.intent.id, a_fixed())], NOON)
    with store.read() as work:
        first, second = an_entry(intent.key), an_entry(intent.key, number=2)
        assert work.journals.unknown([first, second, an_entry("nobody")]) == [second, an_entry("nobody")]
