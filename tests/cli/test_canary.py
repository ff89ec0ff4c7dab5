"""What a reviewer and an operator see of a canary."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from tests.support.neighborhood import a_project, neighbors, play

NEWS = 'kind: outreach\nname: news\naudience: members\ntemplate: tip\nschedule: {at: "2026-12-01 09:00"}\n'
CANARY = "canary: {first: 2, wait: 30 minutes}\n"
FAST = ("run", "--clock", "fast")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A project with an outreach that is applied, on the morning of its mails, and where its servers are."""
    project = a_project(tmp_path / "project")
    (project / "journeys" / "welcome.yaml").unlink()
    (project / "journeys" / "news.yaml").write_text(NEWS)
    with neighbors(project) as variables:
        run(project, variables, *FAST, "--from", "2026-12-01 08:00", "--until", "2026-12-01 08:01")
        run(project, variables, "apply", "--yes")
        yield project, variables


def run(project: Path, variables: dict[str, str], *words: str) -> str:
    code, out, err = play(project, variables, *words)
    assert code == Exit.OK, err
    return out


def test_a_plan_tells_that_some_go_first(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    (project / "journeys" / "news.yaml").write_text(NEWS + CANARY)

    said = run(project, variables, "plan")
    (change,) = json.loads(run(project, variables, "plan", "--json"))["changes"]

    assert "outreach/news" in said
    assert "canary" in said
    assert change["action"] == "update"
    assert change["kind"] == "behavior"
    assert [edit["path"][0] for edit in change["edits"]] == ["canary"]


def test_a_status_tells_who_waits_behind_the_first_ones(live: tuple[Path, dict[str, str]]) -> None:
    project, variables = live
    (project / "journeys" / "news.yaml").write_text(NEWS + CANARY)
    run(project, variables, "apply", "--yes")

    run(project, variables, *FAST, "--until", "2026-12-01 09:10")
    said = run(project, variables, "status", "news")
    (news,) = json.loads(run(project, variables, "status", "news", "--json"))["journeys"]

    assert news["mails"]["accepted"] == 2
    assert news["mails"]["waiting"] == {"canary": 4}
    assert "6 = 2 accepted + 4 waiting" in said
    assert "behind the first ones" in said

    run(project, variables, *FAST, "--until", "2026-12-01 09:40")
    assert "6 = 6 accepted" in run(project, variables, "status", "news")
