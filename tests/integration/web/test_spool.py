"""The store is busy or away: nothing that was received is lost, nothing counts twice."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from jo.flow.arrival import Choice
from jo.ports.store import StoreError, Transaction
from jo.web.received import OptOut, Received
from jo.web.recording import Outcome
from jo.web.resting import RestingStore
from jo.web.spool import BATCH, Spool
from tests.integration.web.conftest import NOW, SECRET, Jo
from tests.support.stores import file_store

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
EVENT = {"type": "trial.activated", "id": "e1", "data": {"contact": "ada"}}


def send_event(jo: Jo, event: Mapping[str, object] = EVENT) -> int:
    headers = {"Authorization": f"Bearer {SECRET}"}
    return jo.client.post("/events", content=json.dumps(event), headers=headers).status_code


def test_while_the_store_is_busy_everything_is_answered_and_kept(jo: Jo) -> None:
    ada, bea = jo.mails["ada", "guide"], jo.mails["bea", "guide"]

    with jo.busy():
        assert jo.client.post(ada.leave, data=ONE_CLICK).status_code == 200
        page = jo.client.post(bea.leave, data={"page": "yes", "leave": "yes", "choice": "marketing"})
        assert jo.client.get(ada.clicks[0]).headers["location"].startswith("https://docs.example/")
        assert send_event(jo) == 202
        assert "Sie bekommen keine Werbe-E-Mails mehr." in page.text
        assert jo.count("suppressions") == jo.count("engagement") == jo.count("events") == 0
        assert jo.spooled() == 4
        jo.desk.take_in()
        assert jo.spooled() == 4

    jo.desk.take_in()

    assert jo.suppressions(ada) == ["topic:tips"]
    assert jo.suppressions(bea) == ["marketing"]
    assert [row[3] for row in jo.rows("engagement")] == ["docs"]
    assert [row[2] for row in jo.rows("events")] == ["e1"]
    assert jo.spooled() == 0
    assert ("web.spool-taken", {"lines": 4, "dropped": 0}) in jo.told


def test_the_spool_holds_no_address_and_no_token(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]
    with jo.busy():
        jo.client.post(sent.leave, data=ONE_CLICK)
        jo.client.get(sent.clicks[0])

        text = "".join(path.read_text() for path in (jo.folder / "spool").glob("*.jsonl"))

    assert "@" not in text
    assert sent.leave.removeprefix("/u/") not in text


def test_while_the_store_is_beyond_reach_people_can_leave_all_the_same(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]

    with jo.away():
        page = jo.client.get(sent.leave)
        answer = jo.client.post(sent.leave, data=ONE_CLICK)
        assert page.status_code == 200
        assert "Mails like this one" in page.text
        assert answer.status_code == 200

    jo.desk.take_in()
    assert jo.suppressions(sent) == ["topic:tips"]


def test_while_the_store_is_beyond_reach_a_click_counts_and_is_asked_to_come_again(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]

    with jo.away():
        answer = jo.client.get(sent.clicks[0])
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "60"
        assert "One moment, please" in answer.text
        jo.client.head(sent.clicks[0])

    jo.desk.take_in()
    assert [row[3] for row in jo.rows("engagement")] == ["docs"]


def test_events_that_cannot_be_checked_are_sent_back(jo: Jo) -> None:
    """Nobody knows yet what is declared; the sender keeps what it has."""
    with jo.away():
        assert send_event(jo) == 503

    assert send_event(jo) == 200


def test_events_are_checked_by_what_was_known_last(jo: Jo) -> None:
    send_event(jo)

    with jo.away():
        assert send_event(jo, {**EVENT, "id": "e2"}) == 202
        assert send_event(jo, {**EVENT, "type": "other"}) == 422

    jo.desk.take_in()
    assert [row[2] for row in jo.rows("events")] == ["e1", "e2"]


def test_what_comes_again_counts_once(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]
    jo.client.post(sent.leave, data=ONE_CLICK)
    send_event(jo)
    with jo.busy():
        for _ in range(3):
            jo.client.post(sent.leave, data=ONE_CLICK)
            send_event(jo)

    jo.desk.take_in()

    assert jo.count("suppressions") == 1
    assert jo.count("events") == 1


def test_a_mail_that_the_store_does_not_know_is_dropped_and_told(jo: Jo) -> None:
    spool = Spool(jo.folder / "spool")
    spool.append(opt_outs("f" * 32))
    spool.close()

    jo.desk.take_in()

    assert ("web.spool-taken", {"lines": 1, "dropped": 1}) in jo.told
    assert jo.spooled() == 0


def test_neither_store_nor_disk_is_told_to_whoever_asks(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]
    spool = jo.folder / "spool"
    spool.rmdir()
    spool.write_text("no folder")

    with jo.busy():
        answers = [
            jo.client.post(sent.leave, data=ONE_CLICK).status_code,
            jo.client.get(sent.clicks[0]).status_code,
            send_event(jo),
        ]

    assert answers == [503, 503, 503]
    assert jo.count("suppressions") == 0


# The spool alone ------------------------------------------------------------------------------------


class Keeper:
    """Records by counting, in the store's own memory, and dies when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.store = file_store(folder, 0.05)
        self.dies_after: int | None = None

    def record(self, work: Transaction, items: Sequence[Received]) -> Counter[Outcome]:
        if self.dies_after == 0:
            raise StoreError("died")
        if self.dies_after is not None:
            self.dies_after -= 1
        seen = json.loads(work.operations.recall("seen") or "[]")
        work.operations.remember(
            "seen", json.dumps([*seen, *(item.mail for item in items if isinstance(item, OptOut))])
        )
        return Counter({Outcome.NEW: len(items)})

    @property
    def seen(self) -> list[str]:
        with self.store.read() as work:
            return list(json.loads(work.operations.recall("seen") or "[]"))


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    made = Keeper(tmp_path)
    yield made
    made.store.close()


def opt_outs(*names: str) -> list[OptOut]:
    return [OptOut(mail=name, choice=Choice.TOPIC, at=NOW) for name in names]


def test_lines_are_taken_in_in_their_order(keeper: Keeper, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    for name in "abc":
        spool.append(opt_outs(name))

    taken = spool.take_in(keeper.store, keeper.record)

    assert taken.lines == 3
    assert keeper.seen == ["a", "b", "c"]
    assert spool.is_empty


def test_what_a_dead_process_left_is_taken_in_by_another(keeper: Keeper, tmp_path: Path) -> None:
    dead = Spool(tmp_path / "spool")
    dead.append(opt_outs("a"))
    dead.close()

    Spool(tmp_path / "spool").take_in(keeper.store, keeper.record)

    assert keeper.seen == ["a"]


def test_the_file_of_a_living_process_is_left_to_it(keeper: Keeper, tmp_path: Path) -> None:
    living, other = Spool(tmp_path / "spool"), Spool(tmp_path / "spool")
    living.append(opt_outs("a"))

    assert other.take_in(keeper.store, keeper.record).lines == 0

    living.append(opt_outs("b"))
    living.take_in(keeper.store, keeper.record)
    assert keeper.seen == ["a", "b"]


def test_a_death_in_the_middle_of_a_file_repeats_nothing(keeper: Keeper, tmp_path: Path) -> None:
    names = [str(number) for number in range(2 * BATCH + 10)]
    spool = Spool(tmp_path / "spool")
    spool.append(opt_outs(*names))
    keeper.dies_after = 1
    with pytest.raises(StoreError):
        spool.take_in(keeper.store, keeper.record)
    # An older file turns up meanwhile, such as that of a process that has just ended.
    older = tmp_path / "spool" / "00000000000000000001-aaaa.jsonl"
    older.write_bytes(next((tmp_path / "spool").glob("*.jsonl")).read_bytes().splitlines(keepends=True)[0])
    keeper.dies_after = None

    taken = Spool(tmp_path / "spool").take_in(keeper.store, keeper.record)

    assert taken.lines == BATCH + 10 + 1
    assert keeper.seen == [*names, "0"]


def test_a_file_that_was_recorded_but_not_removed_counts_once(keeper: Keeper, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(opt_outs("a", "b"))
    (path,) = (tmp_path / "spool").glob("*.jsonl")
    data = path.read_bytes()
    spool.take_in(keeper.store, keeper.record)
    path.write_bytes(data)  # as if the process had died before it removed the file

    spool.take_in(keeper.store, keeper.record)

    assert keeper.seen == ["a", "b"]
    assert spool.is_empty


@pytest.mark.parametrize(
    "broken",
    [b'{"is":"opt-out","at":"2026-', b"\x00" * 40, b"[]\n", b'{"is":"x","at":"2026-01-01T00:00:00Z"}\n'],
)
def test_half_a_line_is_dropped_and_the_rest_is_not(keeper: Keeper, tmp_path: Path, broken: bytes) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(opt_outs("a"))
    spool.close()
    (path,) = (tmp_path / "spool").glob("*.jsonl")
    path.write_bytes(path.read_bytes() + broken)

    taken = spool.take_in(keeper.store, keeper.record)

    assert (taken.lines, taken.dropped) == (2, 1)
    assert keeper.seen == ["a"]


# The store that rests ---------------------------------------------------------------------------------


def test_nobody_waits_for_a_store_that_did_not_play_along_a_moment_ago(jo: Jo) -> None:
    troubles: list[StoreError] = []
    resting = RestingStore(jo.store, troubles.append, rest_seconds=60)

    with jo.busy():
        for _ in range(3):
            with pytest.raises(StoreError), resting.write():
                pass
        with resting.read() as work:
            assert work.specs.generation() == 1

    assert len(troubles) == 1


def test_a_store_is_asked_again_after_its_rest(jo: Jo) -> None:
    troubles: list[StoreError] = []
    resting = RestingStore(jo.store, troubles.append, rest_seconds=0)

    with jo.busy(), pytest.raises(StoreError), resting.write():
        pass
    with resting.write() as work:
        work.operations.remember("word", "yes")

    assert len(troubles) == 1
