"""One case: a worker is killed at a point, another one goes on, and what came of it is judged."""

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jo.cli.exits import Exit
from jo.flow.state import IntentState
from tests.crash.ground import CONNECTIONS, Account, Ground, account_of, relay
from tests.crash.points import Killer, Recorder, count_calls, die_after, put_marks
from tests.crash.victim import KILLED, let_run
from tests.support.neighborhood import play

TRIES = 100
"""How often the next worker begins while the lease of the dead one lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Where a worker dies: at the n-th time of a named point, or at the n-th call of a function."""

    point: str
    """Empty for a blind point."""
    count: int

    def __str__(self) -> str:
        return f"{self.point} (time {self.count})" if self.point else f"call {self.count:,}"

    def prepare(self) -> None:
        if self.point:
            put_marks(Killer(self.point, self.count))
        else:
            die_after(self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """What happens when nobody is killed."""

    account: Account
    hits: Mapping[str, int]
    """Named point → how often it is reached."""
    calls: int
    """How many calls of functions there are."""


def calm_run(ground: Ground, scratch: Path) -> Calm:
    """Let a worker live, twice: once to find the named points, once to count the calls."""
    with _copy(ground, scratch) as (copy, variables):
        file = copy.folder / "hits"

        def record() -> Callable[[], None]:
            recorder = Recorder(file)
            put_marks(recorder)
            return recorder.write

        _expect(let_run(copy.folder, variables, record), 0, copy)
        hits = {
            point: int(n) for n, _, point in (line.partition(" ") for line in file.read_text().splitlines())
        }
        account = account_of(copy)
    with _copy(ground, scratch) as (copy, variables):
        file = copy.folder / "calls"
        _expect(let_run(copy.folder, variables, lambda: count_calls(file)), 0, copy)
        calls = int(file.read_text())
    assert not account.uncertain
    return Calm(account=account, hits=hits, calls=calls)


def named_cases(calm: Calm) -> Sequence[Case]:
    """Return cases for each named point: its first time, one in the middle, and a late one.

    How many rounds a run has depends on how fast the relay answers, so the very last one may not come.
    """
    return [
        Case(point=point, count=count)
        for point, hits in sorted(calm.hits.items())
        for count in sorted({1, (hits + 1) // 2, max(1, hits * 4 // 5)})
    ]


def blind_cases(calm: Calm, number: int, chance: random.Random) -> Sequence[Case]:
    return [Case(point="", count=count) for count in sorted(chance.sample(range(1, calm.calls), number))]


def run_case(ground: Ground, calm: Calm, case: Case, scratch: Path) -> Sequence[str]:
    """Kill, go on, and return what is wrong; nothing when all is well."""
    with _copy(ground, scratch) as (copy, variables):
        code = let_run(copy.folder, variables, case.prepare)
        if code != KILLED:
            return [f"the worker was to die and ended with {code}: {_said(copy)}"]
        code = _go_on(copy, variables)
        if code != 0:
            return [f"the next worker ended with {code}: {_said(copy)}"]
        audit = play(copy.folder, variables, "audit", "--witness", "mails")
        found = list(objections(calm.account, account_of(copy)))
        return found if audit[0] == 0 else [*found, f"the audit finds: {audit[1]}{audit[2]}"]


def objections(calm: Account, account: Account) -> Sequence[str]:
    """Hold what became of the mails against what becomes of them when nobody is killed."""
    found = []
    if account.states.keys() != calm.states.keys():
        lost, more = calm.states.keys() - account.states.keys(), account.states.keys() - calm.states.keys()
        found.append(
            f"{len(lost)} mails were never planned, and {len(more)} that should not be: {[*lost, *more][:3]}"
        )
    if account.taken.keys() - account.states.keys():
        found.append("the relay has mails that the store does not know")
    if len(account.uncertain) > CONNECTIONS:
        found.append(f"{len(account.uncertain)} mails are uncertain, with {CONNECTIONS} connections")
    for key, state in account.states.items():
        copies, expected = account.taken.get(key, 0), calm.states.get(key)
        if copies > 1 and key not in account.uncertain:
            found.append(f"{key} went out {copies} times and is not listed as uncertain")
        if copies == 0 and state is IntentState.ACCEPTED:
            found.append(f"{key} is accepted, and the relay has it not")
        if state is not expected and not (key in account.uncertain and state is IntentState.UNCERTAIN):
            found.append(f"{key} is {state} and should be {expected}")
    return found


@contextmanager
def _copy(ground: Ground, scratch: Path) -> Iterator[tuple[Ground, dict[str, str]]]:
    """Yield a copy of the ground with a relay of its own; the variables lead there."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    copy = ground.copy(folder / "project")
    try:
        with relay(copy.folder) as variables:
            yield copy, variables
    finally:
        copy.remove()


def _go_on(copy: Ground, variables: Mapping[str, str]) -> int:
    """Let another worker do the rest. Where a lock outlives its process, it has to wait for that first."""
    for _ in range(TRIES):
        code = let_run(copy.folder, variables)
        if code != Exit.LOCKED:
            break
    return code


def _expect(code: int, wanted: int, copy: Ground) -> None:
    assert code == wanted, f"a worker that nobody killed ended with {code}: {_said(copy)}"


def _said(copy: Ground) -> str:
    return (copy.folder / "said").read_text(encoding="utf-8")[-2000:]
