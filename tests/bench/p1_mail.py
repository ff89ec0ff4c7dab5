"""P1: mail from the claim to the durable outcome, by `jo run`, into Postfix's `smtp-sink`.

An outreach is due to thousands of people: a store in a file with `synchronous=FULL`, a journal, marketing
mail of 15 KB in two bodies with all its checks. Planning and creating the mails comes before, under a pause;
then `jo run --once` sends them, and what it takes with nothing to do is subtracted. Against `smtp-source`,
which sends constant bytes of the same size over as many connections into the same sink, in turns.

`JO_BENCH_MAILS` says how many mails a round has.
"""

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from jo.workspace.starting import make_key
from tests.bench.figures import Figure, timed
from tests.bench.letters import BODIES, SUBJECT
from tests.support.neighborhood import a_web_server, play

MAILS = int(os.environ.get("JO_BENCH_MAILS", "10000"))
CONNECTIONS = (20, 50)
ROUNDS = 3
GOALS: Mapping[str, float] = {"tokens": 0.9, "logic": 0.5}

RUN = ("run", "--once", "--clock", "fast")
"""By a fast clock, because an outreach cannot be due at a moment before its apply."""

SETTINGS = """
[project]
zone = "UTC"
[store]
url = "sqlite:///store.db"
[sources.companies]
path = "companies.csv"
[sources.contacts]
path = "contacts.csv"
[relay.default]
host = "127.0.0.1"
[web]
base_url = "http://127.0.0.1:1"
signing_keys = ["file:.jo/signing.key"]
"""
MANIFEST = """
kind: source
name: companies
key: id
fields: {{id: text, name: text, plan: text}}
---
kind: source
name: contacts
key: id
stable: [id, company]
fields:
  id: text
  email: text
  first_name: text?
  role: text
  language: text?
  company: ref companies
roles: {{address: email, language: language, company: company}}
---
kind: power_list
name: everybody
from: contacts
refresh: daily at 02:00
---
kind: sender
name: team
from_name: Aurora
from_address: team@aurora.example
postal: Aurora, Harbour Street 12, Dublin
---
kind: topic
name: news
title: News
---
kind: template
name: letter
class: marketing
sender: team
topic: news
subject: "{subject}"
body: letter.md.j2
---
kind: outreach
name: release
audience: everybody
template: letter
schedule: {{at: "{at}"}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a round took, in seconds."""

    elapsed: float
    cpu: float
    """Of the sending process alone."""


def run() -> Sequence[Figure]:
    missing = [name for name in ("smtp-source", "smtp-sink") if _found(name) is None]
    if missing:
        print(f"P1 SKIPPED: {' and '.join(missing)} not found; Debian has them in postfix.", file=sys.stderr)
        return ()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, _sink() as port:
        for letter, goal in GOALS.items():
            project = Path(folder) / letter
            _prepare(project, letter)
            prepared = project.with_name(f"{letter}-prepared")
            shutil.copytree(project, prepared)
            with a_web_server(prepared) as web:
                for connections in CONNECTIONS:
                    figures += _measure(project, prepared, goal, connections, port, web)
    return figures


def _measure(
    project: Path, prepared: Path, goal: float, connections: int, port: int, web: Mapping[str, str]
) -> Sequence[Figure]:
    """Measure rounds of the project as it was prepared, in its own place: a copy of it would be on hold."""
    variables = {
        **web,
        "JO_RELAY_DEFAULT_PORT": str(port),
        "JO_RELAY_DEFAULT_CONNECTIONS": str(connections),
    }
    size = _size(prepared)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        for name in ("store.db-wal", "store.db-shm"):
            (project / name).unlink(missing_ok=True)
        shutil.copytree(prepared, project, dirs_exist_ok=True)
        sent, idle = (_spent(partial(_run, project, variables, mails)) for mails in (MAILS, 0))
        ours.append(Cost(elapsed=sent.elapsed - idle.elapsed, cpu=sent.cpu - idle.cpu))
        theirs.append(_spent(partial(_smtp_source, port, connections, size)))
    best, other = (min(costs, key=lambda cost: cost.elapsed) for costs in (ours, theirs))
    what = f"mails of {size / 1000:.0f} KB by {project.name}, {connections} connections"
    return (
        Figure(
            name="P1",
            what=f"{what}, against smtp-source",
            measured=other.elapsed / best.elapsed,
            at_least=goal,
            detail=f"{MAILS / best.elapsed:,.0f}/s against {MAILS / other.elapsed:,.0f}/s",
        ),
        Figure(
            name="P1",
            what=f"{what}, CPU of `jo run` for each",
            measured=min(cost.cpu for cost in ours) / MAILS * 1e6,
            unit="µs",
            detail=f"{min(cost.cpu for cost in theirs) / MAILS * 1e6:.0f} µs of smtp-source",
        ),
    )


def _prepare(project: Path, letter: str) -> None:
    """Apply the project, and have its mails created, under a pause that is lifted."""
    at = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d} 09:00"
    firms = MAILS // 10
    contacts = (f"c{n},c{n}@people.example,Name{n},admin,en,f{n % firms}\n" for n in range(MAILS))
    files = {
        "jo.toml": SETTINGS,
        "journeys/release.yaml": MANIFEST.format(subject=SUBJECT, at=at),
        "templates/letter.md.j2": BODIES[letter],
        "companies.csv": "id,name,plan\n" + "".join(f"f{n},Firm {n},team\n" for n in range(firms)),
        "contacts.csv": "id,email,first_name,role,language,company\n" + "".join(contacts),
    }
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    make_key(project)
    for words in (
        ("apply", "--yes"),
        ("pause", "all", "--why", "benchmark"),
        (*RUN, "--from", at),
        ("resume", "all"),
    ):
        code, out, err = play(project, {}, *words)
        assert code == 0, out + err


def _run(project: Path, variables: Mapping[str, str], mails: int) -> None:
    """Let a process of jo send what is due."""
    command = [sys.executable, "-m", "jo", *RUN]
    done = subprocess.run(
        command, cwd=project, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (f" {mails:,}  mails sent" in done.stdout) == bool(mails), done.stdout


def _size(project: Path) -> int:
    """Return the bytes of a mail."""
    code, out, err = play(project, {}, "preview", "template/letter")
    assert code == 0, out + err
    return next(project.rglob("*.eml")).stat().st_size


def _smtp_source(port: int, connections: int, size: int) -> None:
    words = ["-d", "-s", connections, "-m", MAILS, "-l", size, "-f", "team@aurora.example"]
    command = [_found("smtp-source") or "", *map(str, words), "-t", "c@people.example", f"127.0.0.1:{port}"]
    subprocess.run(command, check=True, capture_output=True)


def _spent(work: Callable[[], object]) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    elapsed = timed(work)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(elapsed=elapsed, cpu=cpu)


@contextmanager
def _sink() -> Iterator[int]:
    """Run `smtp-sink` on a port that the system gives; it wants to know whom to be when root starts it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [_found("smtp-sink") or "", *user, f"127.0.0.1:{port}", "1000"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("smtp-sink does not start") from None
        yield port
    finally:
        process.terminate()
        process.wait()


def _found(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
