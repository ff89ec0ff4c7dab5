"""`jo status`, `jo why` and `jo sends` over a store in which things have happened."""

import json
from pathlib import Path

import pytest

from jo.cli.exits import Exit
from tests.support.neighborhood import a_project, neighbors, play, write_members

FAST = ("run", "--clock", "fast")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight members since a day: one without an address, one who left at once."""
    folder = a_project(tmp_path_factory.mktemp("standing") / "project")
    rows = [{"id": f"p{n}", "email": f"p{n}@people.example", "first_name": f"N{n}"} for n in range(8)]
    rows[3]["email"] = ""
    write_members(folder, rows)
    with neighbors(folder) as variables:
        for words in (
            (*FAST, "--from", "2026-12-01 08:00", "--once"),
            ("apply", "--yes", "--actor", "ada"),
            (*FAST, "--until", "2026-12-01 10:00"),
            ("pause", "template/tip", "--why", "a typo", "--who", "bob"),
            (*FAST, "--until", "2026-12-05"),
        ):
            code, _, err = play(folder, variables, *words)
            assert code == Exit.OK, err
    return folder


def test_status_adds_up(project: Path) -> None:
    code, out, _ = play(project, {}, "status")

    assert code == Exit.OK
    assert "candidates  8 = 7 entered + 1 no usable address" in out
    assert "people      7 = 7 inside" in out
    assert "mails       14 = 7 accepted + 7 waiting" in out
    assert "7  waiting  paused" in out
    assert "paused: template/tip, by bob: a typo" in out
    assert "generation 1 of 2026-12-01 08:00 by ada" in out


def test_status_of_one_journey_and_of_none(project: Path) -> None:
    assert "program/welcome" in play(project, {}, "status", "welcome")[1]
    code, _, err = play(project, {}, "status", "welcom")
    assert code == Exit.USAGE
    assert "Did you mean `welcome`?" in err


def test_status_of_a_fresh_store_says_what_to_do(tmp_path: Path) -> None:
    code, out, _ = play(a_project(tmp_path / "fresh"), {}, "status")
    assert (code, out.splitlines()[0]) == (
        Exit.OK,
        "Nothing is live yet. Make the project live with `jo apply`.",
    )


def test_why_tells_the_story_of_a_person_by_key_or_address(project: Path) -> None:
    code, by_key, _ = play(project, {}, "why", "p1")
    assert code == Exit.OK
    assert play(project, {}, "why", " P1@people.example ")[1] == by_key
    said = " ".join(by_key.split())
    assert "Tue 2026-12-01 08:00 program/welcome entered" in said
    assert "program/welcome#hello mail `welcome` went out (250 kept as" in said
    assert "program/welcome#look went on by `timeout` (after 3 days)" in said
    assert "program/welcome#tip mail `tip`, paused (template/tip) Mon 2026-12-07 08:00" in said


def test_why_tells_why_not(project: Path) -> None:
    said = " ".join(play(project, {}, "why", "p3")[1].split())
    assert "p3, without a usable address" in said
    assert "Why not program/welcome no usable address asked again at each refresh" in said


def test_why_of_nobody(project: Path) -> None:
    code, _, err = play(project, {}, "why", "nobody@people.example")
    assert code == Exit.FAILURE
    assert "Nothing is known of `nobody@people.example`." in err


def test_sends_are_chosen_by_state_journey_and_contact(project: Path) -> None:
    def found(*words: str) -> int:
        code, out, err = play(project, {}, "sends", "--json", *words)
        assert code == Exit.OK, err
        return len(json.loads(out)["sends"])

    assert found() == 14
    assert found("--state", "pending") == 7
    assert found("--state", "accepted", "--contact", "p1") == 1
    assert found("--journey", "outreach/none") == 0
    assert found("--uncertain") == 0
    assert found("--limit", "3") == 3
    assert play(project, {}, "sends", "--state", "lost")[0] == Exit.USAGE
    assert "there are more, see --limit" in play(project, {}, "sends", "--limit", "3")[1]
    assert play(project, {}, "sends", "--uncertain")[1] == "No such mail.\n"


@pytest.mark.parametrize("words", [("status",), ("why", "p1"), ("sends",)])
def test_everything_is_there_as_json(project: Path, words: tuple[str, ...]) -> None:
    code, out, _ = play(project, {}, *words, "--json")
    assert code == Exit.OK
    assert str(json.loads(out)["format"]).endswith("/1")
