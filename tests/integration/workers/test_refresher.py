"""The process that computes refreshes: it says what this one would find, and does no harm by its end."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import jo
from jo.child import Surroundings, decode
from jo.daemon.inline import InlineRefresher
from jo.ports.refresher import End, Mark, PutFacts, Refresher, RefreshError, Step, Task
from jo.ports.store import Store
from jo.warehouse import open_warehouse
from jo.warehouse.location import SourceLocation
from jo.workers.refresher import ChildRefresher
from tests.support.neighborhood import a_project, neighbors, play
from tests.support.scenery import BASE, contact, mails, people, program
from tests.support.stores import file_store, file_url
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")
TASK = Task(now=TEN, lists=("everybody",))
PATIENCE_SECONDS = 60.0
ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A project applied to a store in a file, whose list was never computed."""
    rows = people(*(contact(f"c{number}", first_name="日本 \u2028") for number in range(3)))
    files = {**BASE, **program("hello: {email: one}"), **mails("one")}
    with World(tmp_path, files, rows, start=TEN, store=file_store(tmp_path)) as world:
        yield world.store


@pytest.fixture
def child(tmp_path: Path) -> Iterator[ChildRefresher]:
    surroundings = Surroundings(store=file_url(tmp_path), sources=locations(tmp_path))
    with closing(ChildRefresher("jo.child", surroundings.encode())) as child:
        yield child


def locations(folder: Path) -> dict[str, SourceLocation]:
    return {
        name: SourceLocation(name=name, root=folder, path=f"{name}.csv") for name in ("companies", "contacts")
    }


def steps_of(refresher: Refresher, task: Task = TASK) -> list[Step]:
    refresher.start(task)
    return rest_of(refresher)


def rest_of(refresher: Refresher) -> list[Step]:
    steps: list[Step] = []
    while not (steps and isinstance(steps[-1], End)):
        step = refresher.next(0.1)
        if step is not None:
            steps.append(step)
    return steps


def pid_of(child: ChildRefresher) -> int:
    assert child._child is not None
    return child._child._process.pid


def test_the_child_finds_what_this_process_would(store: Store, child: ChildRefresher, tmp_path: Path) -> None:
    with closing(open_warehouse(locations(tmp_path))) as warehouse:
        here = steps_of(InlineRefresher(store, warehouse))

    assert steps_of(child) == here
    assert steps_of(child) == here  # it stays for the next run
    assert {type(step) for step in here} >= {PutFacts, Mark, End}


def test_surroundings_arrive_as_they_were(tmp_path: Path) -> None:
    given = Surroundings(store="postgresql://jo:s%20x@host/db", sources=locations(tmp_path))
    assert decode(given.encode()) == given
    assert given.encode().count(b"\n") == 1


def test_a_source_that_is_away_is_told(store: Store, child: ChildRefresher, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").unlink()

    (mark,) = [step for step in steps_of(child) if isinstance(step, Mark)]

    assert [failure.list or failure.source for failure in mark.failures] == ["everybody"]
    assert "does not exist" in mark.failures[0].error


def test_a_store_that_is_away_is_told_and_the_child_stays(child: ChildRefresher, tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    with pytest.raises(RefreshError, match="store"):
        steps_of(child)
    with pytest.raises(RefreshError, match="store"):
        steps_of(child)


def test_a_child_that_is_killed_is_told_and_another_one_begins(store: Store, child: ChildRefresher) -> None:
    child.start(TASK)
    os.kill(pid_of(child), signal.SIGKILL)

    with pytest.raises(RefreshError, match="was killed"):
        rest_of(child)
    assert steps_of(child)


def test_a_child_that_says_nothing_for_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with closing(ChildRefresher("tests.support.silent_child", b"\n", silence_seconds=0.05)) as child:
        child.start(TASK)
        pid = pid_of(child)
        with pytest.raises(RefreshError, match="was ended"):
            rest_of(child)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


PARENT = """\
import os, sys
from jo.ports.refresher import Task
from jo.workers.refresher import ChildRefresher
surroundings = b'{"store": "sqlite:///:memory:", "sources": {}}\\n'
child = ChildRefresher("jo.child", surroundings)
child.start(Task(now=__import__("datetime").datetime.now(), lists=()))
print(child._child._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_with_its_parent(how: signal.Signals) -> None:
    """However that ends; a process of which nobody hears would hold files and memory for good."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(jo.__file__).parents[1])},
    )
    assert parent.stdout is not None
    watched = os.pidfd_open(int(parent.stdout.readline()))
    parent.send_signal(how)
    parent.communicate()
    try:
        ready, _, _ = select.select([watched], [], [], PATIENCE_SECONDS)
    finally:
        os.close(watched)
    assert ready


RUN = """\
import sys
from jo.cli.main import jo, run
code = run(jo, ["run", "--clock", "fast", "--from", "2026-12-01 08:00", "--once"])
print("duckdb" in sys.modules, file=sys.stderr)
sys.exit(code)
"""


def test_the_worker_never_loads_the_warehouse(tmp_path: Path) -> None:
    folder = a_project(tmp_path / "project")
    assert play(folder, {}, "apply", "--yes", "--actor", "ada")[0] == 0
    with neighbors(folder) as variables:
        done = subprocess.run(
            [sys.executable, "-c", RUN],
            cwd=folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=True,
        )

    assert "came into lists" in done.stdout
    assert done.stderr.splitlines()[-1] == "False"
