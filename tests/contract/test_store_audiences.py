"""What every store promises of lists: membership as intervals, and whom nothing was decided about yet."""

from datetime import datetime

import pytest

from jo.ports.store import MembersDelta, Store, Transaction, Undecided
from jo.store import audiences
from tests.support.builders import DAY, NOON, a_decision, a_member, a_snapshot


def sync(work: Transaction, keys: str, at: datetime = NOON) -> MembersDelta:
    """Make the letters of `keys` the members of the list `admins`."""
    return work.audiences.sync("admins", [a_member(key) for key in keys], a_snapshot(at, size=len(keys)))


def undecided(work: Transaction, since: datetime = NOON) -> str:
    page = work.audiences.undecided("program/onboarding", "", "admins", since, 100)
    return "".join(item.key for item in page.found)


def test_a_list_that_was_never_computed_has_no_snapshot_and_no_members(store: Store) -> None:
    with store.read() as work:
        assert work.audiences.snapshot("admins") is None
        assert work.audiences.size("admins") == 0
        assert work.audiences.contacts(["admins"]) == frozenset()


def test_members_enter_and_leave_by_difference(store: Store) -> None:
    with store.write() as work:
        assert sync(work, "abc") == MembersDelta(entered=3, left=0, size=3)
        assert sync(work, "bcd", NOON + DAY) == MembersDelta(entered=1, left=1, size=3)
        assert sync(work, "bcd", NOON + 2 * DAY) == MembersDelta(entered=0, left=0, size=3)

    with store.read() as work:
        assert work.audiences.contacts(["admins"]) == {"b", "c", "d"}
        assert work.audiences.present("admins", ["a", "b", "z"]) == {"b"}
        assert work.audiences.size("admins") == 3
        assert work.audiences.snapshot("admins") == a_snapshot(NOON + 2 * DAY, size=3)


def test_who_stays_is_a_member_since_the_first_time_and_who_comes_back_since_then(store: Store) -> None:
    with store.write() as work:
        sync(work, "ab")
        sync(work, "a", NOON + DAY)
        sync(work, "ab", NOON + 2 * DAY)
        page = work.audiences.undecided("program/onboarding", "", "admins", NOON, 10)

    assert page.end is None
    assert page.found == [
        Undecided(key="a", contact="a", member_since=NOON),
        Undecided(key="b", contact="b", member_since=NOON + 2 * DAY),
    ]


def test_a_member_behind_whom_stands_another_contact_leaves_and_enters(store: Store) -> None:
    with store.write() as work:
        work.audiences.sync("admins", [a_member("c", "ada"), a_member("d", "eve")], a_snapshot())
        moved = [a_member("c", "bob"), a_member("d", "eve")]
        assert work.audiences.difference("admins", moved) == 2

        delta = work.audiences.sync("admins", moved, a_snapshot(NOON + DAY))

        assert delta == MembersDelta(entered=1, left=1, size=2)
        assert work.audiences.contacts(["admins"]) == {"bob", "eve"}
        assert work.audiences.keys(["admins", "owners"]) == {"c", "d"}


def test_a_member_without_a_contact_is_one_all_the_same(store: Store) -> None:
    nobody = a_member("c").__class__(key="c", contact=None)
    with store.write() as work:
        assert work.audiences.sync("admins", [nobody], a_snapshot()).entered == 1
        again = work.audiences.sync("admins", [nobody], a_snapshot(NOON + DAY))

        assert again == MembersDelta(entered=0, left=0, size=1)
        assert work.audiences.contacts(["admins"]) == frozenset()
        assert undecided(work) == "c"


def test_two_syncs_at_one_instant_leave_no_interval_without_length(store: Store) -> None:
    with store.write() as work:
        sync(work, "ab")
        assert sync(work, "b") == MembersDelta(entered=0, left=1, size=1)
        assert sync(work, "ab") == MembersDelta(entered=1, left=0, size=2)

        assert undecided(work) == "ab"


def test_the_difference_is_told_without_a_change(store: Store) -> None:
    with store.write() as work:
        sync(work, "abc")

    with store.read() as work:
        assert work.audiences.difference("admins", [a_member(key) for key in "bcde"]) == 3
        assert work.audiences.difference("admins", []) == 3
        assert work.audiences.difference("other", [a_member("a")]) == 1
        assert work.audiences.contacts(["admins"]) == {"a", "b", "c"}


def test_a_kept_snapshot_changes_nobody(store: Store) -> None:
    kept = a_snapshot(NOON + DAY, size=2, kept_because="2 members, at most 1", left_out={"excluded": 4})
    with store.write() as work:
        sync(work, "ab")
        work.audiences.keep("admins", kept)

    with store.read() as work:
        assert work.audiences.snapshot("admins") == kept
        assert work.audiences.size("admins") == 2


def test_lists_do_not_mix(store: Store) -> None:
    with store.write() as work:
        sync(work, "ab")
        work.audiences.sync("owners", [a_member("b"), a_member("c")], a_snapshot())

        assert work.audiences.contacts(["admins", "owners"]) == {"a", "b", "c"}
        assert work.audiences.present("owners", ["a", "b"]) == {"b"}


def test_undecided_is_who_has_no_decision_that_holds(store: Store) -> None:
    with store.write() as work:
        sync(work, "abcde")
        work.audiences.decide(
            [
                a_decision("a"),
                a_decision("b", "held out", final=True),
                a_decision("c", "no usable address"),
                a_decision("d", "no usable address", at=NOON + DAY),
            ]
        )

        assert undecided(work, since=NOON) == "e"
        assert undecided(work, since=NOON + DAY) == "ce"
        assert undecided(work, since=NOON + 2 * DAY) == "cde"


def test_a_later_decision_replaces_an_earlier_one(store: Store) -> None:
    with store.write() as work:
        sync(work, "a")
        work.audiences.decide([a_decision("a", "suppressed")])
        work.audiences.decide([a_decision("a", at=NOON + DAY)])

        assert undecided(work, since=NOON + 2 * DAY) == ""
        assert work.reports.decisions() == [a_decision("a", at=NOON + DAY)]


def test_each_occurrence_is_decided_for_itself(store: Store) -> None:
    with store.write() as work:
        sync(work, "a")
        work.audiences.decide([a_decision("a", journey="outreach/news", occurrence="2026-03")])

        def open_in(occurrence: str) -> int:
            return len(work.audiences.undecided("outreach/news", occurrence, "admins", NOON, 10).found)

        assert open_in("2026-03") == 0
        assert open_in("2026-04") == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("members", [1, 2, 3, 7, 100])
def test_a_long_list_is_walked_in_pages(
    store: Store, limit: int, members: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiences, "PAGE", members)
    seen: list[str] = []
    pages = 0
    with store.write() as work:
        sync(work, "abcdefg")
        work.audiences.decide([a_decision(key) for key in "bcde"])
        after: str | None = ""
        while after is not None:
            page = work.audiences.undecided("program/onboarding", "", "admins", NOON, limit, after)
            assert len(page.found) <= min(limit, members)
            seen += [item.key for item in page.found]
            after, pages = page.end, pages + 1

    assert seen == ["a", "f", "g"]
    assert pages >= 7 / members


def test_who_left_the_list_is_no_candidate(store: Store) -> None:
    with store.write() as work:
        sync(work, "ab")
        sync(work, "b", NOON + DAY)

        assert undecided(work) == "b"
