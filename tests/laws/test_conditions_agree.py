"""Laws of conditions: SQL and Python agree on every value, NULL included; every condition has its texts.

`pytest -s` prints the coverage; so does `python -m tests.laws.conditions_coverage`.
"""

import random
import re

import duckdb
import pytest

from jo.conditions import text as texts
from jo.conditions.check import check
from jo.conditions.parse import parse
from jo.conditions.to_english import to_english
from jo.conditions.to_text import to_text
from jo.conditions.tree import Expr
from jo.diagnostics.codes import Severity
from tests.laws.conditions_coverage import CONDITIONS, SEED, compare_at_random, compare_every_node
from tests.laws.conditions_generator import Generator
from tests.laws.conditions_world import SCOPE


@pytest.fixture(scope="module")
def conditions() -> list[Expr]:
    generator = Generator(SEED)
    return [generator.condition() for _ in range(CONDITIONS)]


def test_every_node_with_every_type_and_null_is_the_same_in_sql_and_python() -> None:
    coverage = compare_every_node()
    print()
    print("\n".join(coverage.lines()))
    assert coverage.differences == []
    assert all(nulls < coverage.values[case] for case, nulls in coverage.nulls.items())


def test_conditions_at_random_are_the_same_in_sql_and_python(conditions: list[Expr]) -> None:
    coverage = compare_at_random(conditions)
    print(f"\n{len(conditions):,} conditions, seed {SEED}: {dict(coverage.outcomes)}")
    assert coverage.differences == []
    assert min(coverage.outcomes[outcome] for outcome in (True, False, None)) > 50_000


def test_a_condition_is_the_same_however_it_is_written(conditions: list[Expr]) -> None:
    chance = random.Random(SEED)
    for expr in conditions[::4]:
        normal = to_text(expr)
        assert parse(normal).expr == expr, normal
        assert parse(_untidy(normal, chance)).expr == expr, normal


def test_well_typed_conditions_pass_the_check_and_read_as_english(conditions: list[Expr]) -> None:
    for expr in conditions[::4]:
        faults = check(parse(to_text(expr)), SCOPE)
        assert [fault for fault in faults if fault.severity is Severity.ERROR] == []
        assert to_english(expr)


def test_case_is_mapped_alike_for_every_letter() -> None:
    last = 0x1FFFF  # no cased letter stands beyond
    rows = duckdb.execute(
        "select n, lower(chr(n::int)), upper(chr(n::int)) from range(1, ?) as numbers(n)"
        " where n not between 55296 and 57343",
        [last],
    ).fetchall()
    differing = [
        chr(number)
        for number, lower, upper in rows
        if (texts.lower(chr(number)), texts.upper(chr(number))) != (lower, upper)
    ]
    # Python brings a version of Unicode of its own: letters that either side does not know yet may differ.
    assert len(differing) <= 200
    assert all(ord(letter) > 0x1C80 for letter in differing)


def _untidy(text: str, chance: random.Random) -> str:
    """Write a condition as somebody in a hurry would: other case, other spaces, other parentheses."""
    parts = re.split(r"('(?:[^']|'')*')", text)
    for index in range(0, len(parts), 2):
        words = re.split(r"(\W+)", parts[index])
        loud = [
            w.upper() if w in ("and", "or", "not", "in", "is", "null") and chance.random() < 0.5 else w
            for w in words
        ]
        parts[index] = re.sub(" ", lambda _: chance.choice((" ", "\n", "  ")), "".join(loud))
        parts[index] = parts[index].replace("!=", chance.choice(("!=", "<>")))
    return f"( {''.join(parts)})" if chance.random() < 0.5 else "".join(parts)
