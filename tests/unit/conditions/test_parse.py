"""Texts of conditions become trees, or faults that say what to write instead."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.conditions.parse import MAX_LENGTH, parse
from jo.conditions.to_text import to_text
from jo.conditions.translate import MAX_DEPTH
from jo.conditions.tree import (
    And,
    Call,
    Comparator,
    Compare,
    In,
    IsNull,
    Literal,
    Negate,
    Not,
    Or,
    Path,
    walk,
)
from jo.conditions.types import FieldType
from jo.diagnostics.codes import BAD_CONDITION

A, B, C = Path(("a", "x")), Path(("b", "y")), Path(("c", "z"))
ONE = Literal(FieldType.INTEGER, 1)


def test_a_condition_becomes_our_own_tree() -> None:
    parsed = parse("a.x = 'it''s' and (b.y in (1, -1) or not c.z is null)")
    assert parsed.faults == ()
    assert parsed.expr == And(
        (
            Compare(Comparator.EQUAL, A, Literal(FieldType.TEXT, "it's")),
            Or((In(B, (ONE, Negate(ONE))), Not(IsNull(C)))),
        )
    )


def test_types_of_constants_are_kept_apart() -> None:
    assert parse("f(1)").expr != parse("f(1.0)").expr != parse("f(true)").expr
    assert parse("f(1)").expr == Call("f", (ONE,))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("A.x<>1", "A.x != 1"),
        ("a.x   NOT IN(1,2)", "a.x not in (1, 2)"),
        ("NOT (a.x = 1)", "not (a.x = 1)"),
        ("NOT a.x", "not a.x"),
        ("((a.x)) = ((1))", "a.x = 1"),
        ("(a.x = 1 and b.y = 2) and c.z = 3", "a.x = 1 and b.y = 2 and c.z = 3"),
        ("a.x = 1 or (b.y = 2 and c.z = 3)", "a.x = 1 or (b.y = 2 and c.z = 3)"),
        ("a.x = 1 or b.y = 2 and c.z = 3", "a.x = 1 or (b.y = 2 and c.z = 3)"),
        ("a.x isnull", "a.x is null"),
        ("a.x NOTNULL", "a.x is not null"),
        ("a.x not like 'a%'", "a.x not like 'a%'"),
        ("a.x ILIKE 'a%'", "a.x ilike 'a%'"),
        ("a.x between 1 and 2 and true", "a.x between 1 and 2 and true"),
        ("a.x not between 1 and 2", "a.x not between 1 and 2"),
        ("a.x * (3 + 1) / 2 - (1 - 2) > 1", "a.x * (3 + 1) / 2 - (1 - 2) > 1"),
        ("(a.x * 3) + 1 > 1", "a.x * 3 + 1 > 1"),
        ("- - 1 = a.x", "-(-1) = a.x"),
        ("a.x = 01", "a.x = 1"),
        ("a.x = .50", "a.x = 0.5"),
        ("a.x = 1E3", "a.x = 1000.0"),
        ("LOWER(a.x) = 'x'", "lower(a.x) = 'x'"),
        ("date '2026-01-01' < a.x", "date '2026-01-01' < a.x"),
        ("'2026-01-01'::date < a.x", "date '2026-01-01' < a.x"),
        ("a.x > timestamp '2026-01-01 09:00:00+01'", "a.x > timestamp '2026-01-01 08:00'"),
        ("a.x >\n  timestamp '2026-01-01T09:00:00.5Z'", "a.x > timestamp '2026-01-01 09:00:00.500000'"),
        ("order.group = 1 and user.case = 1", "order.group = 1 and user.case = 1"),
        ("COUNT(tickets, tickets.status='open')>2", "count(tickets, tickets.status = 'open') > 2"),
        ("(a.x = 1) = true", "(a.x = 1) = true"),
        ("(a.x = 1) is null", "(a.x = 1) is null"),
    ],
)
def test_one_normal_text_for_each_meaning(text: str, normal: str) -> None:
    parsed = parse(text)
    assert parsed.faults == ()
    assert parsed.expr is not None
    assert to_text(parsed.expr) == normal
    assert parse(normal).expr == parsed.expr


@pytest.mark.parametrize(
    ("text", "stretch", "help_"),
    [
        ("a.x == 1", "==", "`=`"),
        ("a.x && b.y", "&&", "`and`"),
        ("a.x || b.y", "||", "`or`"),
        ("!a.x", "!", "`not`"),
        ("a.x = 1;", ";", "`;`"),
        ("{{ a.x }} = 1", "{", "braces"),
        ("a.x in [1]", "[", "in ('a', 'b')"),
        ('a.x = "Admin"', '"Admin"', "'Admin'"),
        ("a.x = ‘Admin’", "‘", "straight"),
        ("a.x = null", "a.x = null", "`a.x is null`"),
        ("b.y = 1 and a.x != NULL", "a.x != NULL", "`a.x is not null`"),
        ("a.x > null", "null", "is null"),
        ("a.x in (1, null)", "null", "is null"),
        ("a.x = 1 -- yes", "-- yes", "YAML"),
        ("a.x /* yes */ = 1", "/* yes */ = 1", "YAML"),
        ("case when a.x then 1 end = 1", "case", "or (c and d)"),
        ("a.x < current_date", "current_date", "today()"),
        ("a.x is true", "a.x", "coalesce"),
        ("a.x in (select 1)", "a.x in (select 1", "in_list"),
        ("a.x in 1", "a.x in 1", "parentheses"),
        ("a.x ~ 'b'", "a.x ~ 'b'", "`like`"),
        ("a.x like 'b' escape 'c'", "a.x like 'b' escape 'c'", "contains"),
        ("a.x % 2 = 1", "a.x % 2", "`*`"),
        ("a.x = :name", "name", "field"),
        ("count(*) > 1", "*", "source"),
        ("cast(a.x as int) = 1", "a.x as int", "converted"),
        ("a.x::int = 1", "a.x", "Declare"),
        ("(a.x, b.y) = (1, 2)", "a.x, b.y", "one field"),
        ("a.x is distinct from 1", "a.x is distinct from 1", "is null"),
        ("a.x > interval '1 day'", "interval", "days_since"),
        ("a.x = 1 b.y = 2", "b", "and"),
        ("a.x = 1 and", "and", "compares"),
        ("(a.x = 1", "1", ")"),
        ("a.x = 'abc", "'abc", "single quote"),
        ("a.x = 9007199254740993", "9007199254740993", "text"),
        ("a.x = 1e999", "1e999", "smaller"),
        ("a.x > date '2026-02-30'", "'2026-02-30'", "2026-12-01"),
        ("a.x > date '1066-10-14'", "'1066-10-14'", "2026-12-01"),
        ("a.x = 'a\x00b'", "\x00", "Delete"),
        ("e'x'.y = 1", "e'x'", "reference"),
    ],
)
def test_what_is_not_accepted_is_named_with_what_to_write_instead(
    text: str, stretch: str, help_: str
) -> None:
    parsed = parse(text)
    assert parsed.expr is None
    [fault] = parsed.faults
    assert fault.code is BAD_CONDITION
    assert text[fault.start : fault.end].startswith(stretch)
    assert help_ in fault.help


@pytest.mark.parametrize(
    "text", ["", "  \n", "-- only a comment", ")", "select", "drop table x", "a.x = 'b' 'c'"]
)
def test_what_is_no_condition_is_a_fault(text: str) -> None:
    assert parse(text).expr is None
    assert len(parse(text).faults) == 1


def test_every_node_knows_its_stretch_of_the_text() -> None:
    text = "not (a.x = true) and  f( b.y ,'z') in (1, 2) or c.z is not null"
    parsed = parse(text)
    assert parsed.expr is not None
    stretches = [text[slice(*parsed.span(node))] for node in walk(parsed.expr)]
    assert stretches == [
        text,
        "not (a.x = true) and  f( b.y ,'z') in (1, 2)",
        "not (a.x = true)",
        "(a.x = true)",
        "a.x",
        "true",
        "f( b.y ,'z') in (1, 2)",
        "f( b.y ,'z')",
        "b.y",
        "'z'",
        "1",
        "2",
        "c.z is not null",
        "c.z is not null",
        "c.z",
    ]


def test_offsets_count_code_points() -> None:
    text = "a.x = '😀é' and a.y == 1"
    [fault] = parse(text).faults
    assert text[fault.start : fault.end] == "=="


def test_conditions_are_imported_without_sqlglot() -> None:
    """SQLGlot costs more than the rest of a light command; it loads at the first parse."""
    code = (
        "import sys, jo.conditions.check, jo.conditions.instants, jo.conditions.to_sql;"
        "sys.exit('sqlglot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_length_and_depth_are_limited() -> None:
    assert parse(" and ".join(["a.x = 1"] * 800)).faults == ()
    assert parse("a.x = '" + "x" * MAX_LENGTH + "'").expr is None
    assert parse("(" * MAX_DEPTH + "a.x = 1" + ")" * MAX_DEPTH).faults == ()
    for deep in (
        "(" * 4000 + "a.x" + ")" * 4000,
        "not " * 2000 + "a.x",
        "- " * 2000 + "1 = a.x",
        "f(" * 60 + "1" + ")" * 60 + " = 1",
        " + ".join(["1"] * 1000) + " = 1",
        "a.x in (" * 500,
    ):
        assert parse(deep).expr is None


def test_what_the_depth_allows_rereads_in_its_normal_text() -> None:
    text = "a.x"
    while parse(f"not {text}").expr is not None:
        text = f"not {text}"
    expr = parse(text).expr
    assert expr is not None
    assert parse(to_text(expr)).expr == expr


WORDS = st.sampled_from(
    (
        *(
            "a.x",
            "b",
            "a.b.c",
            "1",
            "1.5",
            "'t'",
            "''",
            '"q"',
            "null",
            "true",
            "date '2026-01-01'",
            "é",
            "😀",
        ),
        *("and", "or", "not", "in", "between", "like", "ilike", "is", "is null", "as", "case", "when", "end"),
        *("=", "!=", "<>", "<=", "+", "-", "*", "/", "%", "(", ")", "((", "))", ",", ".", ";", "::int", "||"),
        *(
            "f(",
            "count(",
            "select",
            "from",
            "--",
            "/*",
            "*/",
            "'",
            '"',
            "$1",
            "$$",
            ":p",
            "?",
            "@",
            "[",
            "{{",
        ),
        *("interval", "e'x'", "x'00'", "over (", "distinct", "array", "any(", "\n", "\t", "\\", "#", "\x0b"),
    )
)


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(
    st.one_of(
        st.lists(WORDS, max_size=14).map(" ".join),
        st.lists(WORDS, max_size=9).map("".join),
        st.text(max_size=60),
    )
)
def test_no_text_raises_and_what_reads_rereads(text: str) -> None:
    parsed = parse(text)
    assert (parsed.expr is None) == bool(parsed.faults)
    for fault in parsed.faults:
        assert 0 <= fault.start <= fault.end <= len(text)
        assert fault.detail
        assert fault.help
    if parsed.expr is not None:
        assert parse(to_text(parsed.expr)).expr == parsed.expr
