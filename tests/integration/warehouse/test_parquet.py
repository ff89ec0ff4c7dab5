"""Parquet files: read in place when they are as declared, else as strictly as CSV."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jo.ports.warehouse import SourceError
from tests.support.files import Given

Open = Callable[..., Given]

PEOPLE = """
kind: source
name: people
key: id
fields:
  id: text
  name: text?
  age: integer?
  score: number?
  vip: boolean?
  born: date?
  seen: timestamp?
"""

GOOD = """
select 'p' || i as id, case when i % 3 > 0 then 'Ann' end as name, i as age, i / 2 as score, i % 2 = 0 as vip,
    date '2000-01-01' + i::int as born, timestamp '2026-01-01 10:00:00.5' + to_hours(i::int) as seen
from range(6) as numbers(i)
"""


def parquet(root: Path, query: str, name: str = "people.parquet") -> Path:
    path = root / name
    text = str(path).replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{text}' (format parquet)")
    return path


def opened(given: Open, tmp_path: Path, query: str, manifest: str = PEOPLE, **settings: Any) -> Given:
    parquet(tmp_path, query)
    return given(manifest, {}, people={"path": "people.parquet", **settings})


def kinds(given: Given) -> dict[str, bool]:
    """Return relation → whether it is read in place."""
    tables = given.warehouse._tables._loaded  # type: ignore[attr-defined]  # what cannot be seen from outside
    return {name: loaded.relation.is_view for name, loaded in tables.items()}


def test_a_file_that_is_as_declared_is_read_in_place(given: Open, tmp_path: Path) -> None:
    people = opened(given, tmp_path, GOOD)

    assert people.found("people") == []
    assert kinds(people) == {"people": True}
    assert people.facts("people", ["p1", "p3"])[0].data == {
        "id": "p1",
        "name": "Ann",
        "age": 1,
        "score": 0.5,
        "vip": False,
        "born": "2000-01-02",
        "seen": "2026-01-01T11:00:00.500000+00:00",
    }
    assert people.values("people", "name") == [None, "Ann", "Ann", None, "Ann", "Ann"]


def test_other_types_that_hold_the_same_values_are_converted(given: Open, tmp_path: Path) -> None:
    query = """
    select uuid_text::uuid as id, 'x'::enum('x', 'y') as name, 7::utinyint as age,
        1.25::decimal(9, 3) as score,
        'yes' as vip, timestamp '2000-01-02' as born, timestamptz '2026-01-01 10:00:00+02' as seen
    from (select '00000000-0000-0000-0000-000000000001' as uuid_text)
    """

    [fact] = opened(given, tmp_path, query).facts("people")

    assert fact.data == {
        "id": "00000000-0000-0000-0000-000000000001",
        "name": "x",
        "age": 7,
        "score": 1.25,
        "vip": True,
        "born": "2000-01-02",
        "seen": "2026-01-01T08:00:00+00:00",
    }


def test_whole_numbers_in_doubles_are_integers(given: Open, tmp_path: Path) -> None:
    query = f"select * replace (case when age > 0 then age::double end as age) from ({GOOD})"

    assert opened(given, tmp_path, query).values("people", "age") == [None, 1, 2, 3, 4, 5]


def test_blank_texts_are_null_in_place(given: Open, tmp_path: Path) -> None:
    name = "case when age < 2 then ' ' when age < 4 then '' else 'x' end as name"
    query = f"select * replace ({name}) from ({GOOD})"
    people = opened(given, tmp_path, query)

    assert people.values("people", "name") == [None] * 4 + ["x"] * 2
    assert kinds(people) == {"people": True}


@pytest.mark.parametrize(
    ("replaced", "found"),
    [
        ("case when age = 1 then 9007199254740993 else age end as age", "J603 age warning"),
        ("case when age = 1 then 'a' || chr(0) || 'b' else name end as name", "J603 name warning"),
        ("case when age = 1 then 'p' || chr(0) else id end as id", "J603 id warning"),
        ("case when age = 1 then 'inf'::double else score end as score", "J603 score warning"),
        ("case when age = 1 then 'nan'::double else score end as score", "J603 score warning"),
        ("case when age = 1 then date '9999-12-31' else born end as born", "J603 born warning"),
        ("case when age = 1 then 'infinity'::date else born end as born", "J603 born warning"),
        ("case when age = 1 then timestamp '1800-01-01' else seen end as seen", "J603 seen warning"),
        ("case when age = 1 then 1.5 else age end as age", "J602 age warning"),
        ("case when age = 1 then 'old' else age::text end as age", "J602 age warning"),
        ("case when age = 1 then null else id end as id", "J602 id warning"),
        ("case when age = 1 then 'p2' else id end as id", "J605 id warning"),
    ],
)
def test_rows_outside_are_left_out_by_number(given: Open, tmp_path: Path, replaced: str, found: str) -> None:
    people = opened(given, tmp_path, f"select * replace ({replaced}) from ({GOOD})")

    assert people.found("people") == [found]
    assert kinds(people) == {"people": False}
    row = 3 if "J605" in found else 2
    assert f"in row {row} of `people.parquet`" in people.check("people")[0].detail
    assert "p1" not in [fact.key for fact in people.facts("people") if fact.is_readable]


@pytest.mark.parametrize(
    ("field", "replaced", "file_type"),
    [
        ("age", "true as age", "BOOLEAN"),
        ("score", "date '2026-01-01' as score", "DATE"),
        ("vip", "1 as vip", "INTEGER"),
        ("born", "5 as born", "INTEGER"),
        ("seen", "time '10:00' as seen", "TIME"),
        ("name", "['a'] as name", "VARCHAR[]"),
        ("name", "'a'::blob as name", "BLOB"),
        ("name", "1.5::double as name", "DOUBLE"),
    ],
)
def test_a_column_of_a_type_that_cannot_serve_is_an_error(
    given: Open, tmp_path: Path, field: str, replaced: str, file_type: str
) -> None:
    people = opened(given, tmp_path, f"select * replace ({replaced}) from ({GOOD})")

    [finding] = people.check("people")

    assert (finding.code.id, finding.field, finding.severity) == ("J602", field, "error")
    assert file_type in finding.detail
    with pytest.raises(SourceError, match=field):
        people.facts("people")


def test_columns_are_found_by_their_own_names(given: Open, tmp_path: Path) -> None:
    manifest = "kind: source\nname: people\nkey: id\nfields: {id: text, name: text}\n"
    columns = {"id": "Person Id", "name": 'the "name"'}
    people = opened(
        given,
        tmp_path,
        'select \'1\' as "Person Id", \'Ann\' as "the ""name""", 5 as file_row',
        manifest,
        columns=columns,
    )

    assert people.facts("people")[0].data == {"id": "1", "name": "Ann"}


def test_a_missing_column_is_said_with_the_near_miss(given: Open, tmp_path: Path) -> None:
    [finding] = opened(given, tmp_path, f"select * rename (age as ages) from ({GOOD})").check("people")

    assert (finding.code.id, finding.help) == ("J601", "Did you mean `ages`?")


@pytest.mark.parametrize("broken", [b"", b"id,name\n1,Ann\n", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_what_is_no_parquet_file_is_unreadable(given: Open, tmp_path: Path, broken: bytes) -> None:
    people = given(PEOPLE, {"people.parquet": broken}, people={"path": "people.parquet"})

    assert people.found("people") == ["J604 None error"]
    with pytest.raises(SourceError, match="people"):
        people.facts("people")


def test_a_file_damaged_within_is_unreadable(given: Open, tmp_path: Path) -> None:
    query = "select 'p' || i as id, hash(i)::text as name from range(20000) as numbers(i)"
    path = parquet(tmp_path, query)
    damaged = bytearray(path.read_bytes())
    damaged[2000:6000] = bytes(4000)
    path.write_bytes(bytes(damaged))
    manifest = "kind: source\nname: people\nkey: id\nfields: {id: text, name: text}\n"
    people = given(manifest, {}, people={"path": "people.parquet"})

    assert people.found("people") == ["J604 None error"]


def test_a_file_is_replaced_between_two_questions(given: Open, tmp_path: Path) -> None:
    people = opened(given, tmp_path, GOOD)
    assert len(people.facts("people")) == 6

    parquet(tmp_path, f"select * replace (' ' as name) from ({GOOD}) where age < 2", "next.parquet").rename(
        tmp_path / "people.parquet"
    )

    assert people.values("people", "name") == [None, None]


def test_both_formats_give_the_same(given: Open, tmp_path: Path) -> None:
    people = opened(given, tmp_path, GOOD)
    with duckdb.connect() as connection:
        connection.execute(f"copy ({GOOD}) to '{tmp_path}/people.csv' (header)")
    in_csv = given(PEOPLE, {})

    assert people.facts("people") == in_csv.facts("people")
