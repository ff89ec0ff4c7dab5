"""What every store promises of what was applied."""

import pytest

from jo.ports.store import ChangeRefusedError, SpecState, StaleGenerationError, Store
from tests.support.builders import DAY, NOON, a_change, a_deployment


def test_a_fresh_store_is_at_generation_zero(store: Store) -> None:
    with store.read() as work:
        assert work.specs.generation() == 0
        assert work.specs.live() == []
        assert work.specs.history(5) == []


def test_what_was_applied_is_live_sorted_by_address(store: Store) -> None:
    with store.write() as work:
        work.specs.commit([a_change("program/b"), a_change("outreach/a")], a_deployment())

    with store.read() as work:
        assert [spec.revision.address for spec in work.specs.live()] == ["outreach/a", "program/b"]
        spec = work.specs.live()[0]
        assert work.specs.generation() == 1
    assert spec.state is SpecState.LIVE
    assert spec.since == NOON
    assert spec.revision.document == {"name": "outreach/a", "form": "fp1:a"}


def test_of_two_applies_at_one_generation_the_second_is_stale_and_writes_nothing(store: Store) -> None:
    with store.write() as work:
        work.specs.commit([a_change(form="fp1:a")], a_deployment(1))

    with pytest.raises(StaleGenerationError), store.write() as work:
        work.specs.commit([a_change(form="fp1:b")], a_deployment(1))

    with store.read() as work:
        assert [spec.revision.fingerprint for spec in work.specs.live()] == ["fp1:a"]


def test_a_changed_spec_gets_a_new_revision_and_the_old_one_stays_readable(store: Store) -> None:
    with store.write() as work:
        work.specs.commit([a_change(form="fp1:a")], a_deployment(1))
    with store.read() as work:
        before = work.specs.live()[0].revision

    with store.write() as work:
        work.specs.commit([a_change(form="fp1:b")], a_deployment(2))

    with store.read() as work:
        after = work.specs.live()[0].revision
        known = work.specs.revisions([before.id, after.id, 99])
    assert after.id != before.id
    assert known == {before.id: before, after.id: after}


def test_a_form_that_was_applied_before_gets_its_former_revision(store: Store) -> None:
    for generation, form in enumerate(["fp1:a", "fp1:b", "fp1:a"], start=1):
        with store.write() as work:
            work.specs.commit([a_change(form=form)], a_deployment(generation))
            if generation == 1:
                first = work.specs.live()[0].revision

    with store.read() as work:
        assert work.specs.live()[0].revision == first


def test_a_retired_spec_keeps_its_revision_and_counts_anew_when_it_comes_back(store: Store) -> None:
    gone = a_change(state=SpecState.RETIRED, document=None, form="")
    back = a_change(state=SpecState.LIVE, document=None, form="")
    with store.write() as work:
        work.specs.commit([a_change()], a_deployment(1))
        work.specs.commit([gone], a_deployment(2, at=NOON + DAY))
        retired = work.specs.live()[0]
        work.specs.commit([back], a_deployment(3, at=NOON + 2 * DAY))
        live = work.specs.live()[0]

    assert (retired.state, retired.since) == (SpecState.RETIRED, NOON)
    assert (live.state, live.since) == (SpecState.LIVE, NOON + 2 * DAY)
    assert live.revision == retired.revision


def test_an_update_does_not_change_since_when_a_spec_is_live(store: Store) -> None:
    with store.write() as work:
        work.specs.commit([a_change(form="fp1:a")], a_deployment(1))
        work.specs.commit([a_change(form="fp1:b")], a_deployment(2, at=NOON + DAY))

    with store.read() as work:
        assert work.specs.live()[0].since == NOON


def test_a_deleted_spec_is_not_live_but_its_revision_stays(store: Store) -> None:
    with store.write() as work:
        work.specs.commit([a_change()], a_deployment(1))
        revision = work.specs.live()[0].revision
        work.specs.commit([a_change(state=None, document=None)], a_deployment(2))

    with store.read() as work:
        assert work.specs.live() == []
        assert work.specs.revisions([revision.id]) == {revision.id: revision}


def test_keeping_a_revision_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(ChangeRefusedError), store.write() as work:
        work.specs.commit([a_change(document=None)], a_deployment(1))


def test_step_keys_outlive_the_spec(store: Store) -> None:
    with store.write() as work:
        work.specs.commit([a_change(step_keys={"hello": "k1", "day3": "k2"})], a_deployment(1))
        work.specs.commit([a_change(form="fp1:b", step_keys={"intro": "k1"})], a_deployment(2))
        work.specs.commit([a_change(state=None, document=None)], a_deployment(3))

    with store.read() as work:
        assert work.specs.step_keys("onboarding") == {"hello": "k1", "day3": "k2", "intro": "k1"}
        assert work.specs.step_keys("other") == {}


def test_history_is_newest_first(store: Store) -> None:
    deployments = [a_deployment(number, approvals=("grace",), commit=None) for number in (1, 2, 3)]
    for deployment in deployments:
        with store.write() as work:
            work.specs.commit([], deployment)

    with store.read() as work:
        assert work.specs.history(2) == [deployments[2], deployments[1]]
