"""Findings that are kept by content, and the project's folder of its own."""

import json
from pathlib import Path

import pytest

from jo.diagnostics.codes import BAD_SETTINGS, UNREACHABLE_STEP, Severity
from jo.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Safety
from jo.diagnostics.span import Position, Span
from jo.workspace.cache import FindingsCache, digest, local_folder, make_local

HERE = Span("journeys/a.yaml", Position(3, 4), Position(3, 9))

FOUND = (
    Diagnostic(
        code=UNREACHABLE_STEP,
        detail="No way leads to `ä`.",
        at=HERE,
        label="unreachable",
        address="program/a#b",
        others=(Label(span=HERE, text="from here"),),
        help="Write `next`.",
        fix=Fix(title="Take it out", edits=(Edit(span=HERE, text=""),), safety=Safety.SAFE),
        severity=Severity.WARNING,
    ),
    Diagnostic(code=BAD_SETTINGS, detail="Nothing.", at=None),
)


def the_file(root: Path) -> Path:
    (file,) = (root / ".jo" / "cache").iterdir()
    return file


def test_findings_come_back_as_they_were(tmp_path: Path) -> None:
    cache = FindingsCache(tmp_path, "a")
    assert cache.load("key") is None
    cache.save("key", FOUND)
    assert cache.load("key") == FOUND
    assert cache.load("another key") is None


def test_ways_of_checking_do_not_disturb_each_other(tmp_path: Path) -> None:
    FindingsCache(tmp_path, "a").save("key", FOUND)
    FindingsCache(tmp_path, "b").save("key", ())
    assert FindingsCache(tmp_path, "a").load("key") == FOUND


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"key": "key"}',
        b'{"key": "key", "found": 3}',
        b'{"key": "key", "found": [[]]}',
        b'{"key": "key", "found": [["J999", "error", "", "", null, null, "", [], null]]}',
        b'{"key": "key", "found": [["J302", "fatal", "", "", null, null, "", [], null]]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_cache_is_an_empty_one(content: bytes, tmp_path: Path) -> None:
    cache = FindingsCache(tmp_path, "a")
    cache.save("key", FOUND)
    the_file(tmp_path).write_bytes(content)
    assert cache.load("key") is None


def test_every_cut_of_a_cache_is_an_empty_one(tmp_path: Path) -> None:
    cache = FindingsCache(tmp_path, "a")
    cache.save("key", FOUND)
    whole = the_file(tmp_path).read_bytes()
    for length in range(len(whole)):
        the_file(tmp_path).write_bytes(whole[:length])
        assert cache.load("key") is None


def test_a_value_of_another_type_never_raises(tmp_path: Path) -> None:
    cache = FindingsCache(tmp_path, "a")
    cache.save("key", FOUND)
    kept = json.loads(the_file(tmp_path).read_bytes())
    for place in range(len(kept["found"][0])):
        for wrong in (7, [7], {"a": 7}, True):
            found = [[*kept["found"][0][:place], wrong, *kept["found"][0][place + 1 :]]]
            the_file(tmp_path).write_text(json.dumps({"key": "key", "found": found}), encoding="utf-8")
            cache.load("key")


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / ".jo").write_text("a file", encoding="utf-8")
    cache = FindingsCache(tmp_path, "a")
    cache.save("key", FOUND)
    assert cache.load("key") is None


def test_parts_are_told_apart_by_their_borders() -> None:
    assert digest([b"ab", b"c"]) != digest([b"a", b"bc"])
    assert digest([b"", b"a"]) != digest([b"a", b""])


def test_git_never_sees_the_local_folder(tmp_path: Path) -> None:
    assert (local_folder(tmp_path) / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_git_never_sees_it_whatever_lies_in_it_is_made_first(tmp_path: Path) -> None:
    make_local(tmp_path / ".jo" / "mail")
    make_local(tmp_path / "other" / "mail")

    assert (tmp_path / ".jo" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert not (tmp_path / "other").exists()
