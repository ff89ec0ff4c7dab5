"""What speaks against a plan: much that goes at once, steps with people on them, permits that do not fit."""

from datetime import date

import pytest

from jo.model.canonical import Fingerprints
from jo.model.policy import Allowance, Permit
from jo.plan.diff import diff
from jo.plan.guards import guards, unfitting_permits
from jo.plan.plan import Guard, GuardLevel, Impact
from jo.plan.state import Spec, State, by_address, digest, settings_spec


def a_spec(address: str, **document: object) -> Spec:
    return Spec(
        address=address, document=document, fingerprints=Fingerprints(whole=digest(document), parts={})
    )


def topics(count: int) -> State:
    return by_address([settings_spec("UTC", {}), *(a_spec(f"topic/t{number:02}") for number in range(count))])


def found(live: State, desired: State, *impact: Impact) -> tuple[Guard, ...]:
    return guards(live, desired, diff(live, desired), {item.address: item for item in impact})


@pytest.mark.parametrize(
    ("live", "desired", "is_refused"),
    [
        (30, 24, False),
        (30, 23, True),
        (10, 5, False),
        (10, 4, True),
        (3, 1, False),
        (3, 0, True),
        (0, 0, False),
    ],
)
def test_more_than_five_and_more_than_a_fifth_or_all_is_too_much(
    live: int, desired: int, is_refused: bool
) -> None:
    levels = [(item.code, item.level) for item in found(topics(live), topics(desired))]

    assert levels == ([("J702", GuardLevel.REFUSES)] if is_refused else [])


def test_the_reviewer_is_told_who_stands_on_a_step_that_goes() -> None:
    live = by_address([a_spec("program/care", steps={"one": {}, "two": {}}), a_spec("topic/a")])
    desired = by_address([a_spec("program/care", steps={"one": {}}), a_spec("topic/a")])

    (guard,) = found(live, desired, Impact(address="program/care", people_by_step={"one": 3, "two": 4}))

    assert (guard.code, guard.level) == ("J701", GuardLevel.WARNS)
    assert "4 on `two`" in guard.detail
    assert "`one`" not in guard.detail
    assert found(live, desired, Impact(address="program/care", people_by_step={"one": 3})) == ()


@pytest.mark.parametrize(
    ("target", "form", "word"),
    [
        ("topic/t01", "fp1:other", "another form"),
        ("topic/gone", "fp1:other", "not live"),
        ("topic/t00", "fp1:other", None),
        ("topic/t01", digest({}), None),
    ],
)
def test_a_permit_that_does_nothing_is_told(target: str, form: str, word: str | None) -> None:
    permit = Permit(
        name="go",
        allow=Allowance(delete=target, fingerprint=form),
        reason="over",
        expires=date(2026, 12, 31),
    )

    guards_ = unfitting_permits(topics(2), topics(1), [permit])

    assert [(item.address, word in item.detail) for item in guards_] == (
        [("permit/go", True)] if word is not None else []
    )
