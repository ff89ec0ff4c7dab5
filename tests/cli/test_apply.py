"""One apply at a time, and nothing of one that does not go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jo.cli.commands.apply import LEASE, LEASE_SECONDS
from jo.cli.exits import Exit
from jo.cli.main import jo, run
from jo.daemon.clocks import ClockKind, note_tick
from jo.ports.store import Store
from jo.store import open_store
from jo.workspace.starting import make_key, starter_files, write_files


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def store(project: Path) -> Store:
    return open_store(f"sqlite:///{project}/.jo/store.db")


def take_lease(store: Store, at: datetime) -> None:
    with store.write() as work:
        assert work.leases.acquire(LEASE, "somebody:1", at, LEASE_SECONDS) is not None


def test_while_another_apply_is_under_way_nothing_goes(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    take_lease(store, datetime.now(UTC))
    assert run(jo, ["apply", "--yes"]) == Exit.LOCKED
    assert "Another apply is under way (somebody:1)" in capsys.readouterr().err
    with store.read() as work:
        assert work.specs.generation() == 0


def test_the_lock_of_a_dead_apply_ends(store: Store) -> None:
    take_lease(store, datetime.now(UTC) - timedelta(seconds=2 * LEASE_SECONDS))
    assert run(jo, ["apply", "--yes"]) == Exit.OK


def test_the_lock_is_given_back(store: Store) -> None:
    assert run(jo, ["apply", "--yes"]) == Exit.OK
    with store.read() as work:
        assert work.leases.holder(LEASE) is None


def test_a_change_between_question_and_commit_is_not_applied(
    project: Path, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given an apply of another project over the same store that comes just before the lock
    from jo.cli.commands import apply as module

    first = True
    lease = module._lease

    def late(*words: object) -> object:
        nonlocal first
        if first:
            first = False
            with_other_title = project / "templates" / "mails.yaml"
            kept = with_other_title.read_bytes()
            with_other_title.write_bytes(kept.replace(b"Getting started", b"First steps"))
            assert run(jo, ["apply", "--yes"]) == Exit.OK
            with_other_title.write_bytes(kept)
        return lease(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_lease", late)
    # when this one goes on
    code = run(jo, ["apply", "--yes"])
    # then it stops, and the other one stays
    assert code == Exit.STALE
    assert "The plan is stale" in capsys.readouterr().err
    with store.read() as work:
        assert work.specs.generation() == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("{}", "not a plan of the format"),
        ('{"format": "jo.plan/2"}', "but jo.plan/2"),
        ('{"format": "jo.plan/1", "digest": "fp1:0", "generation": 0, "changes": []}', "does not fit"),
    ],
)
def test_what_is_no_plan_is_told(
    content: str, said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "plan.json").write_text(content, encoding="utf-8")
    assert run(jo, ["apply", "plan.json"]) == Exit.USAGE
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_store_that_cannot_be_opened_is_one_sentence(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".jo" / "store.db").write_bytes(b"no database at all" * 100)
    for words in (["plan"], ["apply", "--yes"], ["history"]):
        assert run(jo, words) == Exit.FAILURE
        assert capsys.readouterr().err.startswith("error: ")


def test_a_moment_that_passed_between_review_and_apply_is_told(
    project: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    news = project / "journeys" / "news.yaml"
    news.write_text(
        'kind: outreach\nname: news\naudience: members\ntemplate: tip\nschedule: {at: "2026-12-01 09:00"}\n'
    )
    with store.write() as work:
        note_tick(work, ClockKind.FAST, datetime(2026, 12, 1, 8, tzinfo=UTC))
    assert run(jo, ["plan", "--out", "plan.json"]) == Exit.OK
    assert "J706" not in capsys.readouterr().out

    with store.write() as work:
        note_tick(work, ClockKind.FAST, datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert run(jo, ["apply", "plan.json", "--yes"]) == Exit.OK

    assert "J706 outreach/news" in capsys.readouterr().err
