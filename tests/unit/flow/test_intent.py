"""What happens to a planned mail before and after an attempt."""

from datetime import UTC, datetime, timedelta

import pytest

from jo.flow.intent import (
    AttemptEnd,
    End,
    Intent,
    Keep,
    OpenAttempt,
    Standing,
    Suppression,
    backoff,
    decide_attempt,
    outreach_key,
    program_key,
    public_id,
    settle,
    suppressed_by,
)
from jo.flow.state import INTENT_CHANGES, AttemptState, IntentState, Why, may_become
from jo.model.content import MailClass, OnUncertain

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


def an_intent(**changes: object) -> Intent:
    intent = Intent(
        id=1,
        key="k",
        journey="program/onboarding",
        passage=1,
        step="hello",
        occurrence="1.1",
        contact="c1",
        address="bob@example.com",
        template="welcome",
        class_=MailClass.MARKETING,
        topic="onboarding",
        state=IntentState.PENDING,
        why=Why.DUE,
        detail="",
        priority=0,
        created_at=NOW,
        due_at=NOW,
        expires_at=NOW + timedelta(days=3),
    )
    return intent._replace(**changes)  # type: ignore[arg-type]


def free(**changes: object) -> Standing:
    return Standing(window_opens=NOW)._replace(**changes)  # type: ignore[arg-type]


def a_suppression(scope: str) -> Suppression:
    return Suppression(scope=scope, cause="unsubscribe", at=NOW)


def test_a_mail_that_nothing_holds_opens_an_attempt() -> None:
    assert decide_attempt(an_intent(), free(), NOW) == OpenAttempt()


@pytest.mark.parametrize(
    ("standing", "state", "word"),
    [
        (free(withdrawn="churned"), IntentState.WITHDRAWN, "churned"),
        (free(suppressions=(a_suppression("all"),)), IntentState.SUPPRESSED, "all"),
        (free(suppressions=(a_suppression("marketing"),)), IntentState.SUPPRESSED, "marketing"),
        (free(suppressions=(a_suppression("topic:onboarding"),)), IntentState.SUPPRESSED, "topic:onboarding"),
        (free(refuses_marketing=True), IntentState.SUPPRESSED, "no consent"),
        (free(skipped=True), IntentState.SKIPPED, "false"),
    ],
)
def test_what_forbids_a_mail_ends_it(standing: Standing, state: IntentState, word: str) -> None:
    decision = decide_attempt(an_intent(), standing, NOW)

    assert isinstance(decision, End)
    assert decision.state is state
    assert word in decision.detail


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (free(paused="all"), Why.PAUSE),
        (free(window_opens=LATER), Why.WINDOW),
        (free(stale=True), Why.STALE_FACTS),
        (free(links_dead=True), Why.DEAD_LINKS),
        (free(cap_frees=LATER), Why.CAP),
        (free(window_opens=None), Why.WINDOW),
    ],
)
def test_what_only_holds_a_mail_keeps_it_pending_and_looks_again_later(standing: Standing, why: Why) -> None:
    decision = decide_attempt(an_intent(), standing, NOW)

    assert isinstance(decision, Keep)
    assert decision.why is why
    assert NOW < decision.until <= an_intent().expires_at


def test_a_mail_past_its_life_expires_and_says_what_held_it() -> None:
    decision = decide_attempt(an_intent(why=Why.CAP, expires_at=NOW), free(), NOW)

    assert decision == End(state=IntentState.EXPIRED, detail="held by cap")


def test_an_opt_out_of_another_topic_forbids_nothing() -> None:
    standing = free(suppressions=(a_suppression("topic:surveys"),))

    assert decide_attempt(an_intent(), standing, NOW) == OpenAttempt()


def test_transactional_mail_skips_opt_outs_but_never_the_scope_all() -> None:
    marketing, all_ = a_suppression("marketing"), a_suppression("all")

    assert suppressed_by(MailClass.TRANSACTIONAL, None, (marketing,)) is None
    assert suppressed_by(MailClass.TRANSACTIONAL, None, (marketing, all_)) == all_


@pytest.mark.parametrize(
    ("end", "class_", "state"),
    [
        (AttemptState.ACCEPTED, MailClass.MARKETING, IntentState.ACCEPTED),
        (AttemptState.REJECTED, MailClass.MARKETING, IntentState.FAILED),
        (AttemptState.DEFERRED, MailClass.MARKETING, IntentState.PENDING),
        (AttemptState.UNCERTAIN, MailClass.MARKETING, IntentState.UNCERTAIN),
        (AttemptState.UNCERTAIN, MailClass.TRANSACTIONAL, IntentState.PENDING),
        (AttemptState.UNCERTAIN, MailClass.INTERNAL, IntentState.PENDING),
    ],
)
def test_an_attempt_settles_its_intent_by_its_end_and_class(
    end: AttemptState, class_: MailClass, state: IntentState
) -> None:
    intent = an_intent(state=IntentState.OPEN, class_=class_, attempts=1)

    settled = settle(intent, AttemptEnd(state=end, stage="dot", code=250, text="ok", at=NOW))

    assert settled.state is state
    assert may_become(IntentState.OPEN, state)
    assert (settled.outcome_at == NOW) == (state is not IntentState.PENDING)


@pytest.mark.parametrize("class_", MailClass)
@pytest.mark.parametrize(
    ("on_uncertain", "state", "outcome"),
    [
        (OnUncertain.HOLD, IntentState.UNCERTAIN, None),
        (OnUncertain.ASSUME_SENT, IntentState.UNCERTAIN, NOW),
        (OnUncertain.RESEND, IntentState.PENDING, None),
    ],
)
def test_a_template_says_what_becomes_of_its_uncertain_mails(
    class_: MailClass, on_uncertain: OnUncertain, state: IntentState, outcome: datetime | None
) -> None:
    intent = an_intent(state=IntentState.OPEN, class_=class_, attempts=1)
    end = AttemptEnd(state=AttemptState.UNCERTAIN, stage="dot", code=None, text="reset", at=NOW)

    settled = settle(intent, end, on_uncertain)

    assert (settled.state, settled.outcome_at) == (state, outcome)


def test_retries_wait_longer_each_time_but_never_past_the_end_of_the_mails_life() -> None:
    waits = [backoff(attempts) for attempts in range(1, 40)]

    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=5)
    assert waits[-1] == timedelta(hours=4)
    short = an_intent(attempts=9, expires_at=NOW + timedelta(minutes=1))
    end = AttemptEnd(state=AttemptState.DEFERRED, stage="rcpt", code=450, text="busy", at=NOW)
    assert settle(short, end).due_at == short.expires_at


def test_no_state_leads_to_one_that_is_not_in_the_table() -> None:
    assert set(INTENT_CHANGES) == set(IntentState)
    assert all(after <= set(IntentState) for after in INTENT_CHANGES.values())
    assert not INTENT_CHANGES[IntentState.ACCEPTED]


def test_keys_tell_apart_what_a_plain_join_would_mix_up() -> None:
    keys = {
        program_key("p", "a|b", 1, "s", "1.1"),
        program_key("p", "a", 1, "b|s", "1.1"),
        program_key('p","a', "", 1, "s", "1.1"),
        outreach_key("p", "a", "b"),
        outreach_key("p", 'a","b', ""),
    }

    assert len(keys) == 5
    assert len({public_id(key) for key in keys}) == 5
