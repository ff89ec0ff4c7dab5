"""Conditions as values, and the forms in which YAML writes them."""

import pytest

from jo.conditions.condition import (
    ALWAYS,
    NEVER,
    Condition,
    all_of,
    any_of,
    negate,
    parse_condition,
)
from jo.conditions.parse import MAX_LENGTH, parse
from jo.diagnostics.codes import BAD_CONDITION


def read(raw: object) -> Condition:
    condition, faults = parse_condition(raw)
    assert faults == ()
    assert condition is not None
    return condition


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a.x = 1", "a.x = 1"),
        (["a.x = 1", "b.y"], "a.x = 1 and b.y"),
        (["a.x = 1 or b.y"], "a.x = 1 or b.y"),
        (["a.x = 1 or b.y", "c.z"], "(a.x = 1 or b.y) and c.z"),
        ({"all": ["a.x", "b.y"]}, "a.x and b.y"),
        ({"any": ["a.x", ["b.y", "c.z"]]}, "a.x or (b.y and c.z)"),
        ({"not": "a.x = 1"}, "not (a.x = 1)"),
        ({"not": {"any": ["a.x", "b.y"]}}, "not (a.x or b.y)"),
        ({"any": ["a.x", "b.y"], "not": "c.z"}, "(a.x or b.y) and not c.z"),
        (True, "true"),
        ("true", "true"),
    ],
)
def test_every_form_of_yaml_is_one_condition(raw: object, text: str) -> None:
    assert read(raw).text == text


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (["a.x", "b.y =="], (1,)),
        ({"any": ["a.x", {"not": "=="}]}, ("any", 1, "not")),
        ({"or": ["a.x"]}, ()),
        ({"all": "a.x"}, ("all",)),
        ({}, ()),
        ([], ()),
        ({"any": []}, ("any",)),
        (3, ()),
        (["a.x", None], (1,)),
        ({1: "a.x"}, ()),
    ],
)
def test_a_fault_has_the_path_to_its_text(raw: object, path: tuple[str | int, ...]) -> None:
    condition, [fault] = parse_condition(raw)
    assert condition is None
    assert fault.path == path
    assert fault.fault.code is BAD_CONDITION


def test_all_faults_are_reported_at_once() -> None:
    _, faults = parse_condition(["a.x ==", "b.y", "&&"])
    assert [fault.path for fault in faults] == [(0,), (2,)]


def test_a_condition_too_large_for_one_text_is_refused_as_a_whole() -> None:
    condition, [fault] = parse_condition(
        ["a.x = '" + "x" * 1000 + f"{i}'" for i in range(MAX_LENGTH // 1000 + 1)]
    )
    assert condition is None
    assert fault.path == ()


def test_lists_within_lists_are_limited() -> None:
    raw: object = "a.x"
    for _ in range(5000):
        raw = [raw]
    condition, faults = parse_condition(raw)
    assert condition is None
    assert len(faults) == 1


def test_equal_conditions_are_equal_values() -> None:
    assert read("a.x=1 AND (b.y)") == read(["a.x = 1", "b.y"])
    assert len({read("a.x=1"), read("( a.x = 1 )"), read("a.x = 1.0")}) == 2


def test_items_are_what_must_all_hold() -> None:
    assert [item.text for item in read(["a.x", "b.y and c.z", "d.w or e.v"]).items] == [
        "a.x",
        "b.y",
        "c.z",
        "d.w or e.v",
    ]
    assert [item.text for item in read("a.x or b.y").items] == ["a.x or b.y"]


def test_paths_and_functions_are_found_everywhere() -> None:
    condition = read("lower(a.x) in (b.y, 'z') or not days_since(c.d.e) between 1 and f.g")
    assert condition.paths() == {"a.x", "b.y", "c.d.e", "f.g"}
    assert condition.functions() == {"lower", "days_since"}


def test_conditions_combine() -> None:
    one, two = read("a.x or b.y"), read("c.z")
    assert all_of([one, two]).text == "(a.x or b.y) and c.z"
    assert any_of([one, two]).text == "a.x or b.y or c.z"
    assert negate(one).text == "not (a.x or b.y)"
    assert all_of([one]) == one
    assert all_of([]) == ALWAYS
    assert any_of([]) == NEVER


def test_the_text_of_a_condition_reads_back() -> None:
    condition = read({"any": ["a.x", {"not": ["b.y", "c.z != 'it''s'"]}]})
    assert parse(condition.text).expr == condition.expr
    assert str(condition) == condition.text
