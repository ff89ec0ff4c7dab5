"""Template workers: logic runs like in process, a bomb takes down nothing but its own mail."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import jo
from jo.render.compiled import LogicSources
from jo.render.message import LogicDone, LogicJob, LogicResult, Quarantine, Rendered, Request, render_all
from jo.workers.limits import Limits
from jo.workers.pool import TOO_LONG, TOO_MUCH_MEMORY, TemplateWorkers
from jo.workers.protocol import REMEMBERED
from tests.unit.render.samples import ENVELOPE, FOOTER, SITE, a_template, compiled, run_here, with_contact

SHORT = Limits(cpu_seconds=0.3, wall_seconds=5.0)


@pytest.fixture(scope="module")
def workers() -> Iterator[TemplateWorkers]:
    with TemplateWorkers(count=2, limits=SHORT) as pool:
        yield pool


def job(source: str, **values: object) -> LogicJob:
    """A job that no guard has seen, as if an attack had got past it."""
    sources = LogicSources(digest=source[:200], parts={"html": source}, constants={})
    return LogicJob(sources=sources, values=values)


def shown(result: LogicResult) -> str:
    return result.parts["html"] if isinstance(result, LogicDone) else f"! {result.reason}"


GOOD = job("ok {{ x }}", x=1)
ENDLESS = "{% for a in 'x' * 100000 %}{% for b in 'x' * 100000 %}{% endfor %}{% endfor %}"
BOMBS = {
    "memory while compiling": "{{ 'a' * 10**9 }}",
    "memory by doubling": "{% set a = 'aaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "memory of a list": "{{ ([0] * 10**9) | length }}",
    "endless loops": ENDLESS,
    "one long operation of C": "{{ ((7 ** 7777777) * 3) % 10 }}",
    "more text than fits": "{% for a in 'x' * 3000 %}{{ 'y' * 3000 }}{% endfor %}",
    "a range": "{{ range(10**9) | list }}",
    "depth": "{{ " + "(" * 90 + "1" + ")" * 90 + " }}{{ x" + ".y" * 3000 + " }}",
    "an unknown name": "{{ nosuch.attribute }}",
    "python": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a file": "{{ self.__init__.__globals__ }}",
    "a syntax error": "{% if %}",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_fails_alone(workers: TemplateWorkers, bomb: str) -> None:
    results = workers.run([GOOD, job(bomb), GOOD])

    assert [shown(result) for result in (results[0], results[2])] == ["ok 1", "ok 1"]
    assert isinstance(results[1], Quarantine)


def test_the_reason_says_what_was_too_much(workers: TemplateWorkers) -> None:
    endless, greedy = workers.run([job(ENDLESS), job("{{ 'a' * 10**9 }}")])

    assert (endless, greedy) == (TOO_LONG, TOO_MUCH_MEMORY)


def test_a_template_that_waits_is_stopped_by_the_clock() -> None:
    with TemplateWorkers(count=1, limits=Limits(cpu_seconds=60.0, wall_seconds=0.3)) as pool:
        assert pool.run([job(ENDLESS), GOOD]) == (TOO_LONG, LogicDone({"html": "ok 1"}))


def test_the_parents_memory_stays_flat(workers: TemplateWorkers) -> None:
    workers.run([GOOD])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    workers.run([job(bomb) for bomb in BOMBS.values()])

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"parent grew by {grown} kB")
    assert grown < 16_000


def test_a_large_batch_keeps_its_order_across_workers_that_die(workers: TemplateWorkers) -> None:
    jobs = [job("{{ x }}" + "." * 2000, x=number) for number in range(400)]
    jobs[57] = jobs[58] = jobs[399] = job("{{ 'a' * 10**9 }}")

    results = workers.run(jobs)

    assert [index for index, result in enumerate(results) if isinstance(result, Quarantine)] == [57, 58, 399]
    assert all(
        shown(result).split(".")[0] == str(index)
        for index, result in enumerate(results)
        if isinstance(result, LogicDone)
    )


def test_more_templates_than_a_worker_remembers_all_run(workers: TemplateWorkers) -> None:
    jobs = [job(f"{number} {{{{ x }}}}", x="y") for number in range(2 * REMEMBERED + 5)]

    for _ in range(2):
        assert [shown(result) for result in workers.run(jobs)] == [f"{n} y" for n in range(len(jobs))]


def test_an_empty_batch_needs_no_worker() -> None:
    with TemplateWorkers() as pool:
        assert pool.run([]) == ()


def test_a_pool_works_again_after_it_was_closed_or_its_workers_were_killed() -> None:
    with TemplateWorkers(count=1) as pool:
        pool.run([GOOD])
        for worker in pool._workers:
            os.kill(worker._process.pid, 9)
            worker._process.wait()
        assert shown(pool.run([GOOD])[0]) == "ok 1"
        pool.close()
        assert shown(pool.run([GOOD])[0]) == "ok 1"


def test_a_worker_has_no_environment_and_may_write_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JO_SECRET", "do not tell")
    with TemplateWorkers(count=1) as pool:
        pool.run([GOOD])
        (worker,) = pool._workers
        proc = Path("/proc") / str(worker._process.pid)
        if not proc.exists():
            pytest.skip("no /proc on this system")
        environment = (proc / "environ").read_bytes()
        limits = (proc / "limits").read_text()

    assert b"JO_SECRET" not in environment
    assert {entry.split(b"=")[0] for entry in environment.split(b"\0") if entry} == {
        b"PYTHONPATH",
        b"PYTHONHASHSEED",
        b"LC_ALL",
    }
    rows = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()}
    assert (rows["Max file size"], rows["Max core file size"]) == ("0", "0")
    assert int(rows["Max address space"]) == Limits().memory_bytes


def test_a_worker_ends_when_its_daemon_is_gone() -> None:
    command = [sys.executable, "-P", "-m", "jo.workers.templates"]
    limits = '{"memory_bytes": 268435456, "cpu_seconds": 1.0, "wall_seconds": 1.0}'
    environment = {"PYTHONPATH": str(Path(jo.__file__).parents[1])}

    ended = subprocess.run(
        [*command, limits], stdin=subprocess.DEVNULL, env=environment, timeout=20, check=False
    )

    assert ended.returncode == 0


def test_whole_mails_are_the_same_from_a_worker(workers: TemplateWorkers) -> None:
    body = (
        "Hi {{ contact.name }}{% if contact.logins > 3 %}, {{ product }}{% endif %}\n\n"
        "{% for x in ['a', 'b'] %}\n- {{ x }} {{ loop.index }} {{ contact.since | date }}\n{% endfor %}"
    )
    template = compiled(a_template(body + FOOTER))
    requests = [
        Request(template=template, version="default", data=with_contact(logins=logins), envelope=ENVELOPE)
        for logins in (1, 9)
    ]

    from_workers = render_all(requests, SITE, workers.run)

    assert from_workers == render_all(requests, SITE, run_here)
    assert [isinstance(mail, Rendered) and "Aurora CI" in mail.text for mail in from_workers] == [False, True]
