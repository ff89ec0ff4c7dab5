"""What a source may not be, and that names and paths are never read as anything but names and paths."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jo.conditions.types import Field, FieldType, Table
from jo.model.project import Project
from jo.model.source import Roles, Source
from jo.ports.warehouse import SourceError
from jo.warehouse import open_warehouse
from jo.warehouse.database import Database, Limits
from jo.warehouse.location import SourceLocation
from tests.integration.warehouse.test_parquet import parquet
from tests.support.files import Given

Open = Callable[..., Given]

PEOPLE = "kind: source\nname: people\nkey: id\nfields: {id: text}\n"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"path": "gone.csv"}, "`gone.csv` does not exist"),
        ({"path": "folder.csv"}, "is a folder"),
        ({"path": "pipe.csv"}, "is no regular file"),
        ({"path": "loop.csv"}, "cannot be reached"),
        ({"path": "/dev/zero", "format": "csv"}, "is no regular file"),
        ({"path": "http://example.com/people.csv"}, "is a URL"),
        ({"path": "s3://bucket/people.parquet"}, "is a URL"),
        ({"path": "file:///etc/passwd", "format": "csv"}, "is a URL"),
        ({"path": "../people.csv"}, "leads out of the project's folder"),
        ({"path": "data/../../people.csv"}, "leads out of the project's folder"),
        ({"path": "people.xlsx"}, "neither CSV nor Parquet"),
        ({"path": "people.csv", "format": "json"}, "neither CSV nor Parquet"),
        ({"path": ""}, "is empty"),
        ({"path": "people.csv\0.parquet"}, "holds a NUL"),
        ({"path": "'; drop table people; --.parquet"}, "does not exist"),
    ],
)
def test_what_is_no_regular_file_of_the_project_is_refused(
    given: Open, tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    opened = given(PEOPLE, {}, people=settings)

    [finding] = opened.check("people")

    assert (finding.code.id, finding.severity) == ("J604", "error")
    assert says in finding.detail
    with pytest.raises(SourceError, match="source `people` cannot be read"):
        opened.facts("people")
    with pytest.raises(SourceError):
        opened.warehouse.as_of(opened.project.sources["people"])


def test_an_absolute_path_and_a_link_may_lead_anywhere(given: Open, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    (outside / "root").mkdir(parents=True)
    (outside / "people.csv").write_text("id\n1\n")
    (tmp_path / "link.csv").symlink_to(outside / "people.csv")

    for path in (str(outside / "people.csv"), "link.csv"):
        assert given(PEOPLE, {}, people={"path": path}).values("people", "id") == ["1"]


def test_a_source_without_a_location_is_said(given: Open) -> None:
    opened = given(PEOPLE, {})
    nowhere = open_warehouse({})
    people = opened.project.sources["people"]

    [finding] = nowhere.check(opened.project, people)

    assert (finding.code.id, finding.help) == (
        "J904",
        'Add a section:\n\n    [sources.people]\n    path = "…"',
    )
    with pytest.raises(SourceError, match="does not say where the source `people` lies"):
        nowhere.as_of(people)
    nowhere.close()


@pytest.mark.parametrize("name", ["a*.parquet", "[ab].parquet", "a?.parquet"])
def test_a_path_that_duckdb_would_take_for_a_pattern_is_refused(
    given: Open, tmp_path: Path, name: str
) -> None:
    parquet(tmp_path, "select 'other' as id", "ab.parquet")
    parquet(tmp_path, "select 'own' as id", "own.tmp").rename(tmp_path / name)

    [finding] = given(PEOPLE, {}, people={"path": name}).check("people")

    assert "holds a character of patterns" in finding.detail
    in_csv = {name: "id\nown\n"}
    assert given(PEOPLE, in_csv, people={"path": name, "format": "csv"}).values("people", "id") == ["own"]


@pytest.mark.parametrize(
    "name", ["{a,b}.parquet", "it's.parquet", "y=1.parquet", "-.parquet", "ü ö.parquet", "a\\b.parquet"]
)
def test_any_other_name_of_a_file_is_just_a_name(given: Open, tmp_path: Path, name: str) -> None:
    parquet(tmp_path, "select 'own' as id", "own.tmp").rename(tmp_path / name)

    assert given(PEOPLE, {}, people={"path": name}).values("people", "id") == ["own"]


def test_a_parquet_file_without_its_extension_and_in_a_partition_folder(given: Open, tmp_path: Path) -> None:
    (tmp_path / "id=7").mkdir()
    parquet(tmp_path, "select 'own' as id", "id=7/export")

    assert given(PEOPLE, {}, people={"path": "id=7/export", "format": "parquet"}).values("people", "id") == [
        "own"
    ]


def test_names_reach_sql_as_names(tmp_path: Path) -> None:
    """Schemas refuse such names; the warehouse does not rely on that."""
    name, field = 'x"; drop table y; --', 'it\'s "quoted"'
    source = Source(
        name=name,
        key=field,
        fields={field: Field(FieldType.TEXT), 'b"': Field(FieldType.INTEGER, nullable=True)},
        row="row",
        roles=Roles(),
    )
    (tmp_path / "x.csv").write_text('"it\'s ""quoted""","b"""\nk,1\n')
    warehouse = open_warehouse({name: SourceLocation(name=name, root=tmp_path, path="x.csv")})
    project = Project(resources={source.address: source})

    [fact] = warehouse.facts(project, source, ["k", "' or 1=1 --"], source.fields)

    assert fact.data == {field: "k", 'b"': 1}
    assert warehouse.check(project, source) == []
    warehouse.close()


def test_the_database_opens_no_file_but_the_sources(tmp_path: Path) -> None:
    own = parquet(tmp_path, "select 1 as id", "own.parquet")
    other = parquet(tmp_path, "select 2 as id", "other.parquet")
    database = Database([own], Limits())
    variable: Any = [1, 2, 3]
    assert variable

    assert database.rows(f"select * from read_parquet('{own}')") == [(1,)]
    for refused in (
        f"select * from read_parquet('{other}')",
        f"select * from read_parquet('{tmp_path}/*.parquet')",
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('http://127.0.0.1:1/x.csv')",
        f"attach '{tmp_path}/new.db'",
        f"copy (select 1) to '{tmp_path}/new.csv'",
        "load httpfs",
        "install httpfs",
        "set enable_external_access = true",
        "set allowed_paths = ['/etc/hostname']",
        "set threads = 8",
        "select * from variable",
    ):
        with pytest.raises(SourceError, match="DuckDB refused"):
            database.run(refused)
    database.close()


def test_what_does_not_fit_into_memory_is_spilled_and_gone_afterwards(tmp_path: Path) -> None:
    database = Database([], Limits(memory="100MB", threads=1))
    spill = Path(database.spill_folder)

    database.run(
        "create table big as select i, repeat('x', 200) || i as text from range(800000) as numbers(i)"
    )
    [(rows,)] = database.rows("select count(distinct text) from big")

    assert rows == 800_000
    assert list(spill.iterdir())
    assert spill.stat().st_mode & 0o777 == 0o700
    database.close()
    assert not spill.exists()


def test_running_out_of_memory_is_the_worlds_trouble() -> None:
    database = Database([], Limits(memory="20MB", threads=1))

    with pytest.raises(SourceError, match="memory"):
        database.rows("select list(i::varchar || repeat('x', 100)) from range(2000000) as numbers(i)")
    database.close()


def test_a_table_is_declared_the_way_it_is_asked(given: Open) -> None:
    """One warehouse serves two projects that declare one file differently, in turns."""
    as_text = given(PEOPLE, {"people.csv": "id\n7\n"})
    as_integer = given(PEOPLE.replace("text", "integer"), {})
    shared = as_text.warehouse

    def ids(project: Project) -> list[Any]:
        people = project.sources["people"]
        return [fact.data["id"] for fact in shared.facts(project, people, None, people.fields)]

    assert [ids(as_text.project), ids(as_integer.project), ids(as_text.project)] == [["7"], [7], ["7"]]
    assert isinstance(as_text.project.tables["people"], Table)
