"""A project whose store is in PostgreSQL, by the commands."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from jo.cli.exits import Exit
from jo.cli.main import jo, run
from jo.store import open_store
from jo.workspace.starting import make_key, starter_files, write_files


@pytest.fixture
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str) -> None:
    write_files(tmp_path, starter_files("project"))
    make_key(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JO_STORE_URL", "env:STORE")
    monkeypatch.setenv("STORE", postgres_url)
    monkeypatch.setenv("JO_JOURNAL_PATH", ".jo/journal")


def tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        counted = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return int(counted.fetchall()[0][0])


@pytest.mark.usefixtures("_project")
def test_a_plan_makes_no_tables_and_an_apply_does(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(jo, ["plan", "--detailed-exitcode"]) == Exit.CHANGES
    assert tables(postgres_url) == 0

    assert run(jo, ["apply", "--yes"]) == Exit.OK
    assert tables(postgres_url) > 20
    assert run(jo, ["plan", "--detailed-exitcode"]) == Exit.OK
    capsys.readouterr()

    assert run(jo, ["history"]) == Exit.OK
    assert run(jo, ["status"]) == Exit.OK
    run(jo, ["doctor"])
    assert "Generation 1" in capsys.readouterr().out


@pytest.mark.usefixtures("_project")
def test_a_database_that_is_not_there_is_told_by_doctor_and_plan(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STORE", postgres_url.replace("?", "-nowhere?"))

    assert run(jo, ["plan"]) == Exit.FAILURE
    assert "cannot be used: database" in capsys.readouterr().err
    assert run(jo, ["doctor"]) == Exit.FAILURE
    assert "cannot be used: database" in capsys.readouterr().out


@pytest.mark.usefixtures("_project")
def test_a_worker_that_was_killed_gives_no_sign(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(jo, ["apply", "--yes"]) == Exit.OK
    with closing(open_store(postgres_url)) as store, store.write() as work:
        work.leases.acquire("run/1", "mailhost:4711", work.leases.clock() - timedelta(seconds=50), 60)
    capsys.readouterr()

    assert run(jo, ["status"]) == Exit.OK
    assert "(mailhost:4711, last sign 50 s ago)" in capsys.readouterr().out
