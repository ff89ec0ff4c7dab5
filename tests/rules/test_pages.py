"""Each page's example raises exactly its code, and what it says to write instead raises nothing."""

import re

import pytest

from jo.checks.catalog import catalog
from jo.checks.explain import SECTIONS
from jo.checks.rule import FoundBy, Rule
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from tests.support.rules import Case, check_case, example, shown

RULES = list(catalog().values())
RUNNABLE = [
    rule
    for rule in RULES
    if rule.found_by in (FoundBy.READING, FoundBy.CHECKING) and rule.code != codes.NOT_TEXT
]


def sections(rule: Rule) -> dict[str, str]:
    _, *parts = re.split(r"^## (.+)\n", rule.page, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def said(case: Case | None, rule: Rule) -> tuple[set[str], str]:
    """Return the codes that a case raises, notes of other rules aside, and all of it to read."""
    assert case is not None, "nothing to run"
    found = check_case(case)
    return {
        each.code.id for each in found if each.severity is not Severity.NOTE or each.code == rule.code
    }, shown(found)


def name(rule: Rule) -> str:
    return str(rule.code)


def test_every_code_has_a_page_and_every_page_a_code():
    assert list(catalog()) == list(codes.every())


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_a_page_has_all_sections_and_each_says_something(rule):
    found = sections(rule)
    assert tuple(found) == SECTIONS
    assert all(text.strip() for text in found.values())


@pytest.mark.parametrize("rule", RUNNABLE, ids=name)
def test_the_example_raises_exactly_this_code(rule):
    raised, text = said(example(sections(rule)["Example"]), rule)
    assert raised == {rule.code.id}, text


@pytest.mark.parametrize("rule", RUNNABLE, ids=name)
def test_what_to_write_instead_raises_nothing(rule):
    raised, text = said(example(sections(rule)["Instead"]), rule)
    assert raised == set(), text


def test_the_prelude_is_without_fault():
    unused = {codes.UNUSED_RESOURCE}
    from jo.checks.runner import run
    from tests.support.rules import TODAY, compile_case

    found = [each for each in run(compile_case(Case(manifests={})), today=TODAY) if each.code not in unused]
    assert not found, shown(found)
