"""An answer is never made of two versions of a file."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from jo.model.project import Project
from jo.ports.warehouse import SourceError
from jo.warehouse.database import Limits
from jo.warehouse.load import Loaded
from jo.warehouse.location import SourceLocation
from jo.warehouse.tables import TRIES, Tables
from tests.support.files import accepted
from tests.support.manifests import compiled

PROJECT = accepted(compiled("kind: source\nname: people\nkey: id\nfields: {id: text}\n"))


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    opened = Tables({"people": SourceLocation(name="people", root=tmp_path, path="people.csv")}, Limits())
    yield opened
    opened.close()


def ask(tables: Tables, project: Project, meanwhile: Callable[[], None]) -> list[str]:
    """Return the keys of the people; something happens right after they were read."""

    def question(loaded: Mapping[str, Loaded]) -> list[str]:
        keys = [key for (key,) in tables.database.rows("select id from people")]
        meanwhile()
        return keys

    return tables.ask(project, ["people"], question)


def test_a_question_is_asked_again_when_the_file_changed_meanwhile(tables: Tables, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id\nold\n")
    changes = iter(["id\nnewer\n"])

    def change_once() -> None:
        for content in changes:
            file.write_text(content)

    assert ask(tables, PROJECT, change_once) == ["newer"]


def test_a_file_that_never_rests_is_given_up(tables: Tables, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id\n0\n")
    asked: list[int] = []

    def change() -> None:
        asked.append(len(asked))
        file.write_text("id\n" + "x" * len(asked))

    with pytest.raises(SourceError, match="again and again"):
        ask(tables, PROJECT, change)
    assert len(asked) == TRIES


def test_a_file_that_is_taken_away_meanwhile_is_away(tables: Tables, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id\n0\n")

    with pytest.raises(SourceError, match="does not exist"):
        ask(tables, PROJECT, file.unlink)
