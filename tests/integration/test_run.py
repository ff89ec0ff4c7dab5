"""`jo run` as a process: once, as a service, on a fast clock; stopped, killed, and beside another one."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jo.cli.exits import Exit
from jo.daemon.events import EVENTS
from tests.support.neighborhood import (
    a_project,
    a_relay,
    a_web_server,
    finish,
    neighbors,
    play,
    start,
    write_members,
)

FAST = ("run", "--clock", "fast")
FROM = ("--from", "2026-12-01 08:00")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return a_project(tmp_path / "project")


@pytest.fixture
def live(project: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A project that is applied, and the variables that lead to its servers."""
    with neighbors(project) as variables:
        assert play(project, variables, "apply", "--yes")[0] == Exit.OK
        yield project, variables


def line_of(process: "subprocess.Popen[str]", wanted: str) -> str:
    """Return the next line of the log that holds a text."""
    assert process.stderr is not None
    for line in process.stderr:
        if wanted in line:
            return line
    raise AssertionError(f"the log ended without {wanted}")


def sends(project: Path) -> list[dict[str, Any]]:
    code, out, err = play(project, {}, "sends", "--json", "--limit", "100000")
    assert code == Exit.OK, err
    found: list[dict[str, Any]] = json.loads(out)["sends"]
    return found


def test_once_sends_what_is_due_and_says_so(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live

    code, out, err = play(project, variables, "run", "--once")

    assert (code, err) == (Exit.OK, "")
    assert re.search(r"^ +6  entered programs$", out, re.MULTILINE)
    assert re.search(r"^ +6  mails sent$", out, re.MULTILINE)
    assert "Next work: " in out
    assert len(list((project / "mails").glob("*.eml"))) == 6
    assert "nothing to do" in play(project, variables, "run", "--once")[1]


def paced(project: Path, limit: str) -> None:
    settings = project / "jo.toml"
    settings.write_text(settings.read_text().replace("[relay.default]", f"[relay.default]\n{limit}", 1))


@pytest.mark.parametrize(
    "limit", ['rate = "240 per minute"', 'domains = { "people.example" = "240 per minute" }']
)
def test_once_stays_for_mails_that_are_due_and_held_by_a_rate(
    limit: str, live: tuple[Path, dict[str, str]]
) -> None:
    project, variables = live
    paced(project, limit)
    began = time.monotonic()

    code, out, err = play(project, variables, "run", "--once")

    assert (code, err) == (Exit.OK, "")
    assert re.search(r"^ +6  mails sent$", out, re.MULTILINE)
    assert time.monotonic() - began > 5 * 0.25
    assert "Next work: now" not in out


def test_once_ends_when_told_to_while_a_rate_holds_mails(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    paced(project, 'rate = "1 per hour"')
    process = start(project, variables, "run", "--once", "--log", "text")
    line_of(process, "tick.done")

    process.send_signal(signal.SIGTERM)
    code, out, _ = finish(process)

    assert code == Exit.OK
    assert re.search(r"^ +1  mails? sent$", out, re.MULTILINE)


def test_a_run_before_the_first_apply_says_what_is_missing(project: Path) -> None:
    code, out, err = play(project, {}, "run", "--once")

    assert code == Exit.OK
    assert "nothing to do" in out
    assert "`jo apply`" in err

    assert play(project, {}, "apply", "--yes")[0] == Exit.OK
    assert "`jo apply`" not in play(project, {}, "run", "--once")[2]


def test_a_service_before_the_first_apply_logs_it_and_waits(project: Path) -> None:
    process = start(project, {}, "run", "--log", "json")
    event = json.loads(line_of(process, "run.unapplied"))

    assert event["level"] == "warning"
    process.send_signal(signal.SIGTERM)
    assert finish(process)[0] == Exit.OK


def test_a_relay_that_is_away_is_told_and_nothing_is_lost(project: Path) -> None:
    with a_web_server(project) as web:
        assert play(project, web, "apply", "--yes")[0] == Exit.OK
        away = {**web, "JO_RELAY_DEFAULT_PORT": "1"}

        code, out, err = play(project, away, "run", "--once")

        assert code == Exit.FAILURE
        assert "The relay `default` cannot be used (connect)" in err.replace("\n         ", " ")
        assert "mails sent" not in out
    states = Counter(send["state"] for send in sends(project))
    assert states == {"pending": 6}


def test_without_a_web_server_marketing_waits_and_goes_once_there_is_one(project: Path) -> None:
    with a_relay(project) as relay:
        assert play(project, relay, "apply", "--yes")[0] == Exit.OK
        code, _, err = play(project, {**relay, "JO_WEB_BASE_URL": "http://127.0.0.1:1"}, "run", "--once")
        assert code == Exit.FAILURE
        assert "Start `jo serve`" in err

        with a_web_server(project) as web:
            code, out, _ = play(project, relay | web, "run", "--once")
            assert code == Exit.OK
            assert re.search(r"^ +6  mails sent$", out, re.MULTILINE)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, Exit.OK), (signal.SIGINT, Exit.INTERRUPTED)])
def test_a_service_is_alone_and_stops_when_told(
    live: tuple[Path, dict[str, str]], number: signal.Signals, code: Exit
) -> None:
    project, variables = live
    service = start(project, variables, "run", "--log", "json")
    line_of(service, '"tick.done"')

    second, _, said = play(project, variables, "run", "--once")
    assert second == Exit.LOCKED
    assert f":{service.pid}" in said

    service.send_signal(number)
    ended, _, log = finish(service)
    assert ended == code
    assert "Traceback" not in log
    assert json.loads(log.splitlines()[-1])["event"] == "run.stopped"
    assert Counter(send["state"] for send in sends(project)) == {"accepted": 6}
    assert play(project, variables, "run", "--once")[0] == Exit.OK


@pytest.mark.parametrize("log", ["unread", "full"])
def test_a_log_that_cannot_be_written_ends_nothing(live: tuple[Path, dict[str, str]], log: str) -> None:
    project, variables = live
    if log == "full" and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    reading, writing = os.pipe()
    os.close(reading)
    if log == "full":
        os.dup2(os.open("/dev/full", os.O_WRONLY), writing)
    words = [sys.executable, "-m", "jo", "run", "--once", "--log", "json"]
    env = {**os.environ, **variables}
    done = subprocess.run(words, cwd=project, env=env, stdout=subprocess.PIPE, stderr=writing, check=False)
    os.close(writing)

    assert done.returncode == Exit.OK
    assert Counter(send["state"] for send in sends(project)) == {"accepted": 6}


def is_running(project: Path) -> list[bool]:
    """Return for each worker that status knows of whether it lives."""
    workers = json.loads(play(project, {}, "status", "--json")[1])["workers"]
    return [worker["is_alive"] for worker in workers]


def test_after_a_kill_the_next_one_starts_at_once(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    service = start(project, variables, "run", "--log", "text")
    line_of(service, "tick.done")
    assert is_running(project) == [True]
    service.kill()
    finish(service)
    assert is_running(project) == [False]

    code, _, err = play(project, variables, "run", "--once")

    assert (code, err) == (Exit.OK, "")


def test_a_log_of_json_has_known_events_and_no_people(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    code, _, log = play(
        project, variables, *FAST, *FROM, "--until", "2026-12-10", "--log", "json", "--verbose"
    )

    assert code == Exit.OK
    told = [json.loads(line) for line in log.splitlines()]
    assert {line["event"] for line in told} <= EVENTS.keys()
    assert {"run.started", "refresh.done", "enroll.done", "send.settled", "run.stopped"} <= {
        line["event"] for line in told
    }
    for line in told:
        known = {*EVENTS[line["event"]].fields, "at", "level", "event"}
        assert "*" in known or line.keys() <= known
    assert "@" not in log
    assert "Name00" not in log
    assert "p000" not in log


def test_a_fast_clock_is_for_relays_on_this_machine_and_for_stores_of_its_own(project: Path) -> None:
    code, _, err = play(project, {"JO_RELAY_DEFAULT_HOST": "relay.example"}, *FAST, *FROM, "--once")
    assert (code, "not on this machine" in err.replace("\n       ", " ")) == (Exit.REFUSED, True)

    assert play(project, {}, *FAST, "--once")[0] == Exit.USAGE  # where should it begin?
    assert play(project, {}, *FAST, *FROM, "--once")[0] == Exit.OK
    code, _, err = play(project, {}, "run", "--once")
    assert (code, "lives by a fast clock" in err) == (Exit.REFUSED, True)
    assert play(project, {}, *FAST, "--until", "soon")[0] == Exit.USAGE

    other = {"JO_STORE_URL": "sqlite:///.jo/other.db"}
    assert play(project, other, "run", "--once")[0] == Exit.OK
    code, _, err = play(project, other, *FAST, *FROM, "--once")
    assert (code, "lives by the real clock" in err) == (Exit.REFUSED, True)


def test_a_fast_clock_goes_on_where_it_was(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    assert play(project, variables, *FAST, *FROM, "--until", "2026-12-02")[0] == Exit.OK

    code, out, _ = play(project, variables, *FAST, *FROM, "--until", "2026-12-10")

    assert code == Exit.OK
    assert out.startswith("Wed 2026-12-02 00:00 to Thu 2026-12-10 00:00 (UTC)")
    days = Counter((send["template"], send["at"][:10]) for send in sends(project))
    assert days == {("welcome", "2026-12-01"): 6, ("tip", "2026-12-04"): 6}


def account(project: Path) -> dict[str, Any]:
    """Return what has to be the same however often the process was killed."""
    mails = {(send["contact"], send["template"]): send["state"] for send in sends(project)}
    status = json.loads(play(project, {}, "status", "--json")[1])
    people = [
        {name: journey[name] for name in ("entered", "refused", "passages", "inside", "ended")}
        for journey in status["journeys"]
    ]
    return {"mails": mails, "people": people}


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_and_started_again_the_account_is_the_same(tmp_path: Path, seed: int) -> None:
    """The seed says when to kill; it is part of the test's name."""
    chance = random.Random(seed)
    accounts = []
    uncertain: set[tuple[str, str]] = set()
    for name, kills in (("quiet", 0), ("killed", 3)):
        project = a_project(tmp_path / name, members=40)
        write_members(
            project,
            [
                {"id": f"p{n:03}", "email": f"p{n:03}@people.example" if n % 7 else "", "first_name": "A"}
                for n in range(40)
            ],
        )
        with neighbors(project) as variables:
            assert play(project, variables, *FAST, *FROM, "--once")[0] == Exit.OK
            assert play(project, variables, "apply", "--yes")[0] == Exit.OK
            for _ in range(kills):
                process = start(project, variables, *FAST, "--until", "2026-12-20", "--log", "json")
                line_of(process, '"run.started"')
                time.sleep(chance.uniform(0, 0.3))  # the moment of the kill is what is tested
                process.kill()
                finish(process)
            code, _, err = play(project, variables, *FAST, "--until", "2026-12-20")
            assert code == Exit.OK, err
        accounts.append(account(project))
        if kills:
            listed = json.loads(play(project, {}, "sends", "--uncertain", "--json")[1])["sends"]
            uncertain = {(send["contact"], send["template"]) for send in listed}
            received = Counter(path.name[7:] for path in (project / "mails").glob("*.eml"))

    quiet, killed = accounts
    assert killed["people"] == quiet["people"]
    assert killed["mails"].keys() == quiet["mails"].keys()
    for mail, state in killed["mails"].items():
        assert state == quiet["mails"][mail] or mail in uncertain
    certain = {who for who, _ in killed["mails"]} - {who for who, _ in uncertain}
    assert {who: received[f"{who}@people.example.eml"] for who in certain} == dict.fromkeys(certain, 2)
