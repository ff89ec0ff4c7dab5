"""What every store promises of sends that a journal knows: no mail that may have gone counts as unsent."""

from collections.abc import Callable

import pytest

from jo.flow.intent import End, public_id
from jo.flow.state import AttemptState, IntentState
from jo.model.content import MailClass
from jo.ports.journal import Entry
from jo.ports.store import Store, Transaction
from tests.support.builders import MINUTE, NOON, a_fixed, a_passage, an_intent
from tests.support.stores import a_lease

Word = tuple[int, AttemptState]
ACCEPTED, OPEN, DEFERRED, REJECTED, UNCERTAIN = (
    AttemptState.ACCEPTED,
    AttemptState.OPEN,
    AttemptState.DEFERRED,
    AttemptState.REJECTED,
    AttemptState.UNCERTAIN,
)


def know(store: Store, name: str, *words: Word) -> None:
    with store.write() as work:
        work.journals.know(
            [Entry(public=public_id(name), number=number, state=state, at=NOON) for number, state in words]
        )


def planned(store: Store, name: str = "mail", **changes: object) -> int:
    """Plan a mail of this key, and return its id."""
    with store.write() as work:
        work.ledger.create([an_intent(name, key=name, **changes)])
        found = work.ledger.by_public_id(public_id(name))
    assert found is not None
    return found.id


def state_of(store: Store, id_: int) -> IntentState:
    with store.read() as work:
        assert work.counts.miscounts() == []
        return work.ledger.load([id_])[id_].state


def test_of_mails_that_are_not_planned_it_is_told_which_will_be_settled(store: Store) -> None:
    told = {"a": ACCEPTED, "b": OPEN, "c": DEFERRED, "d": REJECTED}
    for name, state in told.items():
        know(store, name, (1, state))
    with store.read() as work:
        found = work.journals.known([public_id(name) for name in (*told, "e")])
    assert found == {public_id(name) for name in "abd"}


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ([(1, UNCERTAIN), (2, ACCEPTED), (3, REJECTED)], IntentState.ACCEPTED),
        ([(1, OPEN), (2, DEFERRED)], IntentState.UNCERTAIN),
        ([(1, OPEN), (1, ACCEPTED)], IntentState.ACCEPTED),
        ([(1, OPEN), (1, REJECTED)], IntentState.FAILED),
        ([(1, OPEN), (1, DEFERRED)], IntentState.PENDING),
        ([], IntentState.PENDING),
    ],
)
def test_the_word_that_matters_most_settles_a_mail_that_is_due(
    store: Store, words: list[Word], state: IntentState
) -> None:
    know(store, "mail", *words)
    id_ = planned(store)  # it may be planned later than it is known
    with store.write() as work:
        settled = work.ledger.settle_known({id_: a_fixed()})
        found = work.ledger.load([id_])[id_]
    assert (state_of(store, id_), set(settled)) == (state, set() if state is IntentState.PENDING else {id_})
    if settled:
        assert (found.outcome_at, found.fixed, found.attempts) == (NOON, a_fixed(), 1)
        with store.write() as work:
            assert not work.ledger.settle_known({id_: None})


ENDS: dict[str, Callable[[Transaction, int], object]] = {
    "end": lambda work, id_: work.ledger.end([(id_, End(state=IntentState.WITHDRAWN, detail=""))], NOON),
    "withdraw": lambda work, id_: work.ledger.withdraw([1], "left", NOON),
    "withdraw-journey": lambda work, id_: work.ledger.withdraw_journey("program/p", "retired", NOON, 9),
}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("is_quarantined", [False, True])
@pytest.mark.parametrize(
    ("word", "state"), [(ACCEPTED, IntentState.ACCEPTED), (OPEN, IntentState.UNCERTAIN), (DEFERRED, None)]
)
def test_a_known_mail_never_ends_as_unsent_whoever_ends_it(
    store: Store, how: str, is_quarantined: bool, word: AttemptState, state: IntentState | None
) -> None:
    with store.write() as work:
        work.passages.enter([a_passage("mail")])
    id_ = planned(store, journey="program/p", passage=1)
    other = planned(store, "other", journey="program/p", passage=1, step="later")
    if is_quarantined:
        with store.write() as work:
            work.ledger.end([(id_, End(state=IntentState.QUARANTINED, detail="spoiled"))], NOON)
    know(store, "mail", (1, word))
    assert state_of(store, id_) in (IntentState.PENDING, IntentState.QUARANTINED)

    with store.write() as work:
        ENDS[how](work, id_)

    assert state_of(store, id_) == (state or IntentState.WITHDRAWN)
    assert state_of(store, other) == (IntentState.PENDING if how == "end" else IntentState.WITHDRAWN)


def test_what_was_refused_before_the_loss_fails_and_what_is_in_doubt_here_stays_so(store: Store) -> None:
    lease = a_lease(store)
    refused, spoiled = planned(store, "refused"), planned(store, "spoiled")
    with store.write(lease) as work:
        work.ledger.end([(spoiled, End(state=IntentState.QUARANTINED, detail=""))], NOON)
    know(store, "refused", (1, REJECTED))
    know(store, "spoiled", (1, REJECTED))
    with store.write() as work:
        work.ledger.end(
            [(id_, End(state=IntentState.WITHDRAWN, detail="")) for id_ in (refused, spoiled)], NOON
        )
    assert state_of(store, refused) is IntentState.FAILED
    assert state_of(store, spoiled) is IntentState.WITHDRAWN


@pytest.mark.parametrize(("word", "counts"), [(ACCEPTED, 1), (OPEN, 1), (DEFERRED, 0), (REJECTED, 0)])
def test_a_known_mail_counts_for_caps_before_it_is_settled(
    store: Store, word: AttemptState, counts: int
) -> None:
    planned(store, address="ada@people.example", class_=MailClass.MARKETING)
    know(store, "mail", (1, word))
    for since, found in ((NOON - MINUTE, counts), (NOON + MINUTE, 0)):
        with store.read() as work:
            sent = work.ledger.sent_since(["ada@people.example"], MailClass.MARKETING, since)
        assert len(sent.get("ada@people.example", ())) == found
