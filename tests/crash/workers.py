"""Many `jo run` on one PostgreSQL, killed, frozen beyond their lease and stopped; the server killed as well.

    python -m tests.crash.workers [--seed N] [--workers 8] [--members 2000]

The relay is the witness: each mail was taken exactly once, unless it is listed as uncertain, and every mail
that the ledger calls accepted was taken. Everything that is done to the workers follows from the seed, which
is printed; only the moments within the processes do not.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jo.audit.auditing import audit
from jo.audit.witness import Witness as TakenMails
from jo.cli.exits import Exit
from jo.flow.state import Why
from jo.reports.audit import Line
from jo.store import open_store
from tests.crash.witness import Witness
from tests.support.neighborhood import a_project, a_web_server, play, start
from tests.support.postgres import PostgresServer, a_server

LEASE_SECONDS = 2
FROZEN_SECONDS = LEASE_SECONDS + 2.0
PATIENCE_SECONDS = 240.0
ENDED = {"accepted", "uncertain"}
LOG = "workers.log"


@dataclass(kw_only=True)
class Outcome:
    done: Counter[str] = field(default_factory=Counter)
    """What was done to the workers and the server."""
    mails: int = 0
    twice: set[str] = field(default_factory=set)
    """Mails that were taken more than once."""
    uncertain: set[str] = field(default_factory=set)
    """Mails that were ever listed as uncertain."""
    lost: set[str] = field(default_factory=set)
    """Mails that the ledger calls accepted, and that were not taken."""
    findings: list[Line] = field(default_factory=list)
    """What an audit of the store finds, held against the witness."""

    @property
    def is_kept(self) -> bool:
        return self.twice <= self.uncertain and self.lost <= self.uncertain and not self.findings

    def __str__(self) -> str:
        done = ", ".join(f"{count} {what}" for what, count in sorted(self.done.items()))
        said = (
            f"{self.mails} mails; {done}; {len(self.uncertain)} listed as uncertain, {len(self.twice)} taken "
            f"twice, {len(self.twice - self.uncertain)} of them not listed; "
            f"{len(self.lost - self.uncertain)} lost; {len(self.findings)} findings of the audit"
        )
        return "\n".join([said, *map(str, self.findings)])


class Site:
    """A project, its database, its relay, and the workers."""

    def __init__(self, folder: Path, variables: Mapping[str, str], server: PostgresServer, seed: int) -> None:
        self._folder = folder
        self._variables = variables
        self._server = server
        self._chance = random.Random(seed)
        self._workers: list[subprocess.Popen[str]] = []
        self._log = (folder / LOG).open("w")
        self.outcome = Outcome()

    def ask(self, *words: str) -> Any:
        code, out, err = play(self._folder, self._variables, *words)
        assert code == 0, err
        return json.loads(out)

    def states(self) -> Counter[str]:
        sends = self.ask("sends", "--json", "--limit", "1000000")["sends"]
        return Counter(send["state"] for send in sends)

    def begin(self) -> None:
        self._workers.append(start(self._folder, self._variables, "run", "--log", "text", log=self._log))

    def disturb(self, what: str) -> None:
        """Do something to a worker, or to the server, and see that there are as many workers as before."""
        self.outcome.done[what] += 1
        if what == "server killed":
            self._server.stop(kill=True)
            self._server.start()
            return
        self.revive()
        worker = self._workers[self._chance.randrange(len(self._workers))]
        if what == "frozen":
            worker.send_signal(signal.SIGSTOP)
            time.sleep(FROZEN_SECONDS)  # the time beyond its lease is what is tested
            worker.send_signal(signal.SIGCONT)
            return
        self._workers.remove(worker)
        number = signal.SIGKILL if what == "killed" else signal.SIGTERM
        worker.send_signal(number)
        assert worker.wait() in (0, -number)  # the latter also when it had not begun
        self.begin()

    def revive(self) -> None:
        """Begin anew what has ended by itself, as systemd does: it began while the server was away."""
        for worker in [each for each in self._workers if each.poll() is not None]:
            assert worker.returncode == Exit.FAILURE, worker.returncode
            self._workers.remove(worker)
            self.begin()

    def settle(self, members: int) -> None:
        """Wait until every mail has come to an end."""
        last = time.monotonic() + PATIENCE_SECONDS
        while (states := self.states()).total() < members or states.keys() - ENDED:
            assert time.monotonic() < last, f"the mails do not come to an end: {dict(states)}"
            self.revive()
            with closing(open_store(self._variables["JO_STORE_URL"])) as store, store.write() as work:
                # Nobody waits minutes for another try.
                work.ledger.reconsider(Why.RETRY, datetime.now(UTC), 1_000)
            time.sleep(0.2)  # other processes do the work

    def end(self) -> None:
        for worker in self._workers:
            worker.send_signal(signal.SIGTERM)
        codes = {worker.wait() for worker in self._workers}
        self._workers.clear()
        assert codes <= {0, -signal.SIGTERM}
        assert "bug in jo" not in (self._folder / LOG).read_text()

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._log.close()


def run(folder: Path, seed: int, *, workers: int, members: int, plan: list[str]) -> Outcome:
    """Let the workers send a mail to each member while the plan is done to them; return what came of it."""
    chance = random.Random(seed)
    project = a_project(folder / "project", members=members)
    with ExitStack() as stack:
        server = stack.enter_context(a_server(durable=True))
        url = stack.enter_context(server.database())
        witness = stack.enter_context(Witness(delay=0.2))
        variables = {
            **stack.enter_context(a_web_server(project)),
            "JO_STORE_URL": url,
            "JO_STORE_LEASE_SECONDS": str(LEASE_SECONDS),
            "JO_JOURNAL_PATH": "journal",
            "JO_RELAY_DEFAULT_PORT": str(witness.port),
        }
        mails = project / "templates/mails.yaml"
        mails.write_text(
            mails.read_text().replace("class: marketing ", "on_uncertain: resend\nclass: marketing ", 1)
        )
        code, _, err = play(project, variables, "apply", "--yes")
        assert code == 0, err
        site = Site(project, variables, server, seed)
        stack.callback(site.close)
        for _ in range(workers):
            site.begin()
        last = time.monotonic() + PATIENCE_SECONDS
        while not witness.taken:
            assert time.monotonic() < last, "no mail has come"
            time.sleep(0.05)
        for what in plan:
            site.disturb(what)
            time.sleep(chance.uniform(0, 0.5))  # the moment of what comes next is what is tested
        site.settle(members)
        site.end()
        outcome = site.outcome
        listed = site.ask("sends", "--uncertain", "--json", "--limit", "1000000")["sends"]
        sends = site.ask("sends", "--json", "--limit", "1000000")["sends"]
        outcome.mails = len(sends)
        outcome.uncertain = {send["message_id"] for send in listed}
        outcome.twice = {name for name, count in witness.taken.items() if count > 1}
        accepted = {send["message_id"] for send in sends if send["state"] == "accepted"}
        outcome.lost = accepted - witness.taken.keys()
        with closing(open_store(url)) as store:
            report = audit(store, TakenMails(witness.taken.elements()))
        outcome.findings = [line for line in report.lines if line.found.count]
        assert len({send["contact"] for send in sends}) == len(sends) == members
        assert witness.taken.keys() <= {send["message_id"] for send in sends}
        return outcome


def a_plan(seed: int, disturbances: int) -> list[str]:
    """Return what is done: everything at least once, the rest by chance."""
    kinds = ["killed", "frozen", "stopped", "server killed"]
    chance = random.Random(seed)
    plan = [*kinds, *(chance.choice(kinds[:3]) for _ in range(disturbances - len(kinds)))]
    chance.shuffle(plan)
    return plan


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--members", type=int, default=2000)
    parser.add_argument("--disturbances", type=int, default=16)
    asked = parser.parse_args()
    print(f"seed {asked.seed}: {asked.workers} workers, {asked.members} members", flush=True)
    with tempfile.TemporaryDirectory(prefix="jo-workers-") as folder:
        plan = a_plan(asked.seed, asked.disturbances)
        outcome = run(Path(folder), asked.seed, workers=asked.workers, members=asked.members, plan=plan)
    print(outcome)
    return 0 if outcome.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
