"""What every store promises of lists: membership as intervals, and whom nothing was decided about yet."""

from datetime import datetime

import pytest

from jo.ports.store import Snapshot, Store, Transaction, Undecided
from jo.ports.warehouse import Member
from jo.store import audiences
from tests.support.builders import DAY, NOON, a_decision, a_member, a_snapshot
from tests.support.stores import take_members


def take(work: Transaction, keys: str, at: datetime = NOON) -> Snapshot:
    """Make the letters of `keys` the members of the list `admins`."""
    return take_members(work, "admins", [a_member(key) for key in keys], at)


def members(work: Transaction, name: str = "admins") -> str:
    return "".join(member.key for member in work.audiences.members(name, "", 100))


def present(work: Transaction, name: str = "admins") -> str:
    return "".join(sorted(work.audiences.present(name, "abcdefgh")))


def undecided(work: Transaction, since: datetime = NOON) -> str:
    page = work.audiences.undecided("program/onboarding", "", "admins", since, 100)
    return "".join(item.key for item in page.found)


def test_a_list_that_was_never_computed_has_no_snapshot_and_no_members(store: Store) -> None:
    with store.read() as work:
        assert work.audiences.snapshot("admins") is None
        assert members(work) == present(work) == undecided(work) == ""


def test_members_enter_and_leave(store: Store) -> None:
    with store.write() as work:
        take(work, "abc")
        take(work, "bcd", NOON + DAY)
        newest = take(work, "bcd", NOON + 2 * DAY)

    with store.read() as work:
        assert members(work) == present(work) == undecided(work) == "bcd"
        assert work.audiences.present("admins", ["a", "b", "z"]) == {"b"}
        assert work.audiences.snapshot("admins") == newest
        assert newest == a_snapshot(NOON + 2 * DAY, size=3, number=3)


def test_who_stays_is_a_member_since_the_first_time_and_who_comes_back_since_then(store: Store) -> None:
    with store.write() as work:
        take(work, "ab")
        take(work, "a", NOON + DAY)
        take(work, "ab", NOON + 2 * DAY)
        page = work.audiences.undecided("program/onboarding", "", "admins", NOON, 10)

    assert page.end is None
    assert page.found == [
        Undecided(key="a", contact="a", member_since=NOON),
        Undecided(key="b", contact="b", member_since=NOON + 2 * DAY),
    ]


def test_a_member_behind_whom_stands_another_contact_leaves_and_enters(store: Store) -> None:
    with store.write() as work:
        take_members(work, "admins", [a_member("c", "ada"), a_member("d", "eve")])
        take_members(work, "admins", [a_member("c", "bob"), a_member("d", "eve")], NOON + DAY)

        assert work.audiences.members("admins", "", 10) == [Member("c", "bob"), Member("d", "eve")]
        assert work.audiences.present("admins", ["ada", "bob", "eve"]) == {"bob", "eve"}


def test_a_member_without_a_contact_is_one_all_the_same(store: Store) -> None:
    with store.write() as work:
        take_members(work, "admins", [Member("c", None)])

        assert work.audiences.members("admins", "", 10) == [Member("c", None)]
        assert undecided(work) == "c"
        take(work, "", NOON + DAY)
        assert undecided(work) == ""


def test_a_clock_that_was_set_back_takes_nobody_in_or_out(store: Store) -> None:
    with store.write() as work:
        take(work, "ab", NOON + DAY)
        take(work, "bc", NOON)

        assert members(work) == present(work) == undecided(work) == "bc"


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_members_are_walked_in_pages(store: Store, limit: int) -> None:
    with store.write() as work:
        take(work, "abcdefg")
        seen, after = "", ""
        while page := work.audiences.members("admins", after, limit):
            seen, after = seen + "".join(member.key for member in page), page[-1].key

    assert seen == "abcdefg"


def test_nothing_of_a_snapshot_is_seen_before_its_mark(store: Store) -> None:
    with store.write() as work:
        before = take(work, "abc")
        work.audiences.leave("admins", 2, ["a"], NOON + DAY)
        work.audiences.enter("admins", 2, [a_member("d")], NOON + DAY)

        assert present(work) == "abc"
        assert undecided(work) == "bc"  # nobody begins with somebody who is about to leave
        assert work.audiences.snapshot("admins") == before

        work.audiences.mark("admins", a_snapshot(NOON + DAY, size=3, number=2))
        assert present(work) == undecided(work) == "bcd"


def test_who_comes_by_another_row_is_present_all_the_time(store: Store) -> None:
    with store.write() as work:
        take_members(work, "admins", [a_member("a", "ada")])
        work.audiences.leave("admins", 2, ["a"], NOON + DAY)
        assert work.audiences.present("admins", ["ada"]) == {"ada"}
        work.audiences.enter("admins", 2, [a_member("b", "ada")], NOON + DAY)
        assert work.audiences.present("admins", ["ada"]) == {"ada"}
        work.audiences.mark("admins", a_snapshot(NOON + DAY, number=2))
        assert work.audiences.present("admins", ["ada"]) == {"ada"}


def test_a_snapshot_that_keeps_its_number_changes_nobody(store: Store) -> None:
    kept = a_snapshot(
        NOON + DAY, size=2, number=1, kept_because="2 members, at most 1", left_out={"excluded": 4}
    )
    with store.write() as work:
        take(work, "ab")
        work.audiences.leave("admins", 2, ["a"], NOON + DAY)
        work.audiences.mark("admins", kept)

    with store.read() as work:
        assert work.audiences.snapshot("admins") == kept
        assert present(work) == "ab"


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_what_never_got_its_mark_is_taken_back(store: Store, limit: int) -> None:
    with store.write() as work:
        take_members(work, "admins", [a_member("a", "ada"), a_member("b", "bob")])
        take_members(work, "owners", [a_member("a", "ada")])
        work.audiences.leave("admins", 2, ["a"], NOON + DAY)
        work.audiences.enter("admins", 2, [a_member("a", "eve"), a_member("c", "cleo")], NOON + DAY)
        work.audiences.enter("never", 1, [a_member("a", "ada")], NOON + DAY)

        steps, before = 1, work.audiences.take_back(None, limit)
        while before is not None:
            steps, before = steps + 1, work.audiences.take_back(before, limit)

        assert work.audiences.members("admins", "", 10) == [Member("a", "ada"), Member("b", "bob")]
        assert members(work, "owners") == "a"
        assert members(work, "never") == ""
        page = work.audiences.undecided("program/onboarding", "", "admins", NOON, 10)
        assert [item.member_since for item in page.found] == [NOON, NOON]
        assert steps == {1: 7, 2: 4, 100: 1}[limit]


def test_lists_do_not_mix(store: Store) -> None:
    with store.write() as work:
        take(work, "ab")
        take_members(work, "owners", [a_member("b"), a_member("c")])

        assert (members(work), members(work, "owners")) == ("ab", "bc")
        assert work.audiences.present("owners", ["a", "b"]) == {"b"}


def test_undecided_is_who_has_no_decision_that_holds(store: Store) -> None:
    with store.write() as work:
        take(work, "abcde")
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
        take(work, "a")
        work.audiences.decide([a_decision("a", "suppressed")])
        work.audiences.decide([a_decision("a", at=NOON + DAY)])

        assert undecided(work, since=NOON + 2 * DAY) == ""
        assert work.reports.decisions() == [a_decision("a", at=NOON + DAY)]


def test_each_occurrence_is_decided_for_itself(store: Store) -> None:
    with store.write() as work:
        take(work, "a")
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
        take(work, "abcdefg")
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
        take(work, "ab")
        take(work, "b", NOON + DAY)

        assert undecided(work) == "b"
