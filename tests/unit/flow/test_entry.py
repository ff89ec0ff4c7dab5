"""Who enters a program, and why somebody does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jo.flow.entry import (
    Candidate,
    Enter,
    Refusal,
    Refuse,
    decide_entry,
    identity_value,
    is_held_out,
    share,
)
from jo.flow.intent import Suppression
from jo.model.program import Entry, Existing, Holdout, Program, ReentryAfter
from jo.steps.exit import Exit
from jo.timing.durations import Duration, Unit

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def a_program(**changes: object) -> Program:
    program = Program(
        name="onboarding",
        audience="new-admins",
        entry=Entry(existing=Existing.SKIP),
        fields={},
        exit_when={},
        steps={"over": Exit(exit="over")},
    )
    return replace(program, **changes)  # type: ignore[arg-type]


def a_candidate(**changes: object) -> Candidate:
    candidate = Candidate(
        key="c1",
        contact="c1",
        identity="c1",
        hashed="c1",
        address="bob@example.com",
        from_start=False,
        exit_reason=None,
    )
    return replace(candidate, **changes)  # type: ignore[arg-type]


def test_who_is_new_to_the_list_enters() -> None:
    assert decide_entry(a_program(), a_candidate(), NOW) == Enter(passage=1)


@pytest.mark.parametrize(
    ("candidate", "reason", "final"),
    [
        (a_candidate(from_start=True), Refusal.EXISTING, True),
        (a_candidate(contact=None), Refusal.NOT_CONTACT, False),
        (a_candidate(address=None), Refusal.NO_ADDRESS, False),
        (a_candidate(is_inside=True, passages=1), Refusal.INSIDE, False),
        (a_candidate(passages=1, last_ended=NOW - timedelta(days=900)), Refusal.BEEN_THROUGH, False),
        (
            a_candidate(suppressions=(Suppression(scope="all", cause="bounce", at=NOW),)),
            Refusal.SUPPRESSED,
            False,
        ),
        (a_candidate(exit_reason="churned"), "leaves at once: churned", False),
    ],
)
def test_each_refusal_says_its_reason_and_whether_it_can_pass(
    candidate: Candidate, reason: str, final: bool
) -> None:
    assert decide_entry(a_program(), candidate, NOW) == Refuse(reason=reason, final=final)


def test_an_opt_out_of_marketing_does_not_keep_anybody_out_of_a_program() -> None:
    candidate = a_candidate(suppressions=(Suppression(scope="marketing", cause="unsubscribe", at=NOW),))

    assert decide_entry(a_program(), candidate, NOW) == Enter(passage=1)


def test_existing_people_enter_where_the_program_says_so() -> None:
    program = a_program(entry=Entry(existing=Existing.ENTER))

    assert decide_entry(program, a_candidate(from_start=True), NOW) == Enter(passage=1)


def test_reentry_counts_from_the_end_of_the_last_passage() -> None:
    program = a_program(
        entry=Entry(existing=Existing.SKIP, reentry=ReentryAfter(after=Duration(180, Unit.DAY)))
    )
    before = a_candidate(passages=1, last_ended=NOW - timedelta(days=179))
    after = a_candidate(passages=1, last_ended=NOW - timedelta(days=180))

    assert isinstance(decide_entry(program, before, NOW), Refuse)
    assert decide_entry(program, after, NOW) == Enter(passage=2)


def test_hold_out_keeps_about_its_share_and_a_higher_percentage_only_adds() -> None:
    values = [f"co-{number}" for number in range(4000)]

    held = {
        percent: {value for value in values if is_held_out(Holdout(percent=percent), "onboarding", value)}
        for percent in (0, 15, 30, 100)
    }

    assert held[0] <= held[15] <= held[30] <= held[100]
    assert not held[0]
    assert len(held[100]) == len(values)
    assert 0.13 < len(held[15]) / len(values) < 0.17


def test_programs_of_one_group_hold_out_the_same_people() -> None:
    grouped = Holdout(percent=50, group="quiet")
    values = [f"c{number}" for number in range(200)]

    assert [is_held_out(grouped, "a", value) for value in values] == [
        is_held_out(grouped, "b", value) for value in values
    ]
    own = Holdout(percent=50)
    assert [is_held_out(own, "a", value) for value in values] != [
        is_held_out(own, "b", value) for value in values
    ]


def test_a_share_is_stable_and_identities_never_mix() -> None:
    assert share("a", "b") == share("a", "b")
    assert share("a", "b") != share("ab")
    assert identity_value(["a", "b"]) != identity_value(["a,b"])
    assert identity_value(["a"]) == "a"
