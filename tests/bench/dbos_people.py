"""People taken over two steps each by DBOS, durably; run by an interpreter that has it, never by ours.

Each person is a workflow of two steps, as small as what P2 has jo decide. They are let go in each of the ways
that its guide names for many at once, and counted when the last one is through. Prints one line of JSON: way
→ steps a second in its fastest round. The way `alone` is one long workflow, whose steps nobody starts.

    python dbos_people.py DATABASE-URL PEOPLE
"""

import json
import sys
import threading
import time
from collections.abc import Callable

from dbos import DBOS

STEPS = 2
OF_FIRM = 10
ROUNDS = 2
PATIENCE = 300
"""Seconds for one way."""


class Crowd:
    """Tells when the last of them is through."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = 0
        self.is_through = threading.Event()

    def expect(self, number: int) -> None:
        self._left = number
        self.is_through.clear()

    def leave(self) -> None:
        with self._lock:
            self._left -= 1
            if not self._left:
                self.is_through.set()


crowd = Crowd()


@DBOS.step()
def branch(person: int) -> str:
    return "small" if person // OF_FIRM % 2 == 0 else "large"


@DBOS.step()
def wait(size: str) -> int:
    return 2 if size == "small" else 3


@DBOS.workflow()
def program(person: int) -> int:
    days: int = wait(branch(person))
    crowd.leave()
    return days


@DBOS.workflow()
def alone(steps: int) -> None:
    for number in range(steps):
        branch(number)
    crowd.leave()


def measure(people: int, ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    found = {}
    for name, go in ways.items():
        crowd.expect(1 if name == "alone" else people)
        start = time.perf_counter()
        go()
        if not crowd.is_through.wait(PATIENCE):
            sys.exit(f"{name}: not through after {PATIENCE} seconds")
        found[name] = people * STEPS / (time.perf_counter() - start)
    return found


def main(url: str, people: int) -> None:
    DBOS(
        config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "run_admin_server": False}
    )
    DBOS.launch()
    DBOS.register_queue("open", polling_interval_sec=0.05)
    DBOS.register_queue("narrow", polling_interval_sec=0.05, worker_concurrency=16)
    ways: dict[str, Callable[[], object]] = {
        "started": lambda: [DBOS.start_workflow(program, person) for person in range(people)],
        "queued": lambda: [DBOS.enqueue_workflow("open", program, person) for person in range(people)],
        "queued, 16 at a time": lambda: [
            DBOS.enqueue_workflow("narrow", program, person) for person in range(people)
        ],
        "alone": lambda: alone(people * STEPS),
    }
    measure(20, ways)  # nothing is made for the first time below
    rounds = [measure(people, ways) for _ in range(ROUNDS)]
    print(json.dumps({name: max(found[name] for found in rounds) for name in ways}))
    DBOS.destroy()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
