"""Edits in plain words."""

from typing import Any

import pytest

from jo.reports.edit_words import EditWords, edit_words


def an_edit(path: str, before: Any, after: Any) -> dict[str, Any]:
    keys = [int(key) if key.isdecimal() else key for key in path.split(".")]
    return {"path": keys, "before": before, "after": after}


def words(path: str, before: Any, after: Any) -> EditWords:
    (found,) = edit_words([an_edit(path, before, after)])
    return found


def lines(path: str, before: Any, after: Any) -> list[str]:
    return [f"{side.value} {text}" for side, text in words(path, before, after).lines]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("subject", "subject"),
        ("body.text", "body"),
        ("steps.settle.wait", "step settle, wait"),
        ("steps.size.branch.0.when", "step size, branch, number 1, when"),
        ("versions.ja.subject", "version ja, subject"),
        ("exit_when.churned", "exit churned"),
        ("entry.existing", "entry, existing"),
        ("from_name", "from name"),
        ("fields.first_name", "field first_name"),
    ],
)
def test_a_path_is_told_as_a_place(path: str, where: str) -> None:
    assert words(path, "a", "b").where == where


def test_a_condition_is_told_by_its_items_that_differ() -> None:
    before = "contact.role = 'Admin' and days_since(company.since) <= 30"
    after = "contact.role = 'Admin' and days_since(company.since) <= 45"
    assert lines("where", before, after) == [
        "- at most 30 days since company's since",
        "+ at most 45 days since company's since",
    ]


def test_conditions_in_another_order_are_told_as_that() -> None:
    before, after = "a.b = 1 and a.c = 2", "a.c = 2 and a.b = 1"
    assert words("where", before, after).lines == ()
    assert words("where", before, after).remark == "the same conditions in another order"


def test_a_condition_that_cannot_be_read_stays_as_it_is() -> None:
    assert lines("steps.a.if", "a ===", None) == ["- a ==="]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("3 days", "5 days", ["- 3 days", "+ 5 days"]),
        (None, 20, ["+ 20"]),
        (True, False, ["- yes", "+ no"]),
        (["a", "b"], [], ["- a, b", "+ none"]),
        (
            {"email": "hello", "if": "contact.language is not null"},
            None,
            ["- email hello, if contact's language is known"],
        ),
        ("two\twords", "two  words", ["- two words", "+ two words"]),
    ],
)
def test_plain_values_are_told_on_a_line(before: Any, after: Any, expected: list[str]) -> None:
    assert lines("steps.a.b", before, after) == expected


def test_what_is_new_or_gone_as_a_whole_is_said() -> None:
    assert words("steps.a", None, {"email": "hello"}).remark == "new"
    assert words("steps.a", {"email": "hello"}, None).remark == "gone"
    assert words("steps.a.after", None, "1 day").remark == ""


def test_a_text_is_told_by_its_changed_lines_in_order() -> None:
    assert lines("body.text", "one\ntwo\nthree\n", "one\n2\nthree\nfour\n") == ["- two", "+ 2", "+ four"]


def test_a_long_change_is_cut_and_counted() -> None:
    found = words("body.text", "x\n", "".join(f"{number}\n" for number in range(100)))
    assert len(found.lines) == 40
    assert found.remark == "and 61 more lines"


def test_an_order_is_told_where_nothing_else_says_it() -> None:
    versions = an_edit("versions.order", ["ja", "de"], ["de", "ja"])
    assert edit_words([versions])[0].where == "order of versions"
    more = an_edit("versions.order", ["ja"], ["de", "ja"])
    assert edit_words([more]) == ()
    steps = an_edit("steps.order", ["a", "b"], ["b", "a"])
    assert edit_words([steps]) == ()


def test_a_step_that_is_called_order_is_a_step() -> None:
    assert words("steps.order", None, {"email": "hello"}).where == "step order"
